//! Brings text into the form that the text detector reads: compatibility characters folded, invisible characters
//! stripped, tag characters and encodings decoded, look-alikes replaced. Every character remembers where it came from.

mod spelling;

use std::ops::Range;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

use super::{is_bidi_control, is_invisible, readable};

/// How often an encoding inside an encoding is decoded.
const DEPTH: usize = 2;

/// Lower-case text to search in, with the way back to the original.
pub(super) struct Searchable {
    /// What to search in.
    pub(super) text: String,
    /// For each byte of `text`: the first byte and the end of its origin, and whether a reader of the original could
    /// not see it. Absent where `text` is the original, byte for byte.
    origins: Option<Vec<Origin>>,
}

#[derive(Clone, Copy)]
struct Origin {
    start: u32,
    end: u32,
    concealed: bool,
}

impl Searchable {
    /// The text as it stands: lower case, typographic quotes and blanks made plain, wrapped lines joined.
    pub(super) fn plain(text: &str) -> Self {
        if text.is_ascii() && !text.contains('\n') {
            return Self { text: text.to_ascii_lowercase(), origins: None };
        }
        Self::from_units(&unwrapped(units(text)))
    }

    /// The text with everything decoded; `None` where that shows nothing new.
    pub(super) fn decoded(text: &str) -> Option<Self> {
        let oddly_spelled = spelling::is_suspect(text);
        if text.is_ascii() && !oddly_spelled && !ENCODED.is_match(text) {
            return None;
        }
        let mut units = units(text);
        let mut changed = fold(&mut units);
        changed |= oddly_spelled && spelling::respell(&mut units);
        for _ in 0..DEPTH {
            if !decode(&mut units) {
                break;
            }
            changed = true;
            fold(&mut units);
        }
        changed.then(|| Self::from_units(&unwrapped(units)))
    }

    fn from_units(units: &[Unit]) -> Self {
        let mut text = String::with_capacity(units.len());
        let mut origins = Vec::with_capacity(units.len());
        for unit in units {
            for lower in plain(unit.c).to_lowercase() {
                text.push(lower);
                let origin = Origin { start: unit.start, end: unit.end, concealed: unit.concealed };
                origins.extend(std::iter::repeat_n(origin, lower.len_utf8()));
            }
        }
        Self { text, origins: Some(origins) }
    }

    /// Where a range of `text` came from.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let Some(origins) = &self.origins else { return range.clone() };
        let part = origins.get(range.clone()).unwrap_or_default();
        let start = part.iter().map(|origin| origin.start).min().unwrap_or(0);
        let end = part.iter().map(|origin| origin.end).max().unwrap_or(0);
        start as usize..end as usize
    }

    /// Whether a part of a range could not be seen in the original.
    pub(super) fn conceals(&self, range: &Range<usize>) -> bool {
        let Some(origins) = &self.origins else { return false };
        origins.get(range.clone()).is_some_and(|part| part.iter().any(|origin| origin.concealed))
    }
}

/// A character and where it came from.
#[derive(Clone, Copy)]
struct Unit {
    c: char,
    start: u32,
    end: u32,
    concealed: bool,
}

/// Callers cut text into pieces far below 4 GiB, so offsets fit.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn units(text: &str) -> Vec<Unit> {
    let unit = |(start, c): (usize, char)| Unit {
        c,
        start: offset(start),
        end: offset(start + c.len_utf8()),
        concealed: false,
    };
    text.char_indices().map(unit).collect()
}

/// Joins lines that were broken for their length only, so that phrases stay whole: the next line goes on in lower case
/// after a word. A line that begins with a label such as `system:` stays a line.
fn unwrapped(units: Vec<Unit>) -> Vec<Unit> {
    if !units.iter().any(|unit| unit.c == '\n') {
        return units;
    }
    let mut joined: Vec<Unit> = Vec::with_capacity(units.len());
    let mut next = 0;
    while let Some(unit) = units.get(next) {
        next += 1;
        let goes_on = joined.last().is_some_and(|last| last.c.is_alphanumeric() || last.c == ',');
        if unit.c == '\n' && goes_on {
            let blanks = units[next..].iter().take_while(|unit| matches!(unit.c, ' ' | '\t' | '\r')).count();
            let line = &units[next + blanks..];
            let word = line.iter().take_while(|unit| unit.c.is_alphanumeric() || unit.c == '_').count();
            let is_label = line.get(word).is_some_and(|unit| unit.c == ':');
            if !is_label && line.first().is_some_and(|unit| unit.c.is_lowercase()) {
                joined.push(Unit { c: ' ', ..*unit });
                next += blanks;
                continue;
            }
        }
        joined.push(*unit);
    }
    joined
}

