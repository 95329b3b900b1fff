//! `make bench-engine`: what an audit costs a user, measured on the command line itself, beside servers on loopback.
//! Prints the figures with their limits, and fails where one is over. `BENCH_CLI` is the command line to measure.

#[path = "../process.rs"]
mod process;
mod samples;
mod serving;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use engine::check::Run;
use engine::checks::ALL;
use engine::snapshot::Snapshot;

use process::{Cost, run};
use samples::definitions;
use serving::Servers;

/// How often each figure is taken; the median counts.
const ROUNDS: usize = 9;
const MIB: u64 = 1 << 20;

fn main() -> anyhow::Result<()> {
    if serving::is_asked_for() {
        return serving::serve();
    }
    let cli = std::env::var_os("BENCH_CLI").map_or_else(|| PathBuf::from("target/release/mcp-audit"), PathBuf::from);
    ensure!(cli.is_file(), "{} is missing: run `make bench-engine`, or set BENCH_CLI", cli.display());
    let servers = Servers::start()?;
    let test = |url: &str, options: &[&str]| -> Vec<OsString> {
        ["test", url].iter().chain(options).map(OsString::from).collect()
    };
    let passive = ["--passive", "--level", "2", "--fail-on", "never", "--quiet"];

    let mut table = Table::default();
    let start = median(|| run(&cli, &["--version".into()]))?;
    table.row("start of the command line", start.wall, start, Duration::from_millis(15), None);

    let single = median(|| run(&cli, &test(&servers.small[0], &passive)))?;
    table.row("one server, passive, all rules", single.wall, start, Duration::from_millis(50), Some((single.peak, 25)));

    let ten: Vec<OsString> =
        test(&servers.small[0], &passive).into_iter().chain(servers.small[1..].iter().map(OsString::from)).collect();
    let together = median(|| run(&cli, &ten))?;
    table.row("ten servers in one command, passive", together.wall, start, Duration::from_millis(250), None);

    let safe = ["--level", "2", "--fail-on", "never", "--quiet"];
    let full = median(|| run(&cli, &test(&servers.twenty_tools, &safe)))?;
    table.row("20 tools, levels 1 and 2, own CPU time", full.cpu, start, Duration::from_secs(2), Some((full.peak, 64)));
    table.row("20 tools, levels 1 and 2, wall", full.wall, start, Duration::from_secs(20), None);

    let rate = definitions_per_minute();
    table.print()?;
    let mut screen = std::io::stdout();
    writeln!(screen, "static analysis: {rate} definitions per minute and core (at least 100000)")?;
    if table.is_over || rate < 100_000 {
        bail!("a figure is over its limit");
    }
    Ok(())
}

/// The median of several rounds, by wall time. The first round only warms up.
fn median(measure: impl Fn() -> anyhow::Result<Cost>) -> anyhow::Result<Cost> {
    measure()?;
    let mut costs = (0..ROUNDS).map(|_| measure()).collect::<anyhow::Result<Vec<Cost>>>()?;
    costs.sort_by_key(|cost| cost.wall);
    costs.into_iter().nth(ROUNDS / 2).context("at least one round")
}

/// How many definitions every static check judges in a minute on one core.
fn definitions_per_minute() -> u64 {
    let snapshots: Vec<Snapshot> = definitions().chunks(20).map(Snapshot::of_definitions).collect();
    let tools: u64 = snapshots.iter().map(|snapshot| snapshot.tools.len() as u64).sum();
    let judge = || {
        for (check, snapshot) in ALL.iter().flat_map(|check| snapshots.iter().map(move |snapshot| (check, snapshot))) {
            if let Run::Static(run) = check.run {
                std::hint::black_box(run(std::hint::black_box(snapshot)));
            }
        }
    };
    judge();
    let begun = Instant::now();
    let mut judged = 0;
    while begun.elapsed() < Duration::from_secs(3) {
        judge();
        judged += tools;
    }
    judged * 60_000 / u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The figures, and whether one is over its limit.
#[derive(Default)]
struct Table {
    lines: Vec<String>,
    is_over: bool,
}

impl Table {
    /// A figure with its limit, its ratio to the bare start, and the peak of memory in bytes with its limit in MiB.
    fn row(&mut self, name: &str, time: Duration, start: Cost, limit: Duration, memory: Option<(u64, u64)>) {
        let ratio = time.as_secs_f64() / start.wall.as_secs_f64();
        let mut over = time > limit;
        let memory = memory.map_or_else(String::new, |(peak, limit)| {
            over |= peak > limit * MIB;
            format!("{:>6} MiB of {limit}", peak.div_ceil(MIB))
        });
        self.is_over |= over;
        let mark = if over { "  OVER" } else { "" };
        self.lines.push(format!("{name:<42}{time:>10.1?} of {limit:<7.0?}{ratio:>7.1} x start{memory}{mark}"));
    }

    fn print(&self) -> std::io::Result<()> {
        let mut screen = std::io::stdout();
        self.lines.iter().try_for_each(|line| writeln!(screen, "{line}"))
    }
}
