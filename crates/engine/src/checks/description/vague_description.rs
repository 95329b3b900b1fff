//! Tools that do not say what they do.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-013",
    title: "Empty or vague description",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Describe what the tool does, with which effect, and what it returns; a person approves it by this text.",
    tags: &[Tag::Cwe(1059), Tag::McpTop10(3)],
    run: Run::Static(check),
};

/// Shorter descriptions say nothing.
const SHORTEST_CHARACTERS: usize = 15;
/// Words that fit every tool.
const STOCK: &[&str] = &[
    "a",
    "an",
    "the",
    "this",
    "that",
    "is",
    "it",
    "to",
    "of",
    "for",
    "and",
    "or",
    "with",
    "some",
    "any",
    "all",
    "very",
    "useful",
    "helpful",
    "great",
    "good",
    "tool",
    "tools",
    "function",
    "method",
    "utility",
    "helper",
    "does",
    "do",
    "something",
    "things",
    "stuff",
    "use",
    "used",
    "using",
    "execute",
    "executes",
    "perform",
    "performs",
    "run",
    "runs",
    "handle",
    "handles",
    "operation",
    "operations",
    "action",
    "actions",
    "task",
    "tasks",
    "data",
    "description",
    "no",
    "todo",
    "tbd",
    "available",
    "provided",
    "mcp",
    "server",
    "your",
    "you",
    "can",
    "various",
    "generic",
    "general",
    "purpose",
];

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |tool: &Tool| {
        let description = tool.description.as_deref().unwrap_or_default().trim();
        let (kind, message) = if description.is_empty() {
            ("missing", "the tool has no description")
        } else if description.chars().count() < SHORTEST_CHARACTERS {
            ("short", "the description is too short to say what the tool does")
        } else if is_stock(description) {
            ("vague", "the description fits every tool")
        } else {
            return None;
        };
        let sample =
            Sample::whole(if description.is_empty() { &tool.name } else { description }, format!("description:{kind}"));
        Some(
            Draft::new(Severity::Low, Confidence::Confirmed, tool.at("/description"), message)
                .distinct(kind)
                .sample(sample),
        )
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

fn is_stock(description: &str) -> bool {
    let words = split(description);
    !words.is_empty() && words.iter().all(|word| STOCK.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn empty_short_and_stock_descriptions_are_flagged() {
        let kind = |description: &str| {
            findings(&CHECK, &server(&[tool("get", description, "id")]))
                .first()
                .map(|draft| draft.discriminator.clone())
        };
        assert_eq!(kind("").as_deref(), Some("missing"));
        assert_eq!(kind("Gets it.").as_deref(), Some("short"));
        assert_eq!(kind("A very useful tool to perform various operations").as_deref(), Some("vague"));
        assert_eq!(kind("Returns the weather of a city"), None);
        assert_eq!(kind("获取指定城市的当前天气预报信息和温度"), None);
    }
}
