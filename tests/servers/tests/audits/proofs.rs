//! Every check of the engine is proven: a server of ours fires it, and it passes a sound one.

use std::collections::BTreeSet;

use contracts::audit::Outcome;
use engine::checks::ALL;
use servers::{Fixture, fixture};

use crate::auditing::audit;

/// Checks that compare with what a fixture alone does not have, and where they are tested: fired as well as passed.
const COMPARING: &[(&str, &str)] = &[
    ("MCPA-RP-001", "approval"),
    ("MCPA-RP-002", "approval"),
    ("MCPA-RP-003", "approval"),
    ("MCPA-XM-002", "neighbours"),
    ("MCPA-XM-004", "neighbours"),
    ("MCPA-XM-007", "neighbours"),
    ("MCPA-XM-008", "neighbours"),
    ("MCPA-XM-009", "neighbours"),
    ("MCPA-XM-010", "neighbours"),
    ("MCPA-XM-011", "neighbours"),
    ("MCPA-XM-012", "neighbours"),
];

/// Other checks that are fired by more than a fixture on loopback, and where that is tested.
const FIRED_ELSEWHERE: &[(&str, &str)] = &[
    ("MCPA-DX-005", "network"),
    ("MCPA-SC-001", "packages"),
    ("MCPA-SC-002", "packages"),
    ("MCPA-SC-003", "launch"),
    ("MCPA-SC-004", "launch"),
    ("MCPA-SC-005", "packages"),
    ("MCPA-SC-006", "packages"),
    ("MCPA-SC-007", "packages"),
    ("MCPA-SC-008", "packages"),
    ("MCPA-SC-009", "launch"),
    ("MCPA-SC-010", "launch"),
    ("MCPA-SC-012", "network"),
    ("MCPA-SC-013", "packages"),
    ("MCPA-TRN-001", "network"),
];

/// Sound servers over HTTP that together offer what every check looks at; the first one also as a child process.
const SOUND: [&str; 14] = [
    "clean-tools",
    "clean-guarded",
    "clean-rich",
    "clean-tempting",
    "clean-computing",
    "clean-asking",
    "clean-sdk",
    "clean-throttled",
    "clean-capped",
    "clean-two-callers",
    "clean-two-callers-with-sessions",
    "sound-tls",
    "http-sse",
    // Sound in its headers.
    "mirrored-secret",
];

/// Other checks that pass only where more is given, and where that is tested.
const PASSED_ELSEWHERE: &[(&str, &str)] = &[
    ("MCPA-OAU-018", "issuers"),
    ("MCPA-DX-005", "network"),
    ("MCPA-SC-001", "packages"),
    ("MCPA-SC-002", "packages"),
    ("MCPA-SC-005", "packages"),
    ("MCPA-SC-006", "packages"),
    ("MCPA-SC-007", "packages"),
    ("MCPA-SC-008", "packages"),
    ("MCPA-SC-012", "network"),
    ("MCPA-SC-013", "packages"),
];

#[test]
fn every_check_is_fired_by_a_server() {
    let fired: BTreeSet<&str> =
        servers::ALL.iter().flat_map(|fixture| fixture.expect).map(|expected| expected.check).collect();
    assert_eq!(without(|id| fired.contains(id)), names(FIRED_ELSEWHERE));
}

#[tokio::test]
async fn every_check_passes_a_sound_server() {
    let child = Fixture { stdio: true, ..*fixture(SOUND[0]) };
    let probed = SOUND.iter().map(|name| Fixture { active: true, ..*fixture(name) });
    let mut passed = BTreeSet::new();
    for server in probed.chain([child]) {
        let (audit, _) = audit(&server).await;
        let silent = audit.checks.into_iter().filter(|check| matches!(check.outcome, Outcome::Pass));
        passed.extend(silent.map(|check| check.check.to_string()));
    }
    assert_eq!(without(|id| passed.contains(id)), names(PASSED_ELSEWHERE));
}

fn without(proven: impl Fn(&str) -> bool) -> Vec<&'static str> {
    ALL.iter().map(|check| check.id).filter(|id| !proven(id)).collect()
}

/// Those of a list and those that compare, in the order of the catalogue.
fn names(list: &[(&'static str, &str)]) -> Vec<&'static str> {
    let listed = |id: &&str| list.iter().chain(COMPARING).any(|(name, _)| name == id);
    ALL.iter().map(|check| check.id).filter(listed).collect()
}
