//! Secrets that a server publishes in its definitions.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret;
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{all_parameters, prompt_at, resource_at};
use crate::snapshot::{Snapshot, strings};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-001",
    title: "Secret in a definition",
    test: NamedTest::DataExposure,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Revoke the secret, issue a new one, and load it at run time from the environment or a secret store; every client that \
        listed the server has seen it.",
    tags: &[Tag::Cwe(798), Tag::McpTop10(1), Tag::LlmTop10(2)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let mut drafts = Vec::new();
    let mut look = |location: String, text: &str| {
        for hit in secret::scan(text) {
            let severity = if hit.structural { Severity::Critical } else { Severity::High };
            let confidence = if hit.structural { Confidence::Confirmed } else { Confidence::Likely };
            let message = format!("a definition contains a secret of the type `{}`", hit.kind);
            let sample = Sample::part(text, hit.matched, format!("secret:{}", hit.kind));
            drafts.push(Draft::new(severity, confidence, location.clone(), message).distinct(hit.kind).sample(sample));
        }
    };
    for tool in &snapshot.tools {
        for (pointer, text) in strings(&tool.raw) {
            look(tool.at(&pointer), text);
        }
        // A default or example is a bare value: what it is for stands in the parameter's name.
        for (pointer, name, schema) in all_parameters(tool) {
            for key in ["default", "const", "example", "examples", "enum"] {
                let values = match schema.get(key) {
                    Some(Value::Array(values)) => values.iter().collect(),
                    Some(value) => vec![value],
                    None => Vec::new(),
                };
                for value in values.into_iter().filter_map(Value::as_str) {
                    if secret::scan(value).is_empty() {
                        look(tool.at(&format!("{pointer}/{key}")), &format!("{name}={value}"));
                    }
                }
            }
        }
    }
    for prompt in &snapshot.prompts {
        for (pointer, text) in strings(&prompt.raw) {
            look(prompt_at(prompt, &pointer), text);
        }
    }
    for resource in snapshot.resources.iter().chain(&snapshot.templates) {
        for (pointer, text) in strings(&resource.raw) {
            look(resource_at(resource, &pointer), text);
        }
    }
    if let Some(instructions) = &snapshot.instructions {
        look("server".to_owned(), instructions);
    }
    for (_, text) in strings(&snapshot.server_info) {
        look("server".to_owned(), text);
    }
    Verdict::Decided(drafts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    /// A token of a source host's format with a valid shape, put together so that it stands in no source file.
    fn token() -> String {
        format!("{}_{}", "ghp", "Zq8wN4vR2tY6uP1sD3fG5hJ7kL9xC0bV2nM4")
    }

    #[test]
    fn a_token_in_a_description_is_flagged_and_a_placeholder_is_not() {
        let with = |text: String| json!({"name": "get", "description": text, "inputSchema": {"type": "object"}});
        let found = findings(&CHECK, &server(&[with(format!("Call it with {}", token()))]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].location, "tool:get#/description");
        assert!(!found[0].message.contains(&token()));

        assert!(findings(&CHECK, &server(&[with("Set API_KEY=<your-api-key-goes-here> first".into())])).is_empty());
    }

    #[test]
    fn a_default_is_judged_by_its_parameter() {
        let with = |name: &str| json!({"name": "get", "inputSchema": {"properties": {name: {"type": "string", "default": "q9Zx27LmR4tVw81KpNs6YbTe"}}}});
        let found = findings(&CHECK, &server(&[with("api_key")]));
        assert_eq!(
            found.iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(),
            ["tool:get#/inputSchema/properties/api_key/default"]
        );
        assert_eq!(found[0].severity, Severity::High);
        assert!(findings(&CHECK, &server(&[with("cursor")])).is_empty());
    }
}
