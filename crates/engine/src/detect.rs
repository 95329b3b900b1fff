//! Detectors: what hostile, hidden, secret and personal text looks like (catalogue section 3). Pure functions over
//! text; every pattern runs in time linear in its length.

pub(crate) mod ambiguity;
pub mod capability;
mod decode;
mod families;
pub mod hidden;
mod phrases;
pub mod pii;
pub mod secret;
pub mod text;

/// A character that is not seen where it stands: formatting, zero width, variation, tags, fillers.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A control that changes the direction of text.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A canary of ours: `mcpa` and 16 base32 characters. Never secret, whoever repeats it.
pub(crate) fn is_canary(text: &str) -> bool {
    text.strip_prefix("mcpa").is_some_and(|rest| {
        rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_alphabetic() || (b'2'..=b'7').contains(&b))
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
