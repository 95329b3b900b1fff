//! Lists that change during the test without a word.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};

use super::difference::{Change, changes, changes_since};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{Probe, ProbeError, Repeated};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-004",
    title: "Change during the scan",
    test: NamedTest::RugPull,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Announce every change with list_changed, and keep definitions stable for as long as ttlMs promises.",
    tags: &[Tag::Cwe(367), Tag::McpTop10(3)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How long the test has run at most when the lists are read again: a shorter promise may have ended.
const SINCE_START: Duration = Duration::from_mins(1);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let seen = probe.repeated_calls().await?;
    if probe.list_changes() > 0 {
        return Ok(Verdict::PASS);
    }
    let snapshot = probe.snapshot();
    let mut found = if promised(seen, seen.between) { changes(&seen.control[0], &seen.control[1]) } else { Vec::new() };
    // With calls in between, a change may be their effect; that is another check's finding.
    if seen.tool.is_none() && promised(seen, SINCE_START) {
        found.extend(changes_since(&snapshot.tools, &snapshot.prompts, &seen.own));
    }
    Ok(found.iter().map(draft).collect())
}

/// Whether the list had to be what it was after that time.
fn promised(seen: &Repeated, elapsed: Duration) -> bool {
    seen.ttl_ms.is_none_or(|ttl| u128::from(ttl) > elapsed.as_millis())
}

fn draft(change: &Change) -> Draft {
    let severity = if change.turned_hostile { Severity::High } else { Severity::Medium };
    let message = match change.kind {
        "added" => "a definition appeared during the test, unannounced",
        "removed" => "a definition disappeared during the test, unannounced",
        _ => "a definition changed during the test, unannounced",
    };
    Draft::new(severity, Confidence::Confirmed, change.location.clone(), message)
        .distinct(change.kind)
        .sample(change.sample())
}
