//! What an auditor concludes from what a server asks its client, hands out and keeps: that it looked at all of it, and
//! that it says so where nothing can be compared.

use std::collections::BTreeMap;

use contracts::audit::{NamedTest, Need, Outcome};
use engine::{Callback, Options};
use serde_json::json;
use servers::{Reply, Server, Tool, fixture};

use crate::auditing::{Silent, listed, options};

/// What the checks of some named tests concluded about a server.
async fn outcomes(server: Server, options: Options, tests: &[NamedTest]) -> BTreeMap<String, Outcome> {
    let running = servers::start_on(server, 0);
    let session = listed(&running, options).await;
    let mut outcomes = BTreeMap::new();
    for test in tests {
        let group = session.run(*test, &Silent).await;
        outcomes.extend(group.checks.into_iter().map(|check| (check.check.to_string(), check.outcome)));
    }
    session.close().await;
    outcomes
}

#[tokio::test]
async fn what_a_sound_server_asks_and_hands_out_is_looked_at() {
    let fixture = fixture("clean-asking");
    let tests = [NamedTest::Authz, NamedTest::DataExposure, NamedTest::PromptInjection, NamedTest::DescriptionAnalysis];
    let both = outcomes((fixture.build)(), options(fixture), &tests).await;
    let decided = ["AZ-006", "DX-013", "DX-014", "PI-009", "PI-010", "PI-011", "DA-015"];
    for id in decided.iter().chain(&["AZ-004"]) {
        assert_eq!(both.get(&format!("MCPA-{id}")), Some(&Outcome::Pass), "{id}");
    }
    let legacy = outcomes((fixture.build)().legacy_only(), options(fixture), &tests).await;
    for id in decided {
        assert_eq!(legacy.get(&format!("MCPA-{id}")), Some(&Outcome::Pass), "{id} in the older revisions");
    }
    assert!(matches!(legacy.get("MCPA-AZ-004"), Some(Outcome::NotApplicable { .. })));
}

#[tokio::test]
async fn questions_come_only_to_a_client_that_says_that_it_can_be_asked() {
    for legacy in [false, true] {
        let fixture = fixture("clean-asking");
        let server = (fixture.build)();
        let running = servers::start_on(if legacy { server.legacy_only() } else { server }, 0);
        let session = listed(&running, options(fixture)).await;
        session.run(NamedTest::InputValidation, &Silent).await;
        let calls = |tool: &str| running.requests().iter().filter(|sent| sent.tool.as_deref() == Some(tool)).count();
        let before = calls("get_summary");
        let group = session.run(NamedTest::DataExposure, &Silent).await;
        session.close().await;
        assert!(group.findings.is_empty(), "{:?}", group.findings);
        // The question is declined in a second round of the stateless protocol, and beside the answer in a session.
        assert_eq!(calls("get_summary") - before, if legacy { 1 } else { 2 });
    }
}

#[tokio::test]
async fn a_state_that_is_answered_differently_each_time_is_not_compared() {
    let words = ["rain", "snow", "hail", "fog", "sun"];
    let tool = Tool::new("get_archive", "Returns where the archive is.", json!({}), move |call| {
        let word = usize::try_from(call.number).unwrap_or_default() % words.len();
        // A state is good for one word only.
        if word.is_multiple_of(2) {
            Reply::Text(words[word].to_owned())
        } else {
            Reply::Failure(words[word].to_owned())
        }
    });
    let form = json!({ "mode": "form", "message": "Which shelf?", "requestedSchema": { "type": "object" } });
    let server = Server::new("archive").tool(tool.asking("elicitation/create", form).reading());
    let outcomes = outcomes(server, options(fixture("clean-asking")), &[NamedTest::Authz]).await;
    let told = outcomes.get("MCPA-AZ-004");
    assert!(matches!(told, Some(Outcome::NotAssessed { reason, .. }) if reason.starts_with("unstable")), "{told:?}");
}

#[tokio::test]
async fn a_server_that_changes_by_itself_is_not_compared() {
    let note = Tool::saying("get_note", "Returns the oldest note of the day.", json!({}), "Water the plants.");
    let list = Tool::new("list_drops", "Lists how many drops of rain fell.", json!({}), |call| {
        Reply::Text(format!("{} drops", call.number))
    });
    let server = Server::new("garden").tool(note.reading()).tool(list.reading());
    let outcomes = outcomes(server, options(fixture("clean-asking")), &[NamedTest::DescriptionAnalysis]).await;
    let told = outcomes.get("MCPA-DA-015");
    assert!(matches!(told, Some(Outcome::NotAssessed { reason, .. }) if reason.starts_with("unstable")), "{told:?}");
}

#[tokio::test]
async fn without_a_listener_no_page_is_shown_to_a_tool() {
    let fixture = fixture("unmarked-content");
    let options = Options { callback: Callback::Off, ..options(fixture) };
    let outcomes = outcomes((fixture.build)(), options, &[NamedTest::PromptInjection]).await;
    for id in ["MCPA-PI-002", "MCPA-PI-003", "MCPA-PI-004"] {
        let told = outcomes.get(id);
        assert!(matches!(told, Some(Outcome::NotAssessed { needs: Some(Need::Callback), .. })), "{id}: {told:?}");
    }
}
