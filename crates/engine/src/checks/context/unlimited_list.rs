//! Listing and searching tools that always return everything.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::{ToolClass, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-006",
    title: "No limit on list or search tools",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Give the tool a limit with a sensible default and a cursor, or bound its result in the output schema.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6)],
    run: Run::Static(check),
};

/// Words of parameters that bound a result.
const BOUNDS: &[&str] = &[
    "limit", "max", "maximum", "count", "cursor", "page", "pages", "offset", "top", "size", "first", "last", "take",
    "skip", "after", "before", "n", "num", "number", "head", "tail", "depth", "start", "length", "results", "token",
];

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |tool: &Tool| {
        let bounded = tool.parameters().any(|(name, _)| split(name).iter().any(|word| BOUNDS.contains(&word.as_str())));
        (tool.class == ToolClass::Read && returns_many(tool) && !bounded && !is_bounded(&tool.output_schema, 0)).then(
            || {
                let message = "the tool returns a collection and takes neither a limit nor a cursor";
                Draft::new(Severity::Low, Confidence::Likely, tool.at("/inputSchema"), message)
                    .sample(Sample::whole(tool.name.clone(), "unlimited-list"))
            },
        )
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

/// Whether the name says that the tool returns a collection.
fn returns_many(tool: &Tool) -> bool {
    let words = split(&tool.name);
    let collecting = words.iter().take(2).any(|word| matches!(word.as_str(), "list" | "search" | "find" | "query"));
    let getting = words.first().is_some_and(|word| matches!(word.as_str(), "get" | "fetch" | "read" | "show"));
    let plural = words.last().is_some_and(|word| {
        word.len() > 3
            && word.ends_with('s')
            && !word.ends_with("ss")
            && !word.ends_with("us")
            && word != "details"
            && word != "contents"
    });
    let many = words.iter().any(|word| word == "all") || plural && tool.required().next().is_none();
    collecting || getting && many
}

/// Whether every array of the result has a bound. Depth is limited: a deeper schema is not bounded by what we can see.
fn is_bounded(schema: &Value, depth: usize) -> bool {
    let arrays =
        ["properties"].into_iter().filter_map(|key| schema.get(key)?.as_object()).flatten().map(|(_, member)| member);
    schema.get("maxItems").is_some() || depth < 4 && arrays.into_iter().any(|member| is_bounded(member, depth + 1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn an_unlimited_search_is_flagged_and_a_limited_one_is_not() {
        let flagged = |definition| !findings(&CHECK, &server(&[definition])).is_empty();
        assert!(flagged(tool("search_issues", "Searches issues", "query")));
        assert!(!flagged(tool("search_issues", "Searches issues", "limit")));
        assert!(!flagged(tool("get_issue", "Reads an issue", "id")));
        assert!(!flagged(tool("delete_issues", "Deletes issues", "query")));
        assert!(!flagged(
            json!({"name": "list_days", "outputSchema": {"properties": {"days": {"type": "array", "maxItems": 7}}}})
        ));
    }
}