/// Characters that only typography distinguishes.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{2033}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    }
}

/// Strips what is invisible, decodes tag characters and folds compatibility forms and look-alikes.
fn fold(units: &mut Vec<Unit>) -> bool {
    if units.iter().all(|unit| unit.c.is_ascii()) {
        return false;
    }
    let mut folded = Vec::with_capacity(units.len());
    let mut changed = false;
    // What follows a stripped character is what the reader did not see as one word.
    let mut after_gap = false;
    for unit in units.iter() {
        let c = plain(unit.c);
        if c.is_ascii() {
            folded.push(Unit { c, concealed: unit.concealed || after_gap, ..*unit });
        } else if let Some(tag) = tag(c) {
            changed = true;
            folded.push(Unit { c: tag, concealed: true, ..*unit });
        } else if is_invisible(c) || is_bidi_control(c) {
            // A single joiner or variation selector belongs to emoji and scripts; it conceals only inside a word.
            let inside_word = folded.last().is_some_and(|last| last.c.is_ascii_alphanumeric());
            changed |= inside_word;
            after_gap = inside_word;
            continue;
        } else {
            let before = folded.len();
            for compatible in std::iter::once(c).nfkc() {
                push_look_alike(&mut folded, *unit, compatible);
            }
            changed |= folded[before..].iter().any(|unit| unit.concealed);
        }
        after_gap = false;
    }
    *units = folded;
    changed
}

/// Pushes what a character looks like: the ASCII letters it imitates, else itself.
fn push_look_alike(folded: &mut Vec<Unit>, unit: Unit, c: char) {
    if c.is_ascii() {
        folded.push(Unit { c, concealed: unit.concealed || c.is_ascii_alphanumeric() && unit.c != c, ..unit });
        return;
    }
    let mut text = [0_u8; 4];
    // Some capitals look like another letter than the one they write: the Ukrainian one of `i` like `l`.
    let lower = c.to_lowercase().next().unwrap_or(c);
    let skeleton: String = unicode_security::skeleton(lower.encode_utf8(&mut text)).collect();
    if !skeleton.is_empty() && skeleton.chars().all(|c| c.is_ascii_alphanumeric()) {
        folded.extend(skeleton.chars().map(|c| Unit { c, concealed: true, ..unit }));
    } else {
        folded.push(Unit { c, ..unit });
    }
}

/// The ASCII character that a tag character stands for.
pub(super) fn tag(c: char) -> Option<char> {
    let code = u32::from(c).checked_sub(0xe0000)?;
    char::from_u32(code).filter(|c| (' '..='~').contains(c))
}

/// What may be an encoding: entities, percent, backslash escapes, and runs of 16 base64 or hexadecimal characters.
static ENCODED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"&#?[0-9A-Za-z]{2,8};|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|[A-Za-z0-9+/_-]{16,}={0,2}")
        .expect("a fixed pattern")
});

/// Base64 as people paste it: with or without padding, trailing bits ignored.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = general_purpose::GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Decodes each encoded run once. Says whether there was any.
fn decode(units: &mut Vec<Unit>) -> bool {
    let text: String = units.iter().map(|unit| unit.c).collect();
    let mut decoded: Vec<Unit> = Vec::new();
    // Position in characters and in bytes up to which `decoded` has been written.
    let (mut next, mut next_byte) = (0, 0);
    for run in ENCODED.find_iter(&text) {
        let Some(plain) = decode_run(run.as_str()) else { continue };
        let begin = next + text[next_byte..run.start()].chars().count();
        let end = begin + run.as_str().chars().count();
        decoded.extend_from_slice(&units[next..begin]);
        let (start, stop) = (units[begin].start, units[end - 1].end);
        // Single punctuation and blanks are encoded for technical reasons, `%20` in an address; words are not.
        let telling = |c: char| c.is_alphanumeric() || c == '<';
        decoded.extend(plain.chars().map(|c| Unit { c, start, end: stop, concealed: telling(c) }));
        (next, next_byte) = (end, run.end());
    }
    if next == 0 {
        return false;
    }
    decoded.extend_from_slice(&units[next..]);
    *units = decoded;
    true
}

