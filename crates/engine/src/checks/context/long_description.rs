//! Single texts that are longer than a description has to be.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{prompt_at, resource_at};
use crate::snapshot::{Snapshot, strings};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-002",
    title: "Oversized single text",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Shorten the description to a few sentences and move manuals into a resource.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6)],
    run: Run::Static(check),
};

/// Longer descriptions are too long.
const LONGEST_CHARACTERS: usize = 4000;

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |location: String, text: &str| {
        (text.chars().count() > LONGEST_CHARACTERS).then(|| {
            let message = "one description is longer than 4 000 characters";
            Draft::new(Severity::Low, Confidence::Confirmed, location, message).sample(Sample::whole(text, "length"))
        })
    };
    let of_tools = snapshot.tools.iter().flat_map(|tool| {
        let texts = strings(&tool.raw).into_iter().filter(|(pointer, _)| pointer.ends_with("/description"));
        texts.filter_map(|(pointer, text)| draft(tool.at(&pointer), text)).collect::<Vec<_>>()
    });
    let of_prompts = snapshot
        .prompts
        .iter()
        .filter_map(|prompt| draft(prompt_at(prompt, "/description"), prompt.description.as_deref()?));
    let resources = snapshot.resources.iter().chain(&snapshot.templates);
    let of_resources =
        resources.filter_map(|item| draft(resource_at(item, "/description"), item.description.as_deref()?));
    of_tools.chain(of_prompts).chain(of_resources).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn four_thousand_characters_are_enough() {
        let found = |length: usize| findings(&CHECK, &server(&[tool("a", &"ü".repeat(length), "p")]));
        assert!(found(4000).is_empty());
        assert_eq!(
            found(4001).iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(),
            ["tool:a#/description"]
        );
    }
}
