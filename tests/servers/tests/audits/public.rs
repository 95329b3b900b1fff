//! The clean corpus (catalogue section 10): public reference servers, which nobody here wrote and which mean well. A
//! finding there that a careful reader would call wrong is a bug of ours.

use std::path::Path;

use contracts::audit::{Audit, Confidence, Finding, Severity};
use engine::check::Mode;
use engine::{Options, Target};

use crate::auditing::{Silent, options};

/// Groups whose findings above low would be wrong.
const CLEAN: [&str; 4] = ["DA", "RI", "XM", "PI"];
/// Groups and checks that may certainly say how to harden what is sound.
const HARDENING: [&str; 4] = ["MCPA-TRN", "MCPA-RL", "MCPA-INP-002", "MCPA-PR-019"];

#[tokio::test]
async fn files_are_clean() {
    assert_clean("mcp-server-filesystem", &["."]).await;
}

#[tokio::test]
async fn memory_is_clean() {
    assert_clean("mcp-server-memory", &[]).await;
}

#[tokio::test]
async fn sequential_thinking_is_clean() {
    assert_clean("mcp-server-sequential-thinking", &[]).await;
}

/// Audits a program of the npm packages that `make setup` installs.
async fn assert_clean(program: &str, args: &[&str]) {
    let audit = audited(program, args).await;
    assert!(audit.target.tools > 0, "{program} was not listed");
    let wrong: Vec<String> = audit
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info && !is_expected(finding))
        .map(|found| format!("{} {} {}: {}", found.check, found.severity, found.confidence, found.message))
        .collect();
    assert!(wrong.is_empty(), "{program}: {wrong:#?}");
}

fn is_expected(finding: &Finding) -> bool {
    let group = finding.check.as_str().split('-').nth(1).unwrap_or_default();
    let wrong = CLEAN.contains(&group) && finding.severity > Severity::Low;
    let hardens = HARDENING.iter().any(|start| finding.check.as_str().starts_with(start));
    !wrong && (hardens || finding.confidence != Confidence::Confirmed)
}

async fn audited(program: &str, args: &[&str]) -> Audit {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/node_modules/.bin").join(program);
    assert!(installed.exists(), "{} is missing: run `make setup`", installed.display());
    let target = Target::Stdio {
        program: installed.to_string_lossy().into_owned(),
        args: args.iter().map(|argument| (*argument).to_owned()).collect(),
        env: Vec::new(),
    };
    let options = Options { mode: Mode::Active, ..options(servers::fixture("clean-tools")) };
    engine::audit(target, options, &Silent).await.expect("an audit")
}
