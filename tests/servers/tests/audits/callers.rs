//! What an auditor says about a server when it may call as some users and not as others.

use std::collections::BTreeMap;

use contracts::audit::{Confidence, Finding, NamedTest, Outcome, Severity};
use engine::check::Mode;
use engine::{Headers, Options, Session};
use serde_json::json;
use servers::{Flaw, Running, Server, Tool, fixture, start, start_on};

use crate::auditing::{Silent, audit, options, target, with_callers};

/// The findings of one named test, and what each check concluded.
async fn tested(running: &Running, options: Options, test: NamedTest) -> (Vec<Finding>, BTreeMap<String, Outcome>) {
    let mut session = Session::connect(target(running), options).await.expect("a connection");
    session.discover().await.expect("lists");
    let group = session.run(test, &Silent).await;
    session.close().await;
    (group.findings, group.checks.into_iter().map(|check| (check.check.to_string(), check.outcome)).collect())
}

fn reading(name: &str) -> Tool {
    let month = json!({ "month": { "type": "integer", "minimum": 1, "maximum": 12 } });
    Tool::saying(name, "Returns what there is to know about a month.", month, "nothing")
        .reading()
        .with("execution", json!({ "taskSupport": "optional" }))
}

fn needs_credentials<'o>(outcomes: &'o BTreeMap<String, Outcome>, id: &str) -> &'o str {
    match &outcomes[id] {
        Outcome::NeedsCredentials { reason } => reason,
        other => panic!("{id}: {other:?}"),
    }
}

#[tokio::test]
async fn a_missing_credential_is_named_and_nothing_passes_without_it() {
    let server = Server::new("archive").tool(reading("get_month")).guarded().legacy_only().running_tasks();
    let running = start_on(server.resource("archive://index", "Index", "Twelve months."), 0);
    let options = options(fixture("clean-guarded"));
    let (_, authentication) = tested(&running, options.clone(), NamedTest::AuthTest).await;
    let (_, authorization) = tested(&running, options, NamedTest::Authz).await;
    for (outcomes, id, option) in [
        (&authentication, "MCPA-AUTH-006", "--expired-credential"),
        (&authentication, "MCPA-AUTH-011", "--credential2"),
        (&authorization, "MCPA-OAU-016", "--credential2"),
        (&authorization, "MCPA-OAU-017", "--foreign-credential"),
        (&authorization, "MCPA-AZ-001", "--credential2"),
        (&authorization, "MCPA-AZ-002", "--credential2"),
        (&authorization, "MCPA-AZ-003", "--credential2"),
    ] {
        assert!(needs_credentials(outcomes, id).contains(option), "{id}: {:?}", outcomes[id]);
    }
}

#[tokio::test]
async fn no_token_of_any_caller_is_told() {
    for name in ["expired-token", "foreign-audience", "scope-as-invalid"] {
        let running = start(fixture(name));
        let options = with_callers(options(fixture(name)), &running);
        let audit = engine::audit(target(&running), options, &Silent).await.expect("an audit");
        let told = serde_json::to_string(&audit).expect("JSON");
        for token in [running.token(), running.second_token(), running.expired_token(), running.foreign_token()] {
            let token = token.expect("a token");
            // A JSON Web Token begins as all of them do.
            let end = token.rsplit('.').next().unwrap_or(token);
            assert!(!told.contains(end), "{name}: a token is in the result");
        }
    }
}

/// Everything that two users can show fits into what one test may send, and is decided.
#[tokio::test]
async fn nothing_that_could_be_compared_is_left_out() {
    for name in ["clean-two-callers", "clean-two-callers-with-sessions", "guarded-http-sse"] {
        let (audit, _) = audit(fixture(name)).await;
        assert!(audit.incomplete.is_empty(), "{name}, {} requests: {:#?}", audit.traffic.requests, audit.incomplete);
    }
}

#[tokio::test]
async fn a_second_credential_that_is_refused_or_the_first_one_compares_nothing() {
    let running = start_on(Server::new("archive").tool(reading("get_month")).guarded(), 0);
    let bearer = |token: &str| -> Headers { vec![("Authorization".to_owned(), format!("Bearer {token}").into())] };
    for (token, expected) in [("nobody-issued-this", "refused"), (running.token().expect("a token"), "another one")] {
        let options = Options { second_credential: bearer(token), ..options(fixture("clean-guarded")) };
        let (_, outcomes) = tested(&running, options, NamedTest::Authz).await;
        assert!(needs_credentials(&outcomes, "MCPA-AZ-002").contains(expected), "{:?}", outcomes["MCPA-AZ-002"]);
    }
}

#[tokio::test]
async fn lists_that_change_by_themselves_are_not_compared() {
    let server = Server::new("archive").tool(reading("get_month")).tool(reading("get_year")).guarded();
    let server = server.resource("archive://index", "Index", "Twelve months.").flaw(Flaw::UnsteadyForSecond);
    let running = start_on(server, 0);
    let options = with_callers(options(fixture("clean-guarded")), &running);
    let (findings, outcomes) = tested(&running, options, NamedTest::Authz).await;
    assert!(findings.iter().all(|finding| finding.severity == Severity::Info), "{findings:?}");
    for id in ["MCPA-AZ-001", "MCPA-AZ-002", "MCPA-OAU-016"] {
        let told = &outcomes[id];
        assert!(
            matches!(told, Outcome::NotAssessed { reason, .. } if reason.starts_with("unstable")),
            "{id}: {told:?}"
        );
    }
}

