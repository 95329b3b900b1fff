//! Definitions that fill the model's context before anything is asked.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-001",
    title: "Definitions fill the context",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Trim descriptions and schemas, or split the server, so that the definitions stay below 8 000 tokens.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6), Tag::McpTop10(10)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let tools: usize = snapshot.tools.iter().map(|tool| shown(&tool.raw)).sum();
    let prompts: usize = snapshot.prompts.iter().map(|prompt| shown(&prompt.raw)).sum();
    let instructions = snapshot.instructions.as_deref().map_or(0, tokens);
    let total = tools + prompts + instructions;
    let severity = match total {
        60_001.. => Severity::High,
        25_001.. => Severity::Medium,
        8_001.. => Severity::Low,
        _ => return Verdict::PASS,
    };
    let counted =
        format!("about {total} tokens: {tools} in tools, {prompts} in prompts, {instructions} in instructions");
    let message = "the definitions take a large part of the model's context before the first call";
    Verdict::Decided(vec![
        Draft::new(severity, Confidence::Confirmed, "server", message).sample(Sample::whole(counted, "tokens")),
    ])
}

/// What clients give to the model of a definition. Icons, annotations, `_meta` and the schema of results are for clients.
const SHOWN: [&str; 4] = ["name", "description", "inputSchema", "arguments"];

/// The tokens of a definition in the model's context.
fn shown(definition: &Value) -> usize {
    let members = SHOWN.iter().filter_map(|key| Some(format!("\"{key}\":{}", definition.get(*key)?)));
    tokens(&members.collect::<Vec<_>>().join(","))
}

/// About as many tokens as a text has: a quarter of its bytes, rounded up.
fn tokens(text: &str) -> usize {
    text.len().div_ceil(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn the_grade_follows_the_tokens() {
        let severity = |bytes: usize| {
            findings(&CHECK, &server(&[tool("a", &"x".repeat(bytes), "p")])).first().map(|draft| draft.severity)
        };
        assert_eq!(severity(31_000), None);
        assert_eq!(severity(33_000), Some(Severity::Low));
        assert_eq!(severity(101_000), Some(Severity::Medium));
        assert_eq!(severity(241_000), Some(Severity::High));
    }
}
