//! Ids that can be guessed, judged by several that were issued one after the other.

use std::collections::BTreeSet;

/// Fewer bits than this can be guessed.
const FEWEST_BITS: f64 = 64.0;

/// What makes issued ids easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guessable {
    /// One id was issued twice.
    Repeated,
    /// They follow each other, as counters and clocks do.
    Sequential,
    /// They vary in fewer than 64 bits.
    Entropy,
}

impl Guessable {
    /// The short name that fingerprints use.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Repeated => "repeated",
            Self::Sequential => "sequential",
            Self::Entropy => "entropy",
        }
    }
}

/// Whether ids that were issued one after the other can be guessed, and why.
pub(crate) fn guessable(ids: &[String]) -> Option<Guessable> {
    guessable_below(ids, FEWEST_BITS)
}

/// The same, where ids may vary in no fewer bits than these.
pub(crate) fn guessable_below(ids: &[String], fewest_bits: f64) -> Option<Guessable> {
    if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
        return Some(Guessable::Repeated);
    }
    if is_sequence(ids) {
        return Some(Guessable::Sequential);
    }
    (variable_bits(ids) < fewest_bits).then_some(Guessable::Entropy)
}

/// The form of an id, without what would let somebody use it.
pub(crate) fn shape(id: &str) -> String {
    let letter = |letter: char| match letter {
        letter if letter.is_ascii_digit() => '9',
        letter if letter.is_ascii_alphabetic() => 'a',
        letter => letter,
    };
    id.chars().map(letter).collect()
}

/// Whether the ids, read as numbers, grow by small steps: counters and clocks.
fn is_sequence(ids: &[String]) -> bool {
    let numbers = |radix: u32| -> Option<Vec<u128>> {
        let digits = |id: &String| id.chars().filter(|letter| letter.is_digit(radix)).collect::<String>();
        ids.iter().map(|id| u128::from_str_radix(&digits(id), radix).ok()).collect()
    };
    let grows =
        |numbers: Vec<u128>| numbers.windows(2).all(|pair| pair[1] > pair[0] && pair[1] - pair[0] <= 10_000_000);
    numbers(10).is_some_and(grows) || numbers(16).is_some_and(grows)
}

/// An upper bound of the random bits: the positions that vary among the ids, times the bits of their alphabet.
fn variable_bits(ids: &[String]) -> f64 {
    let letters: Vec<Vec<char>> = ids.iter().map(|id| id.chars().collect()).collect();
    let length = letters.iter().map(Vec::len).min().unwrap_or_default();
    let varying: Vec<usize> =
        (0..length).filter(|&position| letters.iter().any(|id| id[position] != letters[0][position])).collect();
    let used = || letters.iter().flat_map(|id| varying.iter().map(|&position| id[position]));
    let alphabet: f64 = match () {
        () if used().all(|letter| letter.is_ascii_digit()) => 10.0,
        () if used().all(|letter| letter.is_ascii_hexdigit() || letter == '-') => 16.0,
        () if used().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-') => 36.0,
        () => 64.0,
    };
    let positions = u32::try_from(varying.len()).unwrap_or(u32::MAX);
    f64::from(positions) * alphabet.log2()
}
