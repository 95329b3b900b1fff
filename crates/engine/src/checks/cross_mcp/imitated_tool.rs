//! Tools with the name of another publisher's well-known tool.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::well_known::publisher_of;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::purpose;
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-003",
    title: "Imitates a well-known tool",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Rename the tool, so that a model that knows the original does not call this one in its place.",
    tags: &[Tag::Cwe(1007), Tag::McpTop10(3), Tag::McpTop10(9)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let mut words = purpose(snapshot);
    words.extend(snapshot.url.iter().chain(&snapshot.command).flat_map(|text| crate::tool_class::split(text)));
    let draft = |tool: &Tool| {
        let publisher = publisher_of(&tool.name)?;
        // The publisher's own server, or one that says that it serves the same product.
        if publisher.names.iter().any(|name| words.iter().any(|word| word == name)) {
            return None;
        }
        let message = "the tool has the name of a well-known tool of another publisher";
        Some(
            Draft::new(Severity::Low, Confidence::Tentative, tool.location(), message)
                .distinct(publisher.names[0])
                .sample(Sample::whole(tool.name.clone(), format!("well-known:{}", publisher.names[0]))),
        )
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn a_borrowed_name_is_flagged_and_the_owner_and_generic_names_are_not() {
        let mut snapshot = server(&[
            tool("slack_post_message", "Posts", "text"),
            tool("search", "Searches", "query"),
            tool("fetch", "Fetches", "url"),
        ]);
        assert_eq!(
            findings(&CHECK, &snapshot).iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(),
            ["tool:slack_post_message"]
        );
        snapshot.server_info = json!({"name": "slack-server"});
        assert!(findings(&CHECK, &snapshot).is_empty());
    }
}
