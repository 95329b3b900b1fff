//! Dangerous tools that do not say so.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-012",
    title: "Dangerous tool not annotated",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Annotate the tool with readOnlyHint, destructiveHint and openWorldHint, so that clients know when to ask.",
    tags: &[Tag::Cwe(1059), Tag::McpTop10(2)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |tool: &Tool| {
        let hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
        let annotated = hints.iter().any(|hint| tool.hint(hint).is_some());
        (tool.class >= ToolClass::Execution && !annotated).then(|| {
            let message = "the tool executes, destroys or sends something and has no annotations";
            Draft::new(Severity::Low, Confidence::Confirmed, tool.at("/annotations"), message)
                .sample(Sample::whole(tool.name.clone(), "annotation:missing"))
        })
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn a_deleting_tool_without_hints_is_flagged_and_with_one_is_not() {
        let found = findings(
            &CHECK,
            &server(&[tool("delete_file", "Deletes a file", "path"), tool("get_file", "Reads a file", "path")]),
        );
        assert_eq!(
            found.iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(),
            ["tool:delete_file#/annotations"]
        );
        let annotated = json!({"name": "delete_file", "annotations": {"destructiveHint": true}});
        assert!(findings(&CHECK, &server(&[annotated])).is_empty());
    }
}
