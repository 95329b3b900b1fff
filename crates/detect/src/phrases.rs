//! What orders to the model say, whatever their words: a family is a relation between classes of words, such as
//! *send* × *conversation* × *outside*, that stand close together in one sentence. Each language lists the words of a
//! class once and so has every family.

mod class;
mod rules;
mod words;

use std::ops::Range;
use std::sync::LazyLock;

use super::text::Family;
use class::Classes;
use rules::{ALL, Rule};
use words::{LANGUAGES, Language};

/// A place where a rule holds.
pub(super) struct Phrase {
    pub(super) family: Family,
    /// What it counts: rules that nothing innocent fulfils count more than their family.
    pub(super) weight: f32,
    /// Where it is, in bytes.
    pub(super) range: Range<usize>,
}

/// Every place of a lower-case text where a rule holds.
pub(super) fn phrases(text: &str) -> Vec<Phrase> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    for language in 1..=LANGUAGES.len() {
        // Words such as `.env` belong to every language.
        let spoken: Vec<&Token> =
            tokens.iter().filter(|token| token.language == language || token.language == 0).collect();
        if spoken.iter().all(|token| token.language == 0) {
            continue;
        }
        for sentence in spoken.chunk_by(|a, b| a.sentence == b.sentence) {
            let said = sentence.iter().fold(0, |said, token| said | token.classes);
            for rule in ALL.iter().filter(|rule| rule.is_possible(said, sentence[0].sentence)) {
                found.extend(holds(rule, sentence));
            }
        }
    }
    found
}

/// A word or fixed phrase of a known class.
#[derive(Debug)]
struct Token {
    classes: Classes,
    language: usize,
    sentence: usize,
    /// In bytes.
    range: Range<usize>,
    /// In characters, which are comparable among scripts.
    span: Range<usize>,
}

/// Where a rule first holds in a sentence, whose words are sorted by their begin.
fn holds(rule: &Rule, sentence: &[&Token]) -> Option<Phrase> {
    let (first, others) = rule.parts.split_first()?;
    let mut anchors = (0..sentence.len()).filter(|&at| sentence[at].classes & first != 0);
    anchors.find_map(|anchor| {
        let mut used = vec![anchor];
        for part in others {
            used.push(next(rule, sentence, &used, *part)?);
        }
        let begin = used.iter().map(|&index| sentence[index].range.start).min()?;
        let end = used.iter().map(|&index| sentence[index].range.end).max()?;
        let mut nearby = near(sentence, anchor, rule.gap * rule.parts.len() + LONGEST);
        let excused = nearby.any(|index| {
            let token = sentence[index];
            let is_part = used.iter().any(|&other| {
                let part = &sentence[other].range;
                // What is a part of the phrase is no excuse: the "no" of "no longer". What widens it may be one: "this tool".
                other == index || overlap(part, &token.range) && token.range.len() <= part.len()
            });
            token.classes & rule.unless != 0
                && !is_part
                && token.range.start + EXCUSE_BYTES > begin
                && token.range.start < end
        });
        (!excused).then_some(Phrase { family: rule.family, weight: rule.weight, range: begin..end })
    })
}

/// The nearest word of some classes that is near enough to the one found last.
fn next(rule: &Rule, sentence: &[&Token], used: &[usize], part: Classes) -> Option<usize> {
    let last = *used.last()?;
    let distance = |index: usize| gap(&sentence[last].span, &sentence[index].span);
    near(sentence, last, rule.gap)
        .filter(|&index| {
            let token = sentence[index];
            token.classes & part != 0
                && (index > last || !rule.in_order)
                && distance(index) <= rule.gap
                && !used.iter().any(|&other| overlap(&sentence[other].range, &token.range))
        })
        .min_by_key(|&index| distance(index))
}

/// No entry of a list is longer, in characters.
const LONGEST: usize = 40;

/// The words that may be within so many characters of one: hostile texts have thousands in a sentence.
fn near(sentence: &[&Token], of: usize, characters: usize) -> std::ops::RangeInclusive<usize> {
    let centre = &sentence[of].span;
    let first = sentence[..of].iter().rposition(|token| token.span.start + characters + LONGEST < centre.start);
    let beyond = sentence[of..].iter().position(|token| token.span.start > centre.end + characters);
    first.map_or(0, |first| first + 1)..=beyond.map_or(sentence.len(), |beyond| of + beyond) - 1
}

