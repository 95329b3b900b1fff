//! What an auditor may send (catalogue section 2), asserted on what a server was sent.

use std::collections::BTreeMap;

use contracts::audit::{Need, Outcome};
use engine::tool_class::{ToolClass, classify, shared_prefix};
use serde_json::Value;
use servers::{Fixture, Recorded, Tool, violation};

/// Marks of payloads that rows of the mode A send: none may come without `--active`.
const PROBING: [&str; 17] = [
    "$((",
    "../",
    "..\\",
    "%2e%2e",
    ".repeat(",
    "sleep ",
    "os-release",
    "' AND ",
    "curl ",
    "--mcpa",
    "{{",
    "$ne",
    ")(cn=",
    "-mcpa",
    "127.0.0.1",
    "DOCTYPE",
    "file:",
];

/// Asserts that no request broke the rules of the mode in which a fixture was audited.
pub(crate) fn assert_allowed(fixture: &Fixture, requests: &[Recorded]) {
    let server = (fixture.build)();
    let tools = server.all_tools();
    assert_within_budget(fixture, requests);
    let prefix = shared_prefix(tools.iter().map(Tool::name));
    for request in requests {
        let at_issuer = ["/authorize", "/clients"].iter().any(|path| request.path.contains(path));
        assert!(fixture.active || !at_issuer, "{}: a client was made without `--active`", fixture.name);
        let Some(name) = &request.tool else { continue };
        let shown = format!("{}: {name} {}", fixture.name, request.arguments);
        let payload = request.arguments.to_string();
        assert!(
            fixture.active || !PROBING.iter().any(|mark| payload.contains(mark)),
            "a probing call without `--active`: {shown}"
        );
        let Some(tool) = tools.iter().find(|tool| tool.name() == name) else { continue };
        let is_valid = violation(tool.schema(), &request.arguments).is_none();
        match (class(tool, &prefix), fixture.active) {
            (ToolClass::Read, _) | (ToolClass::Unknown, true) => {}
            (ToolClass::Unknown, false) => assert!(!is_valid, "a valid call of an unknown tool: {shown}"),
            (ToolClass::Write | ToolClass::Execution, true) => {
                assert!(!is_valid, "a valid call of a writing tool: {shown}");
            }
            (class, _) => panic!("a call of a tool of the class {class:?}: {shown}"),
        }
    }
}

/// Requests of a run with and without probing calls, before the first listing of which others count, and calls of one
/// tool with those that look for a limit (catalogue section 2).
const REQUESTS: usize = 500 + 400;
const REQUESTS_ACTIVE: usize = 500 + 1_500;
const CALLS_PER_TOOL: usize = 60;
const CALLS_PER_TOOL_ACTIVE: usize = 60 + 80;

fn assert_within_budget(fixture: &Fixture, requests: &[Recorded]) {
    let (all, per_tool) =
        if fixture.active { (REQUESTS_ACTIVE, CALLS_PER_TOOL_ACTIVE) } else { (REQUESTS, CALLS_PER_TOOL) };
    assert!(requests.len() <= all, "{}: {} requests", fixture.name, requests.len());
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for tool in requests.iter().filter_map(|request| request.tool.as_deref()) {
        *calls.entry(tool).or_default() += 1;
    }
    for (tool, count) in calls {
        assert!(count <= per_tool, "{}: {count} calls of {tool}", fixture.name);
    }
}

fn class(tool: &Tool, prefix: &str) -> ToolClass {
    let definition = tool.definition();
    let annotations = definition.get("annotations").unwrap_or(&Value::Null);
    classify(tool.name(), prefix, definition["description"].as_str(), annotations, tool.schema())
}

#[tokio::test]
async fn even_with_probing_calls_nothing_is_destroyed_or_written() {
    for name in ["acme-notes", "clean-guarded"] {
        let fixture = servers::fixture(name);
        let running = servers::start(fixture);
        let options = engine::Options { mode: engine::check::Mode::Active, ..crate::auditing::options(fixture) };
        engine::audit(crate::auditing::target(&running), options, &crate::auditing::Silent).await.expect("an audit");
        let requests = running.requests();
        let called = |tool: &str| requests.iter().any(|request| request.tool.as_deref() == Some(tool));
        assert!(!called("delete_note"), "{name}: a destructive tool was called");
        let active = Fixture { active: true, ..*fixture };
        assert_allowed(&active, &requests);
    }
}

#[tokio::test]
async fn a_passive_audit_calls_no_tool() {
    for name in ["acme-notes", "clean-tools", "clean-guarded"] {
        let fixture = servers::fixture(name);
        let running = servers::start(fixture);
        let options = engine::Options { mode: engine::check::Mode::Passive, ..crate::auditing::options(fixture) };
        let audit = engine::audit(crate::auditing::target(&running), options, &crate::auditing::Silent)
            .await
            .expect("an audit");
        let server = (fixture.build)();
        let called: Vec<String> = running.requests().into_iter().filter_map(|request| request.tool).collect();
        for tool in server.all_tools() {
            assert!(!called.iter().any(|name| name == tool.name()), "{name}: {} was called", tool.name());
        }
        assert!(audit.notes.iter().any(|note| note.contains("passive")), "{:?}", audit.notes);
        let needs = audit
            .checks
            .iter()
            .filter(|check| matches!(check.outcome, Outcome::NotAssessed { needs: Some(Need::Calls), .. }));
        assert!(needs.count() > 10);
    }
}
