//! Writing tools that reach what steers an agent: its rules, its memory, its list of servers.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{is_path, purpose};
use crate::snapshot::{Snapshot, Tool, strings};
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-012",
    title: "Writes to agent memory or configuration",
    test: NamedTest::PromptInjection,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Keep files that steer an agent out of the tool's reach: confine paths to a root and refuse rule, memory and server-list files.",
    tags: &[Tag::Cwe(73), Tag::Cwe(829), Tag::McpTop10(3), Tag::Agentic(6)],
    run: Run::Static(check),
};

/// Files that clients read into the model's context or start servers from.
static STEERING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:CLAUDE|AGENTS?|GEMINI|COPILOT-INSTRUCTIONS|MEMORY|SOUL)\.md\b|\.(?:cursorrules|windsurfrules|clinerules|goosehints)\b|\.cursor/|\.claude/|\.codeium/|\.continue/|copilot-instructions|\bmcp(?:_config|_settings|-servers)?\.json\b|claude_desktop_config|\.github/instructions|\b(?:agent|assistant|model|client)(?:'s)? (?:memory|rules?|configuration|instructions)(?: files?)?\b",
    )
    .expect("a fixed pattern")
});
/// Wording that lets any path through.
static ANYWHERE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:any|arbitrary) (?:file ?)?(?:path|file|location|directory)\b|\banywhere (?:on|in)\b|\b(?:entire|whole|full) (?:file ?system|disk|drive|machine)\b")
        .expect("a fixed pattern")
});

fn check(snapshot: &Snapshot) -> Verdict {
    let is_memory_server =
        purpose(snapshot).iter().any(|word| matches!(word.as_str(), "memory" | "memories" | "knowledge" | "rules"));
    let severity = if is_memory_server { Severity::Low } else { Severity::High };
    let draft = |tool: &Tool| {
        let texts = strings(&tool.raw);
        let telling = |pointer: &str| {
            pointer.ends_with("description") || pointer.contains("/default") || pointer.contains("/example")
        };
        let named = texts.iter().filter(|(pointer, _)| telling(pointer)).find_map(|(pointer, text)| {
            let found = STEERING.find(text)?;
            Some((
                pointer.clone(),
                (*text).to_owned(),
                found.range(),
                "steering-file",
                "a writing tool names files that steer an agent",
            ))
        });
        let has_path = tool.parameters().any(|(name, schema)| is_path(name, schema));
        let anywhere = || {
            texts.iter().filter(|(pointer, _)| has_path && pointer.ends_with("description")).find_map(
                |(pointer, text)| {
                    let found = ANYWHERE.find(text)?;
                    Some((
                        pointer.clone(),
                        (*text).to_owned(),
                        found.range(),
                        "any-path",
                        "a writing tool takes any path, also those of files that steer an agent",
                    ))
                },
            )
        };
        let (pointer, text, range, kind, message) = named.or_else(anywhere)?;
        Some(Draft::new(severity, Confidence::Likely, tool.at(&pointer), message).distinct(kind).sample(Sample::part(
            text,
            range,
            format!("agent-memory:{kind}"),
        )))
    };
    snapshot.tools.iter().filter(|tool| tool.class >= ToolClass::Write && !refuses(tool)).filter_map(draft).collect()
}

/// Whether the description says that such files are out of reach.
fn refuses(tool: &Tool) -> bool {
    let lower = tool.description.as_deref().unwrap_or_default().to_lowercase();
    ["allowed director", "never writes", "refuses", "cannot write", "except"]
        .iter()
        .any(|phrase| lower.contains(phrase))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn rule_files_and_any_path_are_flagged_and_confined_writing_is_not() {
        let kind = |name: &str, description: &str| {
            findings(&CHECK, &server(&[tool(name, description, "path")]))
                .first()
                .map(|draft| (draft.severity, draft.discriminator.clone()))
        };
        assert_eq!(kind("save_rule", "Saves a rule to .cursorrules"), Some((Severity::High, "steering-file".into())));
        assert_eq!(kind("write_file", "Writes a file to any path"), Some((Severity::High, "any-path".into())));
        assert_eq!(kind("write_file", "Writes to any file in the allowed directories"), None);
        assert_eq!(kind("write_file", "Writes a file"), None);
        assert_eq!(kind("read_file", "Reads CLAUDE.md"), None);
    }

    #[test]
    fn a_memory_server_is_meant_to_write_memory() {
        let mut snapshot = server(&[tool("save_rule", "Saves a rule to the agent's memory", "text")]);
        assert_eq!(findings(&CHECK, &snapshot)[0].severity, Severity::High);
        snapshot.server_info = json!({"name": "memory-server"});
        assert_eq!(findings(&CHECK, &snapshot)[0].severity, Severity::Low);
    }
}
