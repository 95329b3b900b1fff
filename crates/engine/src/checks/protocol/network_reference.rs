//! Schemas that point to another server. The engine never follows them; a client might.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-018",
    title: "Network reference in a schema",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Put the referenced schema into `$defs` of the tool's own schema and refer to it with `#/$defs/...`.",
    tags: &[Tag::Cwe(918), Tag::Cwe(829), Tag::McpTop10(3), Tag::Spec("2026-07-28", "Tools: network $ref")],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    snapshot.tools.iter().flat_map(references).collect()
}

fn references(tool: &Tool) -> Vec<Draft> {
    let mut found = Vec::new();
    walk(&tool.input_schema, "/inputSchema", &mut found);
    walk(&tool.output_schema, "/outputSchema", &mut found);
    let message = "the schema refers to a document on another server, which a validating client would fetch";
    let draft = |(pointer, reference): (String, &str)| {
        Draft::new(Severity::Medium, Confidence::Confirmed, tool.at(&pointer), message)
            .sample(Sample::whole(reference, "schema:network-ref"))
    };
    found.into_iter().map(draft).collect()
}

/// Absolute http(s) references with their JSON pointers. A *property* called `$ref` has a schema, not a string.
fn walk<'s>(value: &'s Value, pointer: &str, found: &mut Vec<(String, &'s str)>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                match member {
                    Value::String(target) if matches!(key.as_str(), "$ref" | "$dynamicRef") && is_network(target) => {
                        found.push((pointer, target));
                    }
                    // Data, not schemas: a value may well hold something that looks like a reference.
                    _ if matches!(key.as_str(), "enum" | "const" | "default" | "examples") => {}
                    _ => walk(member, &pointer, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn is_network(reference: &str) -> bool {
    let reference = reference.trim_start().to_ascii_lowercase();
    reference.starts_with("http://") || reference.starts_with("https://") || reference.starts_with("//")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    #[test]
    fn a_network_reference_is_flagged_and_a_local_one_or_the_dialect_is_not() {
        let flagged =
            json!({"name": "get", "inputSchema": {"properties": {"a": {"$ref": "https://evil.example/s.json"}}}});
        let found = findings(&CHECK, &server(&[flagged]));
        assert_eq!((found.len(), found[0].location.as_str()), (1, "tool:get#/inputSchema/properties/a/$ref"));

        let innocent = json!({"name": "get", "inputSchema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "properties": {"a": {"$ref": "#/$defs/a"}, "$ref": {"type": "string", "default": "https://example.com"}}, "$defs": {"a": {}}}});
        assert!(findings(&CHECK, &server(&[innocent])).is_empty());
    }
}
