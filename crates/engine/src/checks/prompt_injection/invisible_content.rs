//! Tools that hand on what a page hides from its readers.

use std::ops::Range;

use contracts::audit::{Confidence, NamedTest, Severity};

use super::pages::{Page, Visit, escaped, in_tags, judged};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-004",
    title: "Invisible text survives",
    test: NamedTest::PromptInjection,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Return only what a reader of the page would see: drop comments, hidden elements, tag characters and control sequences.",
    tags: &[Tag::Cwe(150), Tag::Cwe(1427), Tag::McpTop10(6), Tag::LlmTop10(1)],
    run: Run::Probe(|probe| Box::pin(judged(probe, judge))),
};

fn judge(visit: &Visit) -> Option<Draft> {
    let survived = survivors(&visit.reply.text, &visit.page);
    let (_, matched) = survived.first()?.clone();
    let kinds: Vec<&str> = survived.iter().map(|(kind, _)| *kind).collect();
    let message = format!("the tool returns text of a page that its readers do not see: {}", kinds.join(", "));
    let sample = visit.reply.sample(matched, "content:invisible");
    Some(Draft::new(Severity::Medium, Confidence::Confirmed, visit.location.clone(), message).sample(sample))
}

/// The hidden parts of a page that stand in a text, and where.
fn survivors(text: &str, page: &Page) -> Vec<(&'static str, Range<usize>)> {
    let hidden = [
        ("a comment", page.comment.clone()),
        ("letters of no size", page.zero_size.clone()),
        ("tag characters", in_tags(&page.tags)),
        // Without its control sequence the word is as visible as any other.
        ("an escape sequence", escaped(&page.escape).trim_end_matches("\u{1b}[28m").to_owned()),
    ];
    let found = |(kind, word): (&'static str, String)| {
        let at = text.find(&word)?;
        Some((kind, at..at + word.len()))
    };
    hidden.into_iter().filter_map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stripped_is_gone() {
        let canary = |letter: char| format!("mcpa{}", letter.to_string().repeat(16));
        let page = Page {
            comment: canary('C'),
            zero_size: canary('Z'),
            tags: canary('T'),
            escape: canary('E'),
            ..Page::default()
        };
        let kinds = |text: &str| survivors(text, &page).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
        let all =
            format!("<!-- {} --> {} {} {}", page.comment, page.zero_size, in_tags(&page.tags), escaped(&page.escape));
        assert_eq!(kinds(&all).len(), 4);
        assert_eq!(kinds(&escaped(&page.escape)), ["an escape sequence"]);
        assert!(kinds(&format!("Escaped test words: {}", page.escape)).is_empty());
        assert!(kinds("MCP Audit test page").is_empty());
    }
}
