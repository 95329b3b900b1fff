//! What an auditor sees of requests that a server makes itself, and what it does without a listener.

use contracts::audit::{CheckResult, Confidence, NamedTest, Outcome, Severity};
use engine::check::Mode;
use engine::{Callback, ChildNetwork, Options, Session};
use serde_json::json;
use servers::{Reply, Server, Tool, fixture};

use crate::auditing::{Silent, child, options, target};

/// The input checks of a server, with the callback listener turned off: its findings, and what each check concluded.
async fn without_listener(server: Server) -> (Vec<(String, Severity, Confidence)>, Vec<CheckResult>) {
    let running = servers::start_on(server, 0);
    let options = Options { mode: Mode::Active, callback: Callback::Off, ..options(fixture("any-address")) };
    let mut session = Session::connect(target(&running), options).await.expect("a connection");
    session.discover().await.expect("lists");
    let group = session.run(NamedTest::InputValidation, &Silent).await;
    session.close().await;
    let found = group.findings.iter().map(|finding| (finding.check.to_string(), finding.severity, finding.confidence));
    (found.filter(|(_, severity, _)| *severity > Severity::Low).collect(), group.checks)
}

/// A server with one reading tool of one parameter.
fn desk(name: &str, parameter: &str, handler: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
    let properties = json!({ parameter: { "type": "string", "maxLength": 500 } });
    let wanted = parameter.to_owned();
    let tool = Tool::new(name, "Returns what there is to say.", properties, move |call| handler(call.text(&wanted)));
    Server::new("front-desk").tool(tool.reading()).unlimited()
}

#[tokio::test]
async fn without_a_listener_the_words_of_a_tool_tell_what_it_reaches() {
    let server = desk("get_preview", "image_url", |url| {
        Reply::Failure(match url {
            "http://127.0.0.1:1/" => "connect ECONNREFUSED 127.0.0.1:1".to_owned(),
            _ => "this host is not known".to_owned(),
        })
    });
    let (found, checks) = without_listener(server).await;
    assert_eq!(found, [("MCPA-INP-013".to_owned(), Severity::High, Confidence::Likely)]);
    let not_assessed = checks.iter().filter(|check| matches!(check.outcome, Outcome::NotAssessed { .. }));
    let ids: Vec<&str> = not_assessed.map(|check| check.check.as_str()).filter(|id| id.contains("-INP-")).collect();
    assert_eq!(ids, ["MCPA-INP-012", "MCPA-INP-014", "MCPA-INP-019", "MCPA-INP-023"]);
}

#[tokio::test]
async fn a_tool_that_fails_alike_for_every_address_reaches_nothing() {
    let server = desk("get_preview", "image_url", |_| Reply::Failure("fetch failed: connection refused".to_owned()));
    let (found, _) = without_listener(server).await;
    assert!(found.is_empty(), "{found:?}");
}

// The proof by time takes half a minute: three rounds of 3 and 6 seconds.
#[tokio::test]
async fn a_delay_that_comes_true_each_time_is_likely_a_shell() {
    let server = desk("check_host", "host", |host| {
        let seconds = host.split_once("$(sleep ").and_then(|(_, rest)| rest.split_once(')'));
        let seconds = seconds.and_then(|(seconds, _)| seconds.parse().ok()).unwrap_or(0).min(6);
        // The fault itself: a shell would run the `sleep` that it was sent.
        std::thread::sleep(std::time::Duration::from_secs(seconds));
        Reply::Text("The check is done.".to_owned())
    });
    let (found, _) = without_listener(server).await;
    assert_eq!(found, [("MCPA-INP-004".to_owned(), Severity::Critical, Confidence::Likely)]);
}

#[tokio::test]
async fn a_server_without_a_network_calls_a_listener_that_followed_it() {
    let fetcher = fixture("any-address");
    let isolated = Options { child_network: ChildNetwork::Isolated, ..options(fetcher) };
    let audit = match engine::audit(child(fetcher), isolated, &Silent).await {
        Ok(audit) => audit,
        // Some machines allow no namespaces. Then it is not started at all, and says so.
        Err(error) => {
            assert!(error.to_string().contains("network"), "{error}");
            return;
        }
    };
    let outcome = |id: &str| &audit.checks.iter().find(|result| result.check.as_str() == id).expect("a check").outcome;
    // Only an administrator of the machine may listen inside.
    match outcome("MCPA-INP-012") {
        Outcome::NotAssessed { reason, .. } => assert!(reason.contains("--stdio-net"), "{reason}"),
        called => {
            assert!(matches!(called, Outcome::Finding { .. }), "{called:?}");
            assert!(matches!(outcome("MCPA-INP-013"), Outcome::Finding { .. }));
        }
    }
}
