//! Detectors: what hostile, hidden, secret and personal text looks like (catalogue section 3). Pure functions over
//! text; every pattern runs in time linear in its length.

pub mod ambiguity;
pub mod command;
mod decode;
pub mod evidence;
mod families;
pub mod hidden;
mod phrases;
pub mod pii;
pub mod secret;
pub mod testing;
pub mod text;

/// A character that is not seen where it stands: formatting, zero width, variation, tags, fillers.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A control that changes the direction of text.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A canary of ours: `mcpa` and 16 base32 characters. Never secret, whoever repeats it.
pub fn is_canary(text: &str) -> bool {
    text.strip_prefix("mcpa").is_some_and(|rest| {
        rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_alphabetic() || (b'2'..=b'7').contains(&b))
    })
}

/// Whether a text holds one of some words, which are lower-case ASCII, in whatever case. For patterns each match of which
/// holds one: compiling a pattern takes longer than searching all texts of a small server, and hardly any text needs it.
pub fn mentions_any(text: &str, words: &[&str]) -> bool {
    // Patterns that ignore case take these two for an `s` and a `k`.
    if !text.is_ascii() && text.contains(['\u{17f}', '\u{212a}']) {
        return true;
    }
    let mut begins = [false; 256];
    for first in words.iter().filter_map(|word| word.bytes().next()) {
        begins[usize::from(first)] = true;
        begins[usize::from(first.to_ascii_uppercase())] = true;
    }
    let bytes = text.as_bytes();
    let is_word = |at: usize, word: &str| {
        bytes.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    (0..bytes.len()).filter(|&at| begins[usize::from(bytes[at])]).any(|at| words.iter().any(|word| is_word(at, word)))
}

/// Whether a text holds a value. Of a long value the beginning is looked for, which needs no preparation: callers ask this
/// of many values, hardly any of which is there, before they look closer.
pub fn may_hold(text: &str, value: &str) -> bool {
    text.contains(&value[..value.floor_char_boundary(LONGEST_UNPREPARED)])
}

/// Longer values are prepared by the standard library before they are searched for.
const LONGEST_UNPREPARED: usize = 32;

/// Whether so many bytes of some kind stand in a row, as the patterns for keys and digests demand.
pub(crate) fn has_run(text: &str, least: usize, is_part: impl Fn(u8) -> bool) -> bool {
    let mut length = 0;
    text.bytes().any(|byte| {
        length = if is_part(byte) { length + 1 } else { 0 };
        length >= least
    })
}

/// The printable text that an encoded run stands for: at least 85 % printable, and words rather than noise.
pub(crate) fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let total = text.chars().count();
    let printable = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).count();
    let wordlike = text.chars().filter(|c| c.is_alphabetic() || *c == ' ').count();
    (total > 0 && printable * 100 >= total * 85 && wordlike * 100 >= total * 60).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{has_run, may_hold, mentions_any};

    #[test]
    fn words_are_found_in_any_case_and_where_letters_only_look_like_others() {
        let words = ["api key", "token"];
        for text in ["token", "Your API Key here", "a tOKEN", "the to\u{212a}en", "pa\u{17f}s"] {
            assert!(mentions_any(text, &words), "{text}");
        }
        for text in ["", "tok", "api_key", "Schlüssel"] {
            assert!(!mentions_any(text, &words), "{text}");
        }
    }

    #[test]
    fn values_and_runs_are_never_missed() {
        let value = format!("{}é", "a".repeat(31));
        assert!(may_hold(&format!("x{value}x"), &value) && !may_hold("aaa", &value));
        assert!(has_run("ab 1234", 4, |byte| byte.is_ascii_digit()));
        assert!(!has_run("ab 123 4", 4, |byte| byte.is_ascii_digit()));
    }
}
