//! Definitions that change once a tool has been called.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use super::difference::{Change, changes, changes_since};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError, Repeated};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-005",
    title: "Change triggered by calls",
    test: NamedTest::RugPull,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Remove what counts calls: a definition must be the same before and after it was used.",
    tags: &[Tag::Cwe(506), Tag::McpTop10(3), Tag::Agentic(10), Tag::Spec("2026-07-28", "Tools: lists MUST NOT vary")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let seen = probe.repeated_calls().await?;
    if seen.tool.is_none() {
        return Ok(nothing_read());
    }
    if !changes(&seen.control[0], &seen.control[1]).is_empty() {
        return Ok(Verdict::not_assessed("unstable: the lists also change without calls"));
    }
    if toggles_others(probe.snapshot()) {
        return Ok(Verdict::PASS);
    }
    let announced = probe.list_changes() > 0;
    Ok(triggered(seen, probe.snapshot(), announced).iter().map(draft).collect())
}

/// Each change between two readings with calls in between, once.
fn triggered(seen: &Repeated, snapshot: &Snapshot, announced: bool) -> Vec<Change> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    let mut before = &seen.control[1];
    for (_, after) in &seen.after {
        found.extend(changes(before, after));
        before = after;
    }
    // Other checks have called tools since the snapshot was taken, on the same connection.
    if !announced {
        found.extend(changes_since(&snapshot.tools, &snapshot.prompts, &seen.own));
    }
    found.retain(|change| known.insert((change.location.clone(), change.kind)));
    found
}

/// Whether a tool says that it switches others on or off.
fn toggles_others(snapshot: &Snapshot) -> bool {
    static TOGGLES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:enables?|disables?|activates?|deactivates?|unlocks?|toggles?|registers?|loads?|reveals?)\b[^.]{0,60}\btools?(?:ets?)?\b").expect("a fixed pattern")
    });
    snapshot.tools.iter().filter_map(|tool| tool.description.as_deref()).any(|text| TOGGLES.is_match(text))
}

fn draft(change: &Change) -> Draft {
    let message = match change.kind {
        "added" => "a definition appeared after a tool was called",
        "removed" => "a definition disappeared after a tool was called",
        _ => "a definition changed after a tool was called",
    };
    Draft::new(Severity::High, Confidence::Confirmed, change.location.clone(), message)
        .distinct(change.kind)
        .sample(change.sample())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::checks::rug_pull::difference::tests::lists;
    use crate::checks::samples::{server, tool};

    fn seen(descriptions: [&str; 4]) -> Repeated {
        let read = |description: &str| lists(&[json!({"name": "get", "description": description})]);
        Repeated {
            tool: Some(0),
            own: read(descriptions[0]),
            control: [read(descriptions[0]), read(descriptions[0])],
            between: Duration::ZERO,
            answers: Vec::new(),
            after: [1, 3, 6, 10].into_iter().zip(descriptions).map(|(calls, text)| (calls, read(text))).collect(),
            ttl_ms: None,
            announced: 0,
            elapsed: Duration::ZERO,
        }
    }

    #[test]
    fn a_change_after_calls_is_found_once_and_a_stable_list_is_silent() {
        let snapshot = server(&[json!({"name": "get", "description": "Gets"})]);
        let found = triggered(&seen(["Gets", "Gets", "Now different", "Now different"]), &snapshot, false);
        assert_eq!(
            found.iter().map(|change| (change.location.as_str(), change.kind)).collect::<Vec<_>>(),
            [("tool:get", "changed")]
        );
        assert!(triggered(&seen(["Gets"; 4]), &snapshot, false).is_empty());
    }

    #[test]
    fn a_tool_that_says_that_it_switches_others_explains_the_change() {
        assert!(toggles_others(&server(&[tool("open", "Enables the tools of a project", "id")])));
        assert!(!toggles_others(&server(&[tool("open", "Opens a project", "id")])));
    }
}
