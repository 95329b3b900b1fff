//! Annotations that make a tool look safer than its words and parameters say.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{is_url, takes_string};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::{ToolClass, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-011",
    title: "Annotations contradict the tool",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Correct the annotations: clients skip their confirmation for tools that claim to be read-only or harmless.",
    tags: &[
        Tag::Cwe(451),
        Tag::McpTop10(3),
        Tag::LlmTop10(3),
        Tag::Agentic(9),
        Tag::Spec("2025-06-18", "Tools: annotations are untrusted"),
    ],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    snapshot.tools.iter().flat_map(contradictions).collect()
}

fn contradictions(tool: &Tool) -> Vec<Draft> {
    // `destructiveHint: true` alone makes a tool destructive; what it does is told by its words.
    let changes = tool.class >= ToolClass::Write && !only_reads(tool);
    let claims = [
        (
            "readOnlyHint",
            true,
            changes,
            "the tool claims to be read-only, its words say that it changes or executes something",
        ),
        (
            "destructiveHint",
            false,
            changes && tool.class == ToolClass::Destructive,
            "the tool claims to destroy nothing, its words say that it deletes or sends",
        ),
        (
            "openWorldHint",
            false,
            reaches_out(tool),
            "the tool claims a closed world and takes an address or a recipient",
        ),
    ];
    let draft = |(hint, claim, contradicted, message): (&str, bool, bool, &str)| {
        (contradicted && tool.hint(hint) == Some(claim)).then(|| {
            let shown = format!("{}: {hint} = {claim}", tool.name);
            Draft::new(Severity::Medium, Confidence::Likely, tool.at(&format!("/annotations/{hint}")), message)
                .distinct(hint)
                .sample(Sample::whole(shown, format!("annotation:{hint}")))
        })
    };
    claims.into_iter().filter_map(draft).collect()
}

/// A name that begins with reading and does not go on to something else: `get_merge_status`, `list_deploy_keys`.
fn only_reads(tool: &Tool) -> bool {
    const READING: &[&str] = &[
        "get", "list", "read", "search", "find", "fetch", "describe", "show", "lookup", "count", "check", "retrieve",
        "view", "query", "is", "has",
    ];
    let words = split(&tool.name);
    let reading = words.iter().position(|word| READING.contains(&word.as_str()));
    reading.is_some_and(|at| at <= 1)
        && !words.iter().any(|word| matches!(word.as_str(), "and" | "or" | "then"))
        && tool.parameters().all(|(name, schema)| !crate::tool_class::is_executed(name, schema))
}

fn reaches_out(tool: &Tool) -> bool {
    let recipient =
        |name: &str| split(name).iter().any(|word| matches!(word.as_str(), "recipient" | "recipients" | "webhook"));
    tool.parameters().any(|(name, schema)| is_url(name, schema) || takes_string(schema) && recipient(name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::samples::{findings, server};

    fn locations(definition: Value) -> Vec<String> {
        findings(&CHECK, &server(&[definition])).into_iter().map(|draft| draft.location).collect()
    }

    #[test]
    fn each_contradiction_is_flagged_and_honest_annotations_are_not() {
        let claims = |name: &str, annotations: Value| json!({"name": name, "description": "Works", "annotations": annotations, "inputSchema": {"properties": {"url": {"type": "string"}}}});
        assert_eq!(
            locations(claims("delete_file", json!({"readOnlyHint": true}))),
            ["tool:delete_file#/annotations/readOnlyHint"]
        );
        assert_eq!(
            locations(claims("send_mail", json!({"destructiveHint": false}))),
            ["tool:send_mail#/annotations/destructiveHint"]
        );
        assert_eq!(
            locations(claims("fetch", json!({"openWorldHint": false}))),
            ["tool:fetch#/annotations/openWorldHint"]
        );

        for innocent in [
            claims("get_file", json!({"readOnlyHint": true, "openWorldHint": true})),
            claims("get_merge_status", json!({"readOnlyHint": true})),
            claims("create_file", json!({"readOnlyHint": false, "destructiveHint": false})),
            claims("delete_file", json!({"destructiveHint": true})),
        ] {
            assert!(locations(innocent.clone()).is_empty(), "{innocent}");
        }
    }
}
