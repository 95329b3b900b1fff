//! Words spelled so that filters miss them: digits for letters, and letters held apart.

use std::sync::LazyLock;

use regex::Regex;

use super::Unit;

/// What may hold the letters of a word apart.
const SEPARATORS: [char; 9] = [' ', '.', '-', '_', '*', '|', '/', '+', '~'];
/// Fewer letters in a row are an abbreviation, or a list.
const FEWEST_APART: usize = 3;
const FEWEST_BLANK_APART: usize = 4;
/// A single word with a digit in it is a name: `oauth2`, `a11y`.
const FEWEST_DIGIT_WORDS: usize = 2;

/// Whether a text may hold such words; cheap, because nearly every text does not.
pub(super) fn is_suspect(text: &str) -> bool {
    static SUSPECT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u)[A-Za-z][013457@$]+[A-Za-z]|\b[A-Za-z](?:[ .\-_*|/+~][A-Za-z]){3}\b")
            .expect("a fixed pattern")
    });
    SUSPECT.is_match(text)
}

/// Spells such words the usual way. Says whether there were any.
pub(super) fn respell(units: &mut Vec<Unit>) -> bool {
    let joined = join_letters(units);
    replace_digits(units) || joined
}

/// Joins letters that all stand apart by the same character.
fn join_letters(units: &mut Vec<Unit>) -> bool {
    let mut joined: Vec<Unit> = Vec::with_capacity(units.len());
    let mut next = 0;
    while next < units.len() {
        let after_word = joined.last().is_some_and(|last| last.c.is_alphanumeric());
        let letters = if after_word { 0 } else { letters_apart(&units[next..]) };
        if letters == 0 {
            joined.push(units[next]);
            next += 1;
        } else {
            joined.extend((0..letters).map(|letter| Unit { concealed: true, ..units[next + 2 * letter] }));
            next += 2 * letters - 1;
        }
    }
    let changed = joined.len() != units.len();
    *units = joined;
    changed
}

/// How many letters stand apart at the begin of some text; zero where they are too few.
fn letters_apart(units: &[Unit]) -> usize {
    let is_letter = |at: usize| units.get(at).is_some_and(|unit| unit.c.is_alphabetic());
    let Some(separator) = units.get(1).map(|unit| unit.c).filter(|c| SEPARATORS.contains(c)) else { return 0 };
    if !is_letter(0) {
        return 0;
    }
    let mut letters = 1;
    while units.get(2 * letters - 1).is_some_and(|unit| unit.c == separator) && is_letter(2 * letters) {
        letters += 1;
    }
    // The last one may be the begin of a word: `a b c def`.
    if units.get(2 * letters - 1).is_some_and(|unit| unit.c.is_alphanumeric()) {
        letters -= 1;
    }
    let fewest = if separator == ' ' { FEWEST_BLANK_APART } else { FEWEST_APART };
    if letters < fewest { 0 } else { letters }
}

/// The letter that a digit or sign stands for.
fn letter_of(c: char) -> Option<char> {
    Some(match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => return None,
    })
}

/// Replaces digits in words that are letters otherwise.
fn replace_digits(units: &mut [Unit]) -> bool {
    let part_of_word = |unit: &Unit| unit.c.is_alphabetic() || letter_of(unit.c).is_some() || unit.c.is_numeric();
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    let mut start = 0;
    for at in 0..=units.len() {
        if units.get(at).is_some_and(part_of_word) {
            continue;
        }
        if is_digit_word(&units[start..at]) {
            words.push(start..at);
        }
        start = at + 1;
    }
    // At the end of a word a digit counts something.
    let telling = |word: &&std::ops::Range<usize>| units[word.end - 1].c.is_alphabetic();
    if words.iter().filter(telling).count() < FEWEST_DIGIT_WORDS {
        return false;
    }
    for word in words {
        for at in word.clone() {
            // Two ones in a row are two l.
            let doubled = units[at].c == '1' && (at + 1 < word.end && units[at + 1].c == '1');
            if doubled {
                units[at] = Unit { c: 'l', concealed: true, ..units[at] };
                units[at + 1] = Unit { c: 'l', concealed: true, ..units[at + 1] };
            } else if let Some(letter) = letter_of(units[at].c) {
                units[at] = Unit { c: letter, concealed: true, ..units[at] };
            }
        }
    }
    true
}

fn is_digit_word(word: &[Unit]) -> bool {
    let letters = word.iter().filter(|unit| unit.c.is_alphabetic()).count();
    let replaced = word.iter().filter(|unit| letter_of(unit.c).is_some()).count();
    letters > 0 && replaced > 0 && letters + replaced == word.len()
}
