//! Tools that hand a free system text and a free prompt on to another model.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::takes_string;
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-013",
    title: "Jailbreak relay",
    test: NamedTest::PromptInjection,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Fix the system text of the other model in the server, and take only the task from the caller.",
    tags: &[Tag::Cwe(1427), Tag::LlmTop10(1), Tag::Agentic(2)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let drafts = snapshot.tools.iter().filter_map(|tool| {
        let system = parameter(tool, &["system"], "")?;
        parameter(tool, &["prompt", "message", "messages", "input", "question", "text"], system)?;
        let message = "a tool takes the system text and the prompt of another model from its caller";
        Some(
            Draft::new(
                Severity::Low,
                Confidence::Tentative,
                tool.at(&format!("/inputSchema/properties/{system}")),
                message,
            )
            .sample(Sample::whole(tool.name.clone(), "relay")),
        )
    });
    drafts.collect()
}

/// The first free parameter besides another whose name holds one of the words.
fn parameter<'t>(tool: &'t Tool, words: &[&str], other: &str) -> Option<&'t str> {
    let free = |schema: &Value| {
        let is_list = schema.get("type").and_then(Value::as_str) == Some("array");
        (takes_string(schema) || is_list) && schema.get("enum").is_none() && schema.get("const").is_none()
    };
    let named = |name: &str| {
        // An operating system or a system id is another kind of system.
        let all = split(name);
        let is_other = all.iter().any(|word| matches!(word.as_str(), "operating" | "id" | "file" | "name"));
        !is_other && all.iter().any(|word| words.contains(&word.as_str()))
    };
    tool.parameters().find(|(name, schema)| *name != other && named(name) && free(schema)).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    #[test]
    fn both_must_be_free() {
        let count = |properties: Value| {
            findings(&CHECK, &server(&[json!({ "name": "ask", "inputSchema": { "properties": properties } })])).len()
        };
        let text = json!({ "type": "string" });
        assert_eq!(count(json!({ "system_prompt": text, "prompt": text })), 1);
        assert_eq!(count(json!({ "system": { "enum": ["brief", "long"] }, "prompt": text })), 0);
        assert_eq!(count(json!({ "prompt": text })), 0);
        assert_eq!(count(json!({ "operating_system": text })), 0);
    }
}
