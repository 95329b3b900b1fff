//! What an auditor leaves behind at an authorization server, and what it tells it.

use contracts::audit::{NamedTest, Need, Outcome};
use engine::{Callback, Options};
use servers::{Recorded, fixture};

use crate::auditing::{Silent, audit, listed, options, target};

fn count(requests: &[Recorded], http_method: &str, path: &str) -> usize {
    requests.iter().filter(|request| request.http_method == http_method && request.path.starts_with(path)).count()
}

/// Two clients for the requests for authorization, and one for each hostile redirect.
#[tokio::test]
async fn whatever_was_registered_is_removed_again_and_no_credential_is_shown() {
    let (_, requests) = audit(fixture("any-redirect")).await;
    assert_eq!((count(&requests, "POST", "/clients"), count(&requests, "DELETE", "/clients/")), (6, 6));
    let last = requests.iter().rposition(|request| request.path.starts_with("/clients"));
    assert!(last.is_some_and(|last| requests[last].http_method == "DELETE"));
    for request in
        requests.iter().filter(|request| request.http_method != "DELETE" && !request.path.starts_with("/mcp"))
    {
        assert!(!request.headers.iter().any(|(name, _)| name == "authorization"), "{}", request.path);
    }
}

#[tokio::test]
async fn metadata_is_fetched_once_and_nobody_is_asked_without_being_told_to() {
    let (_, requests) = audit(fixture("clean-guarded")).await;
    assert_eq!(count(&requests, "GET", "/.well-known/oauth-authorization-server"), 1);
    assert_eq!(count(&requests, "POST", "/clients") + count(&requests, "GET", "/authorize"), 0);
}

#[tokio::test]
async fn without_a_listener_the_checks_that_need_one_say_so() {
    for (name, id) in [("fetched-client", "MCPA-OAU-013"), ("token-passthrough", "MCPA-OAU-018")] {
        let running = servers::start(fixture(name));
        let options = Options { callback: Callback::Off, ..options(fixture(name)) };
        let audit = engine::audit(target(&running), options, &Silent).await.expect("an audit");
        let told = audit.checks.iter().find(|check| check.check.as_str() == id).map(|check| &check.outcome);
        assert!(matches!(told, Some(Outcome::NotAssessed { needs: Some(Need::Callback), .. })), "{told:?}");
    }
}

/// Clients of 2025-03-26 take the server's own origin for its authorization server.
#[tokio::test]
async fn a_server_that_names_no_issuer_is_judged_by_its_own_origin() {
    let (audit, _) = audit(fixture("no-resource-metadata")).await;
    let told = |id: &str| audit.checks.iter().find(|check| check.check.as_str() == id).map(|check| &check.outcome);
    assert_eq!(told("MCPA-OAU-006"), Some(&Outcome::Pass));
    assert!(matches!(told("MCPA-OAU-005"), Some(Outcome::NotApplicable { .. })));
}

/// A tool that fetches any address, behind a token that it keeps to itself.
#[tokio::test]
async fn a_token_that_stays_is_not_passed_through() {
    let fixture = fixture("any-address");
    let running = servers::start_on((fixture.build)().guarded(), 0);
    let session = listed(&running, options(fixture)).await;
    let group = session.run(NamedTest::Authz, &Silent).await;
    session.close().await;
    let told = group.checks.iter().find(|check| check.check.as_str() == "MCPA-OAU-018").map(|check| &check.outcome);
    assert_eq!(told, Some(&Outcome::Pass));
}

#[tokio::test]
async fn what_a_service_showed_of_a_token_is_not_shown_again() {
    let (audit, _) = audit(fixture("quoted-token")).await;
    let excerpts = || audit.findings.iter().flat_map(|finding| &finding.evidence).map(|evidence| &evidence.excerpt);
    assert!(excerpts().any(|excerpt| excerpt.contains("{{credential}}")));
    assert!(!excerpts().any(|excerpt| excerpt.contains("****")));
}
