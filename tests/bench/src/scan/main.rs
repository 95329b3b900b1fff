//! `make bench-scan`: what a scan of a large tree costs, beside only listing that tree. Prints the ratio and the memory with
//! their limits, and fails where one is over. `BENCH_CLI` is the command line to measure.

#[path = "../process.rs"]
mod process;
mod tree;

use std::ffi::OsString;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, bail, ensure};
use ignore::{WalkBuilder, WalkState};

use process::{Cost, run};

/// How often each figure is taken; the median counts.
const ROUNDS: usize = 11;
const MIB: u64 = 1 << 20;
/// A scan may take so much longer than a listing.
const MOST_TIME: f64 = 1.5;
const MOST_MEMORY: u64 = 100;

fn main() -> anyhow::Result<()> {
    // Started by itself with these words, so that a listing pays for a process as a scan does.
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let [word, root] = &arguments[..]
        && word == "list"
    {
        ensure!(list(Path::new(root)) >= tree::FILES as u64, "the listing is not complete");
        return Ok(());
    }
    let cli = std::env::var_os("BENCH_CLI").map_or_else(|| PathBuf::from("target/release/mcp-audit"), PathBuf::from);
    ensure!(cli.is_file(), "{} is missing: run `make bench-scan`, or set BENCH_CLI", cli.display());
    let own = std::env::current_exe().context("find this program")?;
    let folder = tempfile::tempdir().context("make a temporary folder")?;
    let (tree, result) = (folder.path().join("tree"), folder.path().join("result.json"));
    tree::generate(&tree).context("generate the tree")?;

    let root = tree.into_os_string();
    let scan = ["scan", "--quiet", "--fail-on", "never", "--format", "json", "--output"].map(OsString::from);
    let scan: Vec<OsString> = scan.into_iter().chain([result.clone().into(), root.clone()]).collect();
    let (listed, scanned) = medians(|| run(&own, &["list".into(), root.clone()]), || run(&cli, &scan))?;

    let found: serde_json::Value = serde_json::from_slice(&std::fs::read(&result).context("read the result")?)?;
    let count = |name: &str| found[name].as_array().map_or(0, Vec::len);
    ensure!(
        count("discovered") == tree::SERVERS && count("skipped") == 0,
        "found {} of {}",
        count("discovered"),
        tree::SERVERS
    );

    let ratio = scanned.wall.as_secs_f64() / listed.wall.as_secs_f64();
    let memory = scanned.peak.div_ceil(MIB);
    let mut screen = std::io::stdout();
    writeln!(screen, "{} files, {} configurations, {} servers", tree::FILES, tree::CONFIGURATIONS, tree::SERVERS)?;
    writeln!(screen, "listing {:>8.1?}, scan {:>8.1?}: {ratio:.2} x (at most {MOST_TIME})", listed.wall, scanned.wall)?;
    writeln!(screen, "processor time of the listing {:.1?}, of the scan {:.1?}", listed.cpu, scanned.cpu)?;
    writeln!(screen, "memory of the scan: {memory} MiB (at most {MOST_MEMORY})")?;
    if ratio > MOST_TIME || memory > MOST_MEMORY {
        bail!("a figure is over its limit");
    }
    Ok(())
}

/// The medians of two programs that take turns, so that a machine that slows down slows both. The first round only warms up.
fn medians(
    one: impl Fn() -> anyhow::Result<Cost>,
    other: impl Fn() -> anyhow::Result<Cost>,
) -> anyhow::Result<(Cost, Cost)> {
    one()?;
    other()?;
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ones.push(one()?);
        others.push(other()?);
    }
    ones.sort_by_key(|cost| cost.wall);
    others.sort_by_key(|cost| cost.wall);
    Ok((ones[ROUNDS / 2], others[ROUNDS / 2]))
}

/// Lists a tree on all cores, minding what git ignores, and prints every path: what a scan cannot do without. Gives the
/// number of files.
fn list(root: &Path) -> u64 {
    let files = AtomicU64::new(0);
    let screen = Mutex::new(BufWriter::new(std::io::stdout()));
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).parents(true).ignore(true).git_ignore(true).require_git(false);
    builder.threads(std::thread::available_parallelism().map_or(2, std::num::NonZero::get));
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let Some(entry) = entry.ok().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())) else {
                return WalkState::Continue;
            };
            files.fetch_add(1, Ordering::Relaxed);
            let mut screen = screen.lock().unwrap_or_else(PoisonError::into_inner);
            match writeln!(screen, "{}", entry.path().display()) {
                Ok(()) => WalkState::Continue,
                Err(_) => WalkState::Quit,
            }
        })
    });
    files.into_inner()
}
