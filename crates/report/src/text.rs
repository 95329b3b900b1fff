//! Makes text of a tested server harmless to look at: nothing invisible, nothing that turns the line around, nothing
//! that piles up over its neighbours, no word that runs off the page.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use unicode_normalization::char::is_combining_mark;

/// Marks on one letter. Vietnamese and Hebrew need two or three; a pile of them paints over other lines.
const MOST_MARKS: usize = 3;

/// Characters of one field. The engine bounds its texts far below; a report must not depend on it.
const LONGEST_FIELD: usize = 4_000;

/// Characters without a place to break, in the PDF. The narrowest column holds as many of the widest letter.
const LONGEST_RUN: usize = 14;

/// A copy of an audit or a scan in which every text is harmless and bounded.
pub(crate) fn harmless<T: Serialize + DeserializeOwned>(document: &T) -> Result<T, serde_json::Error> {
    serde_json::from_value(harmless_value(document)?)
}

/// The same as a value.
pub(crate) fn harmless_value<T: Serialize>(document: &T) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(document)?;
    // All strings, not a list of fields: a field added later is covered too.
    for_each_string(&mut value, &|text| visible(&shortened(text, LONGEST_FIELD)));
    Ok(value)
}

/// Replaces every string below the value, except the names of members.
pub(crate) fn for_each_string(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| for_each_string(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| for_each_string(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text with control, invisible and direction-changing characters as `\u{…}`. Line feeds stay.
pub fn visible(text: &str) -> String {
    // Most texts are plain, and to look each character up in tables costs more than all else that is done with them.
    if text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return text.to_owned();
    }
    let mut marks = 0;
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        marks = if is_combining_mark(character) { marks + 1 } else { 0 };
        if is_invisible(character) || marks > MOST_MARKS {
            result.extend(character.escape_unicode());
        } else {
            result.push(character);
        }
    }
    result
}

/// Whether a character has no shape of its own, or changes how others are shown.
fn is_invisible(character: char) -> bool {
    if character == '\n' {
        return false;
    }
    character.is_control()
        || matches!(u32::from(character),
            // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer vowels, Mongolian selectors.
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x3164 | 0xFFA0
            // Zero-width and bidirectional controls, line and paragraph separators, invisible operators.
            | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF
            // Variation selectors except the two that choose between text and emoji; annotations; musical formats.
            | 0xFE00..=0xFE0D | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A
            // Private use, tags, variation supplements.
            | 0xE000..=0xF8FF | 0xE_0000..=0xE_0FFF | 0xF_0000..=0x10_FFFF)
        || u32::from(character) & 0xFFFE == 0xFFFE
}

/// At most `most` characters, with a mark where something was cut.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… [cut]", &text[..end]),
    }
}

/// A message of a program as a sentence for people: with a capital and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?', '…', ':']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), characters.as_str())
}

/// The text with zero-width spaces in runs that would not fit a line. Only for layout, after [`visible`].
pub(crate) fn breakable(text: &str) -> String {
    // A fingerprint is copied into tools, where a zero-width space would spoil it, and is short enough.
    if text.starts_with("mcpa1-") && text.len() < 40 {
        return text.to_owned();
    }
    let mut run = 0;
    let mut result = String::with_capacity(text.len() + text.len() / 8);
    let mut after_separator = false;
    for character in text.chars() {
        let separator = is_separator(character);
        if character.is_whitespace() {
            run = 0;
        } else if !is_combining_mark(character) {
            // Rather behind a separator than within a name, and not within `://`.
            if run >= LONGEST_RUN || (run >= LONGEST_RUN / 2 && after_separator && !separator) {
                result.push('\u{200B}');
                run = 0;
            }
            run += 1;
        }
        after_separator = separator;
        result.push(character);
    }
    result
}

fn is_separator(character: char) -> bool {
    matches!(character, '/' | '.' | ',' | ';' | ':' | '?' | '&' | '=' | '_' | '#' | ')' | ']' | '}')
}

/// Whether a link may be live: written by the engine, to a public page, without anything that needs escaping.
pub(crate) fn is_safe_link(url: &str) -> bool {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_~#=&?%+,:".contains(&byte);
    url.strip_prefix("https://")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.bytes().all(harmless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        let cases = [
            ("plain é 漢字 عربى 🙂", "plain é 漢字 عربى 🙂"),
            ("two\nlines", "two\nlines"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("pay \u{202e}gpj.exe", "pay \\u{202e}gpj.exe"),
            ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"),
            ("\u{e0041}", "\\u{e0041}"),
            ("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}\\u{301}"),
            ("\u{fffe}", "\\u{fffe}"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn long_runs_can_break_and_words_stay_whole() {
        assert_eq!(breakable("ordinary words stay"), "ordinary words stay");
        assert_eq!(breakable("https://mcp.acme.example/mcp"), "https://\u{200b}mcp.acme.\u{200b}example/\u{200b}mcp");
        let longest = |text: &str| text.split(['\u{200b}', ' ', '\n']).map(|run| run.chars().count()).max();
        assert_eq!(longest(&breakable(&"x".repeat(10_000))), Some(LONGEST_RUN));
        let fingerprint = "mcpa1-0123456789abcdef0123456789abcdef";
        assert_eq!(breakable(fingerprint), fingerprint);
    }

    #[test]
    fn only_plain_https_links_are_live() {
        assert!(is_safe_link("https://cwe.mitre.org/data/definitions/78.html"));
        for bad in [
            "http://a.example",
            "javascript:alert(1)",
            "https://a.example/\"x",
            "https://",
            "https://user@a.example",
            "//a",
        ] {
            assert!(!is_safe_link(bad), "{bad} was accepted");
        }
    }
}
