//! Foreign text, private data and a way out within one server: whoever writes the text can make the model carry the
//! data out.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::capability::{Capabilities, tags};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-001",
    title: "Toxic flow inside one server",
    test: NamedTest::PromptInjection,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Split the server, so that no session reads foreign text and private data and can send, or let a person approve every call that sends or executes.",
    tags: &[
        Tag::Cwe(1427),
        Tag::Cwe(441),
        Tag::McpTop10(6),
        Tag::McpTop10(10),
        Tag::LlmTop10(1),
        Tag::LlmTop10(3),
        Tag::Agentic(1),
    ],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let tagged: Vec<(&Tool, Capabilities)> = snapshot.tools.iter().map(|tool| (tool, tags(tool))).collect();
    let first = |has: fn(&Capabilities) -> bool| tagged.iter().find(|(_, tags)| has(tags)).map(|(tool, _)| *tool);
    let (Some(untrusted), Some(private), Some(egress)) =
        (first(|tags| tags.u), first(|tags| tags.p), first(|tags| tags.e))
    else {
        return Verdict::PASS;
    };
    let gated = tagged.iter().filter(|(_, tags)| tags.e).all(|(_, tags)| tags.gated);
    let (severity, message) = if gated {
        (
            Severity::Medium,
            "one server reads foreign text and private data and can send or execute, each time with an approval",
        )
    } else {
        (Severity::High, "one server reads foreign text and private data and can send or execute without an approval")
    };
    let sample = |tool: &Tool, tag: &str| {
        let shown = format!("{}: {}", tool.name, tool.description.as_deref().unwrap_or_default());
        Sample::whole(shown, format!("capability:{tag}"))
    };
    let draft = Draft::new(severity, Confidence::Likely, "server", message)
        .sample(sample(untrusted, "untrusted"))
        .sample(sample(private, "private"))
        .sample(sample(egress, "egress"));
    Verdict::Decided(vec![draft])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn the_three_together_are_flagged_and_any_two_are_not() {
        let reads_web = tool("fetch_webpage", "Fetches a web page", "url");
        let reads_files = tool("read_file", "Reads a file", "path");
        let sends = tool("send_email", "Sends an e-mail", "to");
        let found = findings(&CHECK, &server(&[reads_web.clone(), reads_files.clone(), sends.clone()]));
        assert_eq!(
            found.iter().map(|draft| (draft.severity, draft.location.as_str())).collect::<Vec<_>>(),
            [(Severity::High, "server")]
        );

        for pair in [[&reads_web, &reads_files], [&reads_web, &sends], [&reads_files, &sends]] {
            assert!(findings(&CHECK, &server(&pair.map(Clone::clone))).is_empty());
        }
        let gated = json!({"name": "send_email", "description": "Sends an e-mail", "inputSchema": {"properties": {"to": {"type": "string"}, "confirm": {"type": "boolean"}}}});
        assert_eq!(findings(&CHECK, &server(&[reads_web, reads_files, gated]))[0].severity, Severity::Medium);
    }
}