/// How far before a phrase an excuse for it may stand: "never", "asks for confirmation".
const EXCUSE_BYTES: usize = 32;

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Characters between two words.
fn gap(one: &Range<usize>, other: &Range<usize>) -> usize {
    other.start.saturating_sub(one.end).max(one.start.saturating_sub(other.end))
}

/// An entry of a list: whether a word may go on where the entry ends.
struct Entry {
    word: &'static str,
    classes: Classes,
    language: usize,
    is_stem: bool,
}

/// All entries, sorted by their words. That is made in a fraction of the time that an automaton takes, and a text is
/// searched only where words begin.
struct Lexicon {
    entries: Vec<Entry>,
    /// The entries that begin with each byte.
    by_first: Vec<Range<usize>>,
}

impl Lexicon {
    /// The entries with which the rest of a text begins, shortest first.
    fn beginnings<'r>(&self, rest: &'r [u8]) -> impl Iterator<Item = &Entry> + use<'_, 'r> {
        let mut among = rest.first().map_or(&[][..], |first| &self.entries[self.by_first[usize::from(*first)].clone()]);
        let mut length = 1;
        std::iter::from_fn(move || {
            loop {
                let (entry, others) = among.split_first()?;
                if entry.word.len() <= length {
                    among = others;
                    return Some(entry);
                }
                // What goes on as the text does is a run of the sorted entries.
                let next = rest.get(length)?;
                let begin = among.partition_point(|entry| entry.word.as_bytes()[length] < *next);
                let end = among.partition_point(|entry| entry.word.as_bytes()[length] <= *next);
                among = &among[begin..end];
                length += 1;
            }
        })
    }
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut entries: Vec<Entry> = Vec::new();
    let every = std::iter::once((0, words::EVERYWHERE)).chain((1..).zip(LANGUAGES.iter().copied()));
    for (language, lists) in every {
        let lists: &Language = lists;
        for (classes, list) in lists {
            for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                let (word, is_stem) = word.strip_suffix('*').map_or((word, false), |stem| (stem, true));
                entries.push(Entry { word, classes: *classes, language, is_stem });
            }
        }
    }
    entries.sort_by_key(|entry| entry.word);
    let begin = |first: usize| entries.partition_point(|entry| usize::from(entry.word.as_bytes()[0]) < first);
    let by_first = (0..256).map(|first| begin(first)..begin(first + 1)).collect();
    Lexicon { entries, by_first }
});

/// The known words of a text, by their begin.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut before = None;
    for (at, c) in text.char_indices() {
        // Within a word begins none.
        let is_within = before.is_some_and(joins) && joins(c);
        before = Some(c);
        if is_within {
            continue;
        }
        for entry in LEXICON.beginnings(&text.as_bytes()[at..]) {
            let range = at..at + entry.word.len();
            if entry.is_stem || ends_word(text, &range) {
                tokens.push(Token {
                    classes: entry.classes,
                    language: entry.language,
                    sentence: 0,
                    span: range.clone(),
                    range,
                });
            }
        }
    }
    place(text, &mut tokens);
    tokens
}

/// Whether a word could go on behind such a character, or before it. Scripts without blanks have no word borders.
fn joins(c: char) -> bool {
    (c.is_alphanumeric() || c == '_') && !is_unspaced(c)
}

/// Whether the word at the end of a range ends there.
fn ends_word(text: &str, range: &Range<usize>) -> bool {
    let is_last_joining = text[range.clone()].chars().next_back().is_some_and(joins);
    !is_last_joining || !text[range.end..].chars().next().is_some_and(joins)
}

/// Chinese and Japanese characters.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// A text without full stops is cut where people would have put one.
const LONGEST_SENTENCE: usize = 600;

/// Fills in sentence and character positions, in one pass over the text.
fn place(text: &str, tokens: &mut [Token]) {
    let mut next = 0;
    let (mut sentence, mut characters, mut began, mut ends) = (0, 0, 0, false);
    for (at, c) in text.char_indices() {
        // A full stop ends a sentence only before a blank: `a.txt` does not.
        let is_long = characters - began > LONGEST_SENTENCE && c.is_whitespace();
        if ends && (c.is_whitespace() || is_unspaced(c)) || c == '\n' || is_long {
            began = characters;
            sentence += 1;
        }
        ends = matches!(c, '.' | '!' | '?' | '。' | '！' | '？');
        while let Some(token) = tokens.get_mut(next).filter(|token| token.range.start == at) {
            let length = text[token.range.clone()].chars().count();
            token.span = characters..characters + length;
            token.sentence = sentence;
            next += 1;
        }
        characters += 1;
    }
}

#[cfg(test)]
mod tests;