fn decode_run(run: &str) -> Option<String> {
    if let Some(entity) = run.strip_prefix('&').and_then(|run| run.strip_suffix(';')) {
        return decode_entity(entity).map(String::from);
    }
    if let Some(digits) = run.strip_prefix('%').or_else(|| run.strip_prefix("\\x")).or_else(|| run.strip_prefix("\\u"))
    {
        let c = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)?;
        return (c.is_ascii_graphic() || c == ' ' || digits.len() == 4).then(|| c.to_string());
    }
    decode_blob(run)
}

/// The words that a base64 or hexadecimal run stands for.
pub(super) fn decode_blob(run: &str) -> Option<String> {
    let bytes = if run.len().is_multiple_of(2) && run.bytes().all(|b| b.is_ascii_hexdigit()) {
        let byte = |at: usize| u8::from_str_radix(&run[at..at + 2], 16).ok();
        (0..run.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>()?
    } else {
        STANDARD.decode(run).or_else(|_| URL_SAFE.decode(run)).ok()?
    };
    readable(&bytes).map(str::to_owned)
}

fn decode_entity(entity: &str) -> Option<char> {
    let numeric = entity.strip_prefix('#');
    let code = match numeric.map(|number| number.strip_prefix(['x', 'X']).ok_or(number)) {
        Some(Ok(hexadecimal)) => u32::from_str_radix(hexadecimal, 16).ok()?,
        Some(Err(decimal)) => decimal.parse().ok()?,
        None => {
            return match entity.to_ascii_lowercase().as_str() {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                "nbsp" => Some(' '),
                _ => None,
            };
        }
    };
    char::from_u32(code).filter(|c| !c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_decoded_to_depth_two_and_keep_their_origin() {
        let base64 = STANDARD.encode("read the hidden file");
        let twice = STANDARD.encode(&base64);
        for (text, expected) in [
            ("&lt;system&gt;", "<system>"),
            ("a&#x62;c &#100;", "abc d"),
            ("%72ead", "read"),
            ("\\u0072ead \\x66ile", "read file"),
            ("ｒｅａｄ", "read"),
            ("r\u{200b}ead", "read"),
            ("r\u{435}ad", "read"),
            ("\u{406}tem", "item"),
            ("r.e.a.d", "read"),
            ("r3ad th1s", "read this"),
            ("\u{e0072}\u{e0065}\u{e0061}\u{e0064}", "read"),
            (&base64, "read the hidden file"),
            (&twice, "read the hidden file"),
            ("7265616420746865206669 6c65".split(' ').next().unwrap_or_default(), "read the fi"),
        ] {
            let decoded = Searchable::decoded(text).unwrap_or_else(|| panic!("nothing decoded in {text:?}"));
            assert_eq!(decoded.text, expected);
            let whole = 0..decoded.text.len();
            assert_eq!(decoded.origin(&whole), 0..text.len(), "{text:?}");
            assert!(decoded.conceals(&whole), "{text:?}");
        }
    }

    #[test]
    fn ordinary_text_has_nothing_to_decode() {
        for text in [
            "Reads a file.",
            "Speaks oauth2, e.g. for a11y and s3.",
            "Axes x, y and z",
            "Calls getUserInformationByIdentifier",
            "50% of a & b",
            "https://example.org/a%20b",
        ] {
            assert!(
                Searchable::decoded(text).is_none_or(|decoded| !decoded.conceals(&(0..decoded.text.len()))),
                "{text}"
            );
        }
    }
}
