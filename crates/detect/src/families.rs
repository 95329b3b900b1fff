//! The word patterns of the text detector, by family, in English and as translated word lists.

mod english;
mod translated;

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use regex as unicode;
use regex::bytes::{Regex, RegexBuilder};

use super::phrases::phrases;
use super::text::Family;

/// A pattern over lower-case text. `.` is a byte: the distances of scripts with longer characters are longer.
struct Pattern {
    family: Family,
    source: &'static str,
    /// Compiled for the first text that holds a trigger: most runs need few of them.
    regex: OnceLock<Regex>,
}

impl Pattern {
    fn regex(&self) -> &Regex {
        let compile = || RegexBuilder::new(self.source).unicode(false).dot_matches_new_line(true).build();
        self.regex.get_or_init(|| compile().expect("a fixed pattern"))
    }
}

/// The family, the triggers and the pattern.
type Source = (Family, &'static [&'static str], &'static str);

/// Patterns, and a search that says which of them can match at all.
struct Patterns {
    all: Vec<Pattern>,
    triggers: AhoCorasick,
    /// The pattern that each trigger belongs to.
    of_trigger: Vec<usize>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let sources = || english::ENGLISH.iter().chain(translated::TRANSLATED);
    let all = sources().map(|&(family, _, source)| Pattern { family, source, regex: OnceLock::new() }).collect();
    let of_trigger =
        sources().enumerate().flat_map(|(index, (_, triggers, _))| triggers.iter().map(move |_| index)).collect();
    let triggers = AhoCorasick::new(sources().flat_map(|(_, triggers, _)| *triggers)).expect("fixed words");
    Patterns { all, triggers, of_trigger }
});

/// Where a text orders a call of a tool by a name that is not among the server's own, which are given in lower case.
pub(super) fn foreign_calls<'t>(text: &'t str, own_tools: &'t [String]) -> impl Iterator<Item = Range<usize>> + 't {
    static CALL: LazyLock<unicode::Regex> = LazyLock::new(|| {
        unicode::Regex::new(
            r#"(?-u)\b(?:call|calling|invoke|invoking|execute|redirect to) (?:the )?(?:\w+ ){0,2}?['"`](?P<quoted>[a-z0-9_.-]{3,64})['"`]|\b(?:tool|function) ['"`](?P<named>[a-z0-9_.-]{3,64})['"`]|\bmust (?:also |first |then |always |immediately ){0,2}(?:call|invoke|use|run) the ['"`]?(?P<plain>[a-z0-9_.-]{3,64})['"`]? (?:tool|function)\b"#,
        )
        .expect("a fixed pattern")
    });
    let calls = ["call", "invok", "execute", "redirect", "tool", "function"].iter().any(|word| text.contains(word))
        && (text.contains(['\'', '"', '`']) || text.contains("must "));
    let found = calls.then(|| CALL.captures_iter(text)).into_iter().flatten();
    found
        .filter_map(|found| {
            let name = ["quoted", "named", "plain"].iter().find_map(|group| found.name(group))?.as_str();
            let own = own_tools.iter().any(|tool| is_same_name(tool, name));
            (!own && !matches!(name, "this" | "same" | "following" | "appropriate")).then(|| found.get(0)).flatten()
        })
        .map(|found| found.range())
}

/// Whether two names are one, written another way: `listFiles` and `list_files`, or shortened.
fn is_same_name(tool: &str, name: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (tool, name) = (letters(tool), letters(name));
    tool.starts_with(&name) || name.starts_with(&tool) && !tool.is_empty()
}

/// Matches of one pattern that are looked at; what is beyond changes no verdict.
const MATCHES_PER_PATTERN: usize = 256;

/// Every match of every family in lower-case text, with what it counts, in no particular order.
pub(super) fn matches(text: &str) -> Vec<(Family, Range<usize>, f32)> {
    let known = &*PATTERNS;
    let mut possible = vec![false; known.all.len()];
    for trigger in known.triggers.find_overlapping_iter(text) {
        possible[known.of_trigger[trigger.pattern().as_usize()]] = true;
    }
    let candidates = known.all.iter().zip(possible).filter_map(|(pattern, possible)| possible.then_some(pattern));
    let worded = candidates.flat_map(|pattern| {
        let found = pattern.regex().find_iter(text.as_bytes()).take(MATCHES_PER_PATTERN);
        found.map(|found| (pattern.family, found.range(), pattern.family.weight()))
    });
    let meant = phrases(text).into_iter().map(|phrase| (phrase.family, phrase.range, phrase.weight));
    worded.chain(meant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_can_be_compiled() {
        assert!(PATTERNS.all.iter().all(|pattern| !pattern.regex().as_str().is_empty()));
    }
}
