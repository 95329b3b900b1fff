//! Tools that destroy, send or execute without anything in between.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::capability;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::{ToolClass, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-008",
    title: "Dangerous tool without a gate",
    test: NamedTest::PromptInjection,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Annotate the tool with destructiveHint and give it a confirm or dry-run parameter, or ask the user by elicitation.",
    tags: &[Tag::Cwe(862), Tag::Cwe(250), Tag::McpTop10(2), Tag::LlmTop10(3), Tag::Agentic(2), Tag::Agentic(9)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |tool: &Tool| {
        let gated = tool.hint("destructiveHint") == Some(true) || capability::tags(tool).gated || has_preview(tool);
        (tool.class >= ToolClass::Execution && !gated).then(|| {
            let kind = if tool.class == ToolClass::Destructive { "destructive" } else { "execution" };
            let message = "the tool destroys, sends or executes something and neither asks, previews nor warns";
            Draft::new(Severity::Medium, Confidence::Likely, tool.location(), message)
                .sample(Sample::whole(tool.name.clone(), format!("tool-class:{kind}")))
        })
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

/// Whether a parameter turns the call into a trial.
fn has_preview(tool: &Tool) -> bool {
    let preview = |name: &str| {
        split(name).iter().any(|word| matches!(word.as_str(), "preview" | "simulate" | "dryrun" | "force" | "plan"))
    };
    tool.parameters().any(|(name, _)| preview(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn an_ungated_deletion_is_flagged_and_a_gated_one_is_not() {
        let found = findings(
            &CHECK,
            &server(&[tool("delete_file", "Deletes a file", "path"), tool("get_file", "Reads a file", "path")]),
        );
        assert_eq!(found.iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(), ["tool:delete_file"]);

        for innocent in [
            tool("delete_file", "Deletes a file", "dry_run"),
            tool("delete_file", "Deletes a file", "confirm"),
            json!({"name": "delete_file", "annotations": {"destructiveHint": true}}),
        ] {
            assert!(findings(&CHECK, &server(&[innocent])).is_empty());
        }
    }
}
