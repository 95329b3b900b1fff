//! What takes weight from a match: quotations, remarks about such text, guidance among the server's own tools.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::{DECISIVE_WEIGHT, Family, WINDOW, contains_word};

/// The guards of one text in lower case.
pub(super) struct Guards<'t> {
    text: &'t str,
    own_tools: &'t [String],
    quotations: Vec<Range<usize>>,
}

impl<'t> Guards<'t> {
    pub(super) fn new(text: &'t str, own_tools: &'t [String]) -> Self {
        Self { text, own_tools, quotations: quotations(text) }
    }

    /// What a match counts: zero where it means the opposite, and less than zero where it is guidance unless something
    /// else is asked with it.
    pub(super) fn weight(&self, family: Family, range: &Range<usize>, weight: f32) -> f32 {
        let halved = is_inside(&self.quotations, range) || is_about_detection(self.text, range.start);
        // What is enough by itself is so only where it is an order.
        let weight = if halved { weight.min(DECISIVE_WEIGHT - 1.0) / 2.0 } else { weight };
        match family {
            Family::Order if names_own_tool(self.text, range, self.own_tools) => -weight,
            Family::Sink if weight <= Family::Sink.weight() && is_hand_over(&self.text[whole(self.text, range)]) => {
                -weight
            }
            Family::SensitiveObject if is_passing_mention(self.text, range) => 0.0,
            // "Without first showing it to the user" asks for the contrary.
            Family::Concealment if self.text[whole(self.text, range)].starts_with("without first") => 0.0,
            Family::NoConsent if is_denied(self.text, range.start) => 0.0,
            _ => weight,
        }
    }
}

/// A range of bytes, widened to characters: patterns match bytes.
fn whole(text: &str, range: &Range<usize>) -> Range<usize> {
    text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end)
}

/// Whether only a value is handed to a parameter, such as the id that another tool returned.
fn is_hand_over(sink: &str) -> bool {
    const SLOTS: [&str; 5] = ["parameter", "argument", "metadata", "query", "notes"];
    static CONTENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b(contents?|everything|entire|full|all|whole|conversation|history|files?|sidenote|secrets?|messages?)\b|https?://|@")
            .expect("a fixed pattern")
    });
    SLOTS.iter().any(|slot| sink.ends_with(slot)) && (sink.contains("returned") || !CONTENT.is_match(sink))
}

/// Whether a sensitive object is only mentioned: required, kept safe, or not there.
fn is_passing_mention(text: &str, range: &Range<usize>) -> bool {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)\b(without|no|not|never|nor|requires?|required|needs?|valid|invalid|missing|masks?|hides?|redacts?|wrong|expired|lost|forgotten|ohne|keine|sans|sin|sem|senza)( [a-z]+){0,2} $")
            .expect("a fixed pattern")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[\w']*( \w+)?,? ((is|are|was|were|will be|must be|must|can be|cannot|can|werden|wird|ne|se|no|non|não|не)( be| sont| est| se)? )?(never|not|masked|hidden|redacted|hashed|encrypted|stored|required|needed|optional|nie|nicht|se muestran|mostr\w*|affich\w*|показ\w*)\b|^(不|的不|は表示されません)")
            .expect("a fixed pattern")
    });
    let at = whole(text, range);
    let before = &text[text.floor_char_boundary(at.start.saturating_sub(32))..at.start];
    let after = &text[at.end..text.ceil_char_boundary(at.end + 48)];
    BEFORE.is_match(before) || AFTER.is_match(after)
}

/// Whether the clause up to a match denies it: "never", "do not".
fn is_denied(text: &str, at: usize) -> bool {
    static DENIAL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?-u)\b(never|not|don't|cannot|can't)\b").expect("a fixed pattern"));
    let before = &text[text.floor_char_boundary(at.saturating_sub(48))..text.floor_char_boundary(at)];
    let clause = before.rfind(['.', '!', '?', '\n', ';', ',']).map_or(before, |end| &before[end + 1..]);
    DENIAL.is_match(clause)
}

