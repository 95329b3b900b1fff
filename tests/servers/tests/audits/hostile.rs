//! The hostile server: an audit ends in time, within its memory, with a complete report that harms nobody.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use contracts::audit::{Audit, Outcome};
use engine::check::Mode;
use engine::snapshot::strings;
use engine::{Options, Target};
use servers::fixture;

use crate::auditing::{Silent, options};

const LONGEST: Duration = Duration::from_mins(1);
/// Probing calls add what they may take in all.
const LONGEST_ACTIVE: Duration = Duration::from_mins(3);
const MOST_KIBIBYTES: u64 = 128 << 10;
/// Probing calls compare more answers, which are kept until all have come.
const MOST_KIBIBYTES_ACTIVE: u64 = 224 << 10;

/// The server in a process of its own, so that what it generates is not counted here.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_servers"));
        let mut child = command.args(["http", "hostile"]).stdout(Stdio::piped()).spawn().expect("the server");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut url).expect("its URL");
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("a child that can be killed");
        self.child.wait().expect("a child that ends");
    }
}

/// The most memory that this process ever held. Each test has a process of its own under nextest.
fn peak_kibibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    peak.trim().trim_end_matches(" kB").parse().expect("a number")
}

async fn audited(mode: Mode) -> (Audit, Duration) {
    let server = Server::start();
    let target = Target::Http { url: server.url.parse().expect("a URL"), headers: Vec::new() };
    let start = Instant::now();
    let options = Options { mode, ..options(fixture("hostile")) };
    let audit = engine::audit(target, options, &Silent).await.expect("an audit that survives");
    (audit, start.elapsed())
}

#[tokio::test]
async fn a_hostile_server_neither_holds_nor_fills_nor_spoils_an_audit() {
    assert_survived(audited(Mode::Safe).await, LONGEST, MOST_KIBIBYTES);
}

#[tokio::test]
async fn a_hostile_server_does_not_hold_probing_calls_either() {
    assert_survived(audited(Mode::Active).await, LONGEST_ACTIVE, MOST_KIBIBYTES_ACTIVE);
}

fn assert_survived((audit, elapsed): (Audit, Duration), longest: Duration, most_kibibytes: u64) {
    let slowest: Vec<_> = audit.checks.iter().filter(|check| check.duration_ms > 1_000).collect();
    assert!(elapsed < longest, "it took {elapsed:?}; {slowest:#?}; {:#?}", audit.incomplete);
    let peak = peak_kibibytes();
    assert!(peak < most_kibibytes, "it took {peak} KiB");

    // Complete: every check of the level has its outcome, and what was cut short is told.
    assert_eq!(audit.checks.len(), engine::checks::ALL.len());
    assert!(audit.checks.iter().any(|check| matches!(check.outcome, Outcome::Pass)));
    assert!(audit.findings.iter().any(|finding| finding.check.as_str() == "MCPA-CE-007"), "{:#?}", audit.checks);
    assert!(audit.incomplete.iter().any(|reason| reason.contains("tools/list")), "{:?}", audit.incomplete);

    // Harmless: nothing in the report acts on a terminal or reorders text.
    let report = serde_json::to_value(&audit).expect("JSON");
    let is_harmful =
        |letter: char| letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    for (pointer, text) in strings(&report) {
        assert!(!text.contains(is_harmful), "{pointer}: {text:?}");
    }
}
