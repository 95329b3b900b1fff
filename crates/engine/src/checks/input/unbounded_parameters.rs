//! Parameters without any bound where a bound matters.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{is_path, is_url, takes_string};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-002",
    title: "Unbounded parameters",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Give each such parameter a bound in its schema: maxLength, pattern, format or enum for text, maxItems for lists.",
    tags: &[Tag::Cwe(1284), Tag::McpTop10(5)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let unbounded: Vec<String> = snapshot.tools.iter().flat_map(unbounded).collect();
    if unbounded.is_empty() {
        return Verdict::PASS;
    }
    let message = format!(
        "{} parameters of executing tools, or for paths and addresses, have no bound in their schema",
        unbounded.len()
    );
    Draft::new(Severity::Low, Confidence::Confirmed, "server", message)
        .sample(Sample::whole(unbounded.join(", "), "schema:bounds"))
        .into()
}

/// `<tool>.<parameter>` of each unbounded parameter.
fn unbounded(tool: &Tool) -> impl Iterator<Item = String> {
    tool.parameters()
        .filter(|(name, schema)| tool.class == ToolClass::Execution || is_path(name, schema) || is_url(name, schema))
        .filter(|(_, schema)| is_unbounded(schema))
        .map(|(name, _)| format!("{}.{name}", tool.name))
}

fn is_unbounded(schema: &Value) -> bool {
    if schema.get("type").and_then(Value::as_str) == Some("array") {
        return schema.get("maxItems").is_none();
    }
    let bounds = ["enum", "const", "format", "pattern", "maxLength", "$ref", "anyOf", "oneOf", "allOf"];
    schema.is_object() && takes_string(schema) && bounds.iter().all(|bound| schema.get(*bound).is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn a_free_path_is_flagged_once_and_bounded_or_harmless_ones_are_not() {
        let found =
            findings(&CHECK, &server(&[tool("read_file", "Reads", "path"), tool("fetch_page", "Fetches", "url")]));
        assert_eq!((found.len(), found[0].location.as_str()), (1, "server"));
        assert_eq!(found[0].samples[0].text, "read_file.path, fetch_page.url");

        let bounded = json!({"name": "read_file", "inputSchema": {"properties": {"path": {"type": "string", "maxLength": 100}, "tags": {"type": "array"}}}});
        assert!(findings(&CHECK, &server(&[bounded, tool("get_weather", "Returns", "city")])).is_empty());
    }
}
