//! What an auditor may send (catalogue section 2), asserted on what a server was sent.

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
    let prefix = shared_prefix(tools.iter().map(Tool::name));
    for request in requests {
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
        let options = engine::Options { active: true, ..crate::auditing::options(fixture) };
        engine::audit(crate::auditing::target(&running), options, &crate::auditing::Silent).await.expect("an audit");
        let requests = running.requests();
        let called = |tool: &str| requests.iter().any(|request| request.tool.as_deref() == Some(tool));
        assert!(!called("delete_note"), "{name}: a destructive tool was called");
        let active = Fixture { active: true, ..*fixture };
        assert_allowed(&active, &requests);
    }
}