/// Whether a tool of the same server is named in a match, shortly after it, or before it in its sentence.
fn names_own_tool(text: &str, range: &Range<usize>, own_tools: &[String]) -> bool {
    let end = text.ceil_char_boundary(range.end.saturating_add(60));
    let start = text.floor_char_boundary(range.start.saturating_sub(40));
    let at = text.floor_char_boundary(range.start);
    let sentence = text[start..at].rfind(['.', '!', '?', '\n']).map_or(start, |end| start + end + 1);
    let (up_to, from) = (&text[sentence..at], &text[at..end]);
    let is_name = |tool: &str| tool.contains(['_', '-', '.']);
    own_tools
        .iter()
        .any(|tool| tool.len() >= 3 && (contains_word(from, tool) || is_name(tool) && contains_word(up_to, tool)))
}

/// Code, quotations, and fenced blocks that something introduces: ranges of the text inside them.
fn quotations(text: &str) -> Vec<Range<usize>> {
    static INTRODUCTION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|:|\b(?:examples?|e\.g\.|input|output|usage|format|response|returns?)\b[^.]{0,40})\s*$")
            .expect("a fixed pattern")
    });
    static QUOTATION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?s)```.*?```|`[^`\n]+`|"[^"\n]+"|(?:^|\s\(?)'[^'\n]+'(?:$|[\s.,;:)])"#).expect("a fixed pattern")
    });
    if !text.contains(['`', '"', '\'']) {
        return Vec::new();
    }
    let is_example = |range: &Range<usize>| {
        let before = &text[..range.start];
        !text[range.clone()].starts_with("```")
            || INTRODUCTION.is_match(&before[text.floor_char_boundary(range.start.saturating_sub(80))..])
    };
    let mut quotations = Vec::new();
    let mut from = 0;
    while let Some(found) = QUOTATION.find_at(text, from) {
        if is_short(found.as_str()) {
            quotations.push(found.range());
            from = found.end();
        } else {
            from = text.ceil_char_boundary(found.start() + 1);
        }
    }
    quotations.retain(is_example);
    quotations
}

/// Whether a quotation is no longer than people quote; a fence may be. Counted here, because a pattern that counts is slow
/// to compile.
fn is_short(quotation: &str) -> bool {
    const LONGEST: usize = 300;
    let marks = ['`', '"', '\''];
    let inside =
        quotation.find(marks).zip(quotation.rfind(marks)).map_or("", |(open, close)| &quotation[open + 1..close]);
    quotation.starts_with("```") || inside.chars().count() <= LONGEST
}

/// Whether a range lies in one of some ranges, which are sorted and apart.
fn is_inside(ranges: &[Range<usize>], range: &Range<usize>) -> bool {
    let after = ranges.partition_point(|outer| outer.start <= range.start);
    after > 0 && range.end <= ranges[after - 1].end
}

/// Whether the sentence up to a match says that the tool looks for such text.
fn is_about_detection(text: &str, at: usize) -> bool {
    static DETECTION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?-u)\b(detects?|detecting|detection|scans? for|scanning for|flags|flagging|identif(?:ies|ying)|classif(?:y|ies|ying)|filters out|looks for|checks (?:[a-z]+ )?for|recogni[sz]es|moderates?|masks?|masking|redacts?|redacting|sanitizes?|anonymizes?|encrypts?|examples? of|such as)\b",
        )
        .expect("a fixed pattern")
    });
    let before = &text[text.floor_char_boundary(at.saturating_sub(WINDOW))..text.floor_char_boundary(at)];
    let sentence = before.rfind(['.', '!', '?', '\n']).map_or(before, |end| &before[end + 1..]);
    DETECTION.is_match(sentence)
}

#[cfg(test)]
mod tests {
    use super::quotations;

    #[test]
    fn quotations_are_short_unless_they_are_fenced() {
        let quoted = |text: &str| -> Vec<String> {
            quotations(text).into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(quoted("say \"one\" or `two` or 'three'."), ["\"one\"", "`two`", " 'three'."]);
        let long = "é".repeat(301);
        assert_eq!(quoted(&format!("say \"{long}\"\nor `{}`", &long[..600])), [format!("`{}`", &long[..600])]);
        assert_eq!(quoted(&format!("Example: ```{long}```")), [format!("```{long}```")]);
        assert!(quoted("don't quote").is_empty());
    }
}
