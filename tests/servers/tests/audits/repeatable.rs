//! The same server gives the same result, run by run and in any order of the tests.

use contracts::audit::{Audit, NamedTest};
use engine::Session;
use servers::{Fixture, fixture};
use strum::VariantArray as _;

use crate::auditing::{Silent, audit, options, target};

/// Fixtures whose findings come from each kind of check.
const FIXTURES: [&str; 7] = [
    "clean-guarded",
    "acme-notes",
    "poisoned-description",
    "secret-in-output",
    "rug-pull",
    "client-identity",
    "followed-redirect",
];

/// Everything of an audit that must not change between runs.
fn lasting(audit: &Audit) -> serde_json::Value {
    let findings: Vec<_> = audit
        .findings
        .iter()
        .map(|finding| {
            (
                &finding.fingerprint,
                &finding.check,
                finding.severity,
                finding.confidence,
                finding.deduction,
                &finding.see,
            )
        })
        .collect();
    let outcomes: Vec<_> = audit.checks.iter().map(|check| (&check.check, &check.outcome)).collect();
    serde_json::json!({ "score": audit.score, "tests": audit.tests, "findings": findings, "checks": outcomes })
}

/// An audit whose named tests run one after the other in an order.
async fn audit_in_order(fixture: &Fixture, tests: &[NamedTest]) -> Audit {
    let running = servers::start(fixture);
    let mut session = Session::connect(target(&running), options(fixture)).await.expect("a connection");
    session.discover().await.expect("lists");
    let mut groups = Vec::new();
    for test in tests {
        groups.push(session.run(*test, &Silent).await);
    }
    let audit = session.finish(groups);
    session.close().await;
    audit
}

#[tokio::test]
async fn two_runs_agree() {
    for name in FIXTURES {
        let ((first, _), (second, _)) = tokio::join!(Box::pin(audit(fixture(name))), Box::pin(audit(fixture(name))));
        assert_eq!(lasting(&first), lasting(&second), "{name}");
    }
}

#[tokio::test]
async fn the_order_of_the_tests_does_not_matter() {
    let forwards = NamedTest::VARIANTS.to_vec();
    let backwards: Vec<_> = forwards.iter().rev().copied().collect();
    let mut turned = forwards.clone();
    turned.rotate_left(5);
    for name in FIXTURES {
        // Boxed, because the futures of several audits do not fit on a test's stack.
        let in_order = |tests| Box::pin(audit_in_order(fixture(name), tests));
        let (expected, backwards, turned) = tokio::join!(in_order(&forwards), in_order(&backwards), in_order(&turned));
        let expected = lasting(&expected);
        assert_eq!(lasting(&backwards), expected, "{name} backwards");
        assert_eq!(lasting(&turned), expected, "{name} turned");
    }
}
