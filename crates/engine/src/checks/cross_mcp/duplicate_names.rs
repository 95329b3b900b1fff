//! Names that two tools or prompts of one server share, or nearly.

use std::collections::{BTreeMap, BTreeSet};

use contracts::audit::{Confidence, NamedTest, Severity};

use super::names::{are_versions, is_one_edit};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::prompt_at;
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-001",
    title: "Duplicate names in one server",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Give every tool and prompt a name that cannot be taken for another's; remove the copy that nobody needs.",
    tags: &[Tag::Cwe(694), Tag::McpTop10(3), Tag::Spec("2026-07-28", "Tools: names SHOULD be unique")],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let prompts = snapshot.prompts.iter().map(|prompt| (prompt.name.as_str(), prompt_at(prompt, "")));
    let tools = snapshot.tools.iter().map(|tool| (tool.name.as_str(), tool.location()));
    equal(tools).into_iter().chain(equal(prompts)).chain(nearly_equal(&snapshot.tools)).collect()
}

/// Names that are equal, or equal but for their case.
fn equal<'s>(named: impl Iterator<Item = (&'s str, String)>) -> Vec<Draft> {
    let mut first: BTreeMap<String, &str> = BTreeMap::new();
    let mut drafts = Vec::new();
    for (name, location) in named.filter(|(name, _)| !name.is_empty()) {
        let Some(earlier) = first.get(&name.to_lowercase()) else {
            first.insert(name.to_lowercase(), name);
            continue;
        };
        let (kind, message) = if *earlier == name {
            ("equal", "two definitions of the server have the same name")
        } else {
            ("case", "two definitions of the server have names that differ in case only")
        };
        let sample = Sample::whole(format!("{earlier}, {name}"), format!("duplicate-name:{kind}"));
        drafts
            .push(Draft::new(Severity::Medium, Confidence::Confirmed, location, message).distinct(kind).sample(sample));
    }
    drafts
}

/// Tools whose names differ by one letter while parameters and descriptions agree: the model cannot tell them apart.
fn nearly_equal(tools: &[Tool]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (index, tool) in tools.iter().enumerate() {
        for other in &tools[..index] {
            let near = tool.name.len().abs_diff(other.name.len()) <= 1
                && !tool.name.eq_ignore_ascii_case(&other.name)
                && is_one_edit(&tool.name, &other.name)
                && !are_versions(&tool.name, &other.name);
            if near && same_parameters(tool, other) && descriptions_overlap(tool, other) {
                let shown = format!("{}, {}", other.name, tool.name);
                let message = "two tools have nearly the same name, the same parameters and similar descriptions";
                drafts.push(
                    Draft::new(Severity::Low, Confidence::Likely, tool.location(), message)
                        .distinct(format!("near:{}", other.name))
                        .sample(Sample::whole(shown, "duplicate-name:near")),
                );
            }
        }
    }
    drafts
}

fn same_parameters(one: &Tool, other: &Tool) -> bool {
    let names = |tool: &Tool| tool.parameters().map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>();
    names(one) == names(other)
}

/// Whether at least half of the shorter description's words stand in the longer one.
fn descriptions_overlap(one: &Tool, other: &Tool) -> bool {
    let words =
        |tool: &Tool| split(tool.description.as_deref().unwrap_or_default()).into_iter().collect::<BTreeSet<_>>();
    let (one, other) = (words(one), words(other));
    let fewer = one.len().min(other.len());
    fewer == 0 || one.intersection(&other).count() * 2 >= fewer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    fn kinds(names: [(&str, &str, &str); 2]) -> Vec<(Severity, String)> {
        let tools = names.map(|(name, description, parameter)| tool(name, description, parameter));
        findings(&CHECK, &server(&tools)).into_iter().map(|draft| (draft.severity, draft.discriminator)).collect()
    }

    #[test]
    fn equal_and_near_names_are_flagged() {
        assert_eq!(kinds([("get", "Gets", "id"), ("get", "Other", "key")]), [(Severity::Medium, "equal".into())]);
        assert_eq!(
            kinds([("get_user", "Gets", "id"), ("Get_User", "Other", "key")]),
            [(Severity::Medium, "case".into())]
        );
        let near =
            [("get_user_role", "Get the role of a user", "user"), ("get_user_roles", "Get roles of a user", "user")];
        assert_eq!(kinds(near), [(Severity::Low, "near:get_user_role".into())]);
    }

    #[test]
    fn versions_and_different_tools_are_not() {
        for names in [
            [("query_v1", "Runs a query", "text"), ("query_v2", "Runs a query", "text")],
            [("get_user", "Get a user by id", "id"), ("get_users", "List everybody, page by page", "page")],
            [("read", "Reads", "id"), ("write", "Writes", "id")],
        ] {
            assert!(kinds(names).is_empty(), "{names:?}");
        }
    }
}