#[tokio::test]
async fn shareable_answers_that_change_by_themselves_are_not_compared() {
    let server = Server::new("archive").tool(reading("get_month")).guarded();
    let running = start_on(server.modern_only().sharing_lists().flaw(Flaw::VariesByList), 0);
    let options = with_callers(options(fixture("clean-guarded")), &running);
    let (_, outcomes) = tested(&running, options, NamedTest::Authz).await;
    let told = &outcomes["MCPA-AZ-008"];
    assert!(matches!(told, Outcome::NotAssessed { reason, .. } if reason.starts_with("unstable")), "{told:?}");
}

#[tokio::test]
async fn a_hidden_tool_that_writes_is_reached_by_arguments_that_it_must_refuse() {
    let text = json!({ "text": { "type": "string", "maxLength": 80 } });
    let add = Tool::saying("add_note", "Adds a note to today's list.", text, "added").for_owner();
    let server = Server::new("archive").tool(reading("get_month")).tool(add).guarded().flaw(Flaw::HiddenCallable);
    let running = start_on(server, 0);
    let usual = with_callers(options(fixture("clean-guarded")), &running);
    let (_, outcomes) = tested(&running, usual.clone(), NamedTest::Authz).await;
    let told = &outcomes["MCPA-AZ-002"];
    assert!(matches!(told, Outcome::NotAssessed { needs: Some(_), .. }), "{told:?}");
    let (findings, _) = tested(&running, Options { mode: Mode::Active, ..usual }, NamedTest::Authz).await;
    let found = findings.iter().find(|finding| finding.check.as_str() == "MCPA-AZ-002").expect("a finding");
    assert_eq!((found.confidence, found.location.as_str()), (Confidence::Likely, "tool:add_note"));
}

#[tokio::test]
async fn an_opaque_token_may_only_read_where_the_user_says_so() {
    let text = json!({ "text": { "type": "string", "maxLength": 80 } });
    let add = Tool::saying("add_note", "Adds a note to today's list.", text, "added").scoped();
    let server = Server::new("archive").tool(reading("get_month")).tool(add).guarded().flaw(Flaw::ScopeAfterArguments);
    let running = start_on(server, 0);
    let usual = Options { mode: Mode::Active, ..with_callers(options(fixture("clean-guarded")), &running) };
    let (_, outcomes) = tested(&running, usual.clone(), NamedTest::Authz).await;
    assert!(needs_credentials(&outcomes, "MCPA-AZ-007").contains("--credential2-read-only"));
    let (findings, _) = tested(&running, Options { second_is_read_only: true, ..usual }, NamedTest::Authz).await;
    assert!(findings.iter().any(|finding| finding.check.as_str() == "MCPA-AZ-007"), "{findings:?}");
}

#[tokio::test]
async fn without_a_foreign_token_the_audience_of_the_own_one_tells() {
    let part = "eyJhbGciOiJFUzI1NiJ9";
    // {"aud":"https://other.example/mcp"}
    let claims = "eyJhdWQiOiJodHRwczovL290aGVyLmV4YW1wbGUvbWNwIn0";
    let running =
        start_on(Server::new("archive").tool(reading("get_month")).guarded_by(&format!("{part}.{claims}.c2ln")), 0);
    let (findings, _) = tested(&running, options(fixture("clean-guarded")), NamedTest::Authz).await;
    let found = findings.iter().find(|finding| finding.check.as_str() == "MCPA-OAU-017").expect("a finding");
    assert_eq!(found.confidence, Confidence::Likely);
}

#[tokio::test]
async fn a_server_that_is_meant_to_be_open_is_no_finding() {
    let running = start_on(Server::new("archive").tool(reading("get_month")), 0);
    let options = Options { public: true, ..options(fixture("clean-tools")) };
    let (findings, outcomes) = tested(&running, options, NamedTest::AuthTest).await;
    assert!(findings.iter().all(|finding| finding.severity == Severity::Info), "{findings:?}");
    assert!(matches!(outcomes["MCPA-AUTH-001"], Outcome::NotApplicable { .. }));
}

#[tokio::test]
async fn a_cursor_that_shows_another_user_more_is_a_finding_and_one_that_does_not_is_none() {
    let tools = (0..50).map(|number| reading(&format!("get_month_{number}")));
    let archive = || Server::new("archive").tools(tools.clone()).tool(reading("get_secret").for_owner()).guarded();
    for (server, expected) in [(archive().flaw(Flaw::CursorOfOwner), 1), (archive(), 0)] {
        let running = start_on(server.modern_only(), 0);
        let options = with_callers(options(fixture("clean-guarded")), &running);
        let (findings, outcomes) = tested(&running, options, NamedTest::InputValidation).await;
        assert!(outcomes["MCPA-PR-019"].is_decided(), "{:?}", outcomes["MCPA-PR-019"]);
        let found = findings.iter().filter(|finding| finding.check.as_str() == "MCPA-PR-019").count();
        assert_eq!(found, expected);
    }
}
