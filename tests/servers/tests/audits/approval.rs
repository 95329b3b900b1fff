//! Servers that are not what their users approved.

use contracts::audit::{Audit, Confidence, Outcome, Severity};
use engine::{Baseline, Options};
use serde_json::json;
use servers::{Server, Tool, fixture, start_on};

use crate::auditing::{Silent, listed, options, target};
use crate::launch::findings;

fn notes() -> Server {
    (fixture("clean-guarded").build)()
}

/// The same server with one more tool, which writes.
fn grown() -> Server {
    let text = json!({ "text": { "type": "string", "maxLength": 2000, "description": "What to keep." } });
    let hints = json!({ "readOnlyHint": false, "destructiveHint": false, "openWorldHint": false });
    notes().tool(Tool::saying("save_sketch", "Saves a sketch beside the notes.", text, "saved").annotated(hints))
}

/// What a user keeps after looking at a server.
async fn approved(server: Server) -> Baseline {
    let running = start_on(server, 0);
    let session = listed(&running, options(fixture("clean-guarded"))).await;
    let lock_file = session.baseline().await.to_json();
    session.close().await;
    Baseline::parse(&lock_file).expect("a baseline")
}

async fn audited(server: Server, baseline: Option<Baseline>) -> Audit {
    let running = start_on(server, 0);
    let options = Options { baseline, ..options(fixture("clean-guarded")) };
    engine::audit(target(&running), options, &Silent).await.expect("an audit")
}

#[tokio::test]
async fn what_was_approved_and_did_not_change_has_no_findings() {
    let audit = audited(notes(), Some(approved(notes()).await)).await;
    assert_eq!(findings(&audit), []);
    let decided = audit.checks.iter().filter(|check| matches!(check.outcome, Outcome::Pass));
    assert_eq!(
        decided.filter(|check| ["MCPA-RP-001", "MCPA-RP-002", "MCPA-RP-003"].contains(&check.check.as_str())).count(),
        3
    );
}

#[tokio::test]
async fn a_new_tool_that_writes_is_told_three_times_and_costs_once() {
    let audit = audited(grown(), Some(approved(notes()).await)).await;
    let at = "tool:save_sketch";
    let expected = [
        ("MCPA-RP-003", Severity::High, Confidence::Confirmed, at),
        ("MCPA-RP-001", Severity::Medium, Confidence::Confirmed, at),
        ("MCPA-RP-002", Severity::Medium, Confidence::Confirmed, at),
    ];
    assert_eq!(findings(&audit), expected);
    assert_eq!(audit.findings.iter().filter(|finding| finding.deduction > 0).count(), 1);
}

#[tokio::test]
async fn a_new_version_says_that_something_changed() {
    let audit = audited(grown().versioned("1.5.0"), Some(approved(notes()).await)).await;
    let told: Vec<_> = findings(&audit).into_iter().map(|(check, ..)| check).collect();
    assert_eq!(told, ["MCPA-RP-003", "MCPA-RP-001"]);
}

#[tokio::test]
async fn a_server_that_never_says_the_same_twice_cannot_be_compared() {
    let varying = || (fixture("varying-list").build)();
    let audit = audited(varying(), Some(approved(varying()).await)).await;
    assert_not_assessed(&audit, "unstable");
}

#[tokio::test]
async fn without_an_approval_there_is_nothing_to_compare() {
    assert_not_assessed(&audited(notes(), None).await, "give a baseline");
}

fn assert_not_assessed(audit: &Audit, why: &str) {
    for id in ["MCPA-RP-001", "MCPA-RP-002", "MCPA-RP-003"] {
        let check = audit.checks.iter().find(|check| check.check.as_str() == id).expect("a result");
        assert!(matches!(&check.outcome, Outcome::NotAssessed { reason, .. } if reason.contains(why)), "{check:?}");
    }
}
