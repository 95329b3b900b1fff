//! Servers that no client can connect to: the audit says why, and passes nothing that it could not see.

use contracts::audit::{Audit, Outcome};
use engine::{Obstacle, Session};
use servers::fixture;

use crate::auditing::{Silent, audit, options, target};

fn passed(audit: &Audit) -> Vec<&str> {
    let passed = audit.checks.iter().filter(|check| check.outcome == Outcome::Pass);
    passed.map(|check| check.check.as_str()).collect()
}

#[tokio::test]
async fn what_nobody_can_connect_to_passes_nothing_but_its_connection() {
    for (name, expected) in [("self-signed", &["MCPA-TRN-003"][..]), ("foreign-endpoint", &[])] {
        let (audit, requests) = audit(fixture(name)).await;
        assert_eq!(passed(&audit), expected, "{name}");
        assert_eq!((audit.incomplete.len(), audit.score.grade), (1, None), "{name}: {:?}", audit.incomplete);
        assert!(audit.incomplete[0].contains("no client can connect"), "{name}: {:?}", audit.incomplete);
        assert!(requests.iter().all(|request| request.tool.is_none()), "{name}");
    }
}

#[tokio::test]
async fn another_process_goes_on_with_the_obstacle() {
    let fixture = fixture("foreign-endpoint");
    let running = servers::start(fixture);
    let mut session = Session::connect(target(&running), options(fixture)).await.expect("an obstacle");
    session.discover().await.expect("nothing to list");
    let state = serde_json::to_string(&session.state()).expect("a state");
    let state = serde_json::from_str(&state).expect("a state");
    let resumed = Session::resume(target(&running), options(fixture), state).await.expect("the same obstacle");
    assert!(matches!(resumed.obstacle(), Some(Obstacle::ForeignEndpoint { .. })));
    let group = resumed.run(contracts::audit::NamedTest::AuthTest, &Silent).await;
    let found: Vec<&str> = group.findings.iter().map(|finding| finding.check.as_str()).collect();
    assert_eq!(found, ["MCPA-TRN-013"]);
}
