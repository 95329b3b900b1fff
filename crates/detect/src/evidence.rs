//! What may be kept and shown of a hostile text: excerpts, masked and made harmless (catalogue section 8). Every text that a server said
//! passes here before anything stores, logs or shows it.

mod masks;
mod sample;

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::{LazyLock, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contracts::audit::{Audit, Evidence};
use hmac::{Hmac, KeyInit as _, Mac as _};
use regex::Regex;
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization as _;

use crate::{is_bidi_control, is_canary, is_invisible, may_hold};
pub use sample::Sample;

use masks::{CREDENTIAL, Mask, personal, private_values, protocol_values, secrets};

/// Length of an excerpt, in characters.
const EXCERPT: usize = 160;
/// Length of any other text of a server, such as its name or a location, in characters.
const TEXT: usize = 1000;
/// Length of a request template, in characters.
const TEMPLATE: usize = 2000;
/// What is searched for secrets on each side of what may be shown: longer than the longest secret format.
const MARGIN_BYTES: usize = 32 * 1024;
/// How often a masked text is looked at again.
const MAX_ROUNDS: usize = 4;

/// Key for the HMAC in evidence. Random per installation, never uploaded.
#[derive(Clone)]
pub struct EvidenceKey(pub [u8; 32]);

impl EvidenceKey {
    /// The key that 64 hexadecimal digits stand for.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let hex = hex.trim();
        if hex.len() != 64 {
            return None;
        }
        let mut key = [0; 32];
        for (index, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self(key))
    }
}

impl fmt::Debug for EvidenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EvidenceKey(<redacted>)")
    }
}

/// Masks what must not be read and makes harmless what must not be displayed. One per audit.
pub struct Masker {
    key: EvidenceKey,
    /// Values that are always replaced, longest first, and what replaces them.
    hidden: RwLock<Vec<(String, &'static str)>>,
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Masker(<redacted>)")
    }
}

impl Masker {
    /// A masker that knows no value to hide yet.
    pub fn new(key: EvidenceKey) -> Self {
        Self { key, hidden: RwLock::default() }
    }

    /// Replaces a credential from now on, in all the forms that a server may repeat it: with and without its scheme, and
    /// decoded.
    pub fn hide_credential(&self, value: &str) {
        self.hide(value, CREDENTIAL);
        let Some((scheme, token)) = value.split_once(' ') else { return };
        self.hide(token.trim(), CREDENTIAL);
        if !scheme.eq_ignore_ascii_case("basic") {
            return;
        }
        let decoded = STANDARD.decode(token.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((user, password)) = decoded.as_deref().and_then(|pair| pair.split_once(':')) {
            self.hide(&format!("{user}:{password}"), CREDENTIAL);
            self.hide(password, CREDENTIAL);
        }
    }

    /// Replaces a value from now on: a session id, a cookie, a cursor, a request state, a handle. `instead` names it:
    /// `{{session}}`.
    pub fn hide(&self, value: &str, instead: &'static str) {
        if value.is_empty() || is_canary(value) {
            return;
        }
        let mut hidden = self.hidden.write().unwrap_or_else(PoisonError::into_inner);
        if !hidden.iter().any(|(known, _)| known == value) {
            hidden.push((value.to_owned(), instead));
            hidden.sort_by_key(|(known, _)| std::cmp::Reverse(known.len()));
        }
    }

    /// What may be kept of a sample.
    pub fn evidence(&self, sample: &Sample) -> Evidence {
        let matched = clamp(&sample.text, &sample.matched);
        Evidence {
            excerpt: self.excerpt(&sample.text, &matched),
            length_bytes: u64::try_from(sample.text.len()).unwrap_or(u64::MAX),
            digest: self.digest(&sample.text[matched]),
            detector: sample.detector.clone(),
            request: sample.request.as_deref().map(|request| self.template(request)),
            status: sample.status,
        }
    }

    /// A short text of the server, such as its name, or of ours that quotes one, such as a location: masked, harmless,
    /// at most 1000 characters.
    pub fn text(&self, text: &str) -> String {
        self.shortened(text, TEXT)
    }

    /// A keyed digest of a value: equal values can be recognised within one installation, and not guessed outside.
    pub fn digest(&self, value: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key.0) else { return String::new() };
        for c in value.trim().nfc() {
            mac.update(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        mac.finalize().into_bytes().iter().take(8).fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// The last gate: masks every text of a finished audit once more. Nothing should change; what does is a fault of
    /// ours, is masked, counted and logged. Returns how many texts changed.
    pub fn gate(&self, audit: &mut Audit) -> usize {
        let mut leaks = 0;
        let mut pass = |text: &mut String| {
            if self.is_fit(text) {
                return;
            }
            let masked = self.render(text, 0..text.len()).into_iter().map(|piece| piece.shown).collect::<String>();
            if masked != *text {
                leaks += 1;
                *text = masked;
            }
        };
        let target = &mut audit.target;
        pass(&mut target.key);
        pass(&mut target.display);
        target.protocol_versions.iter_mut().for_each(&mut pass);
        target.server_name.iter_mut().chain(&mut target.server_version).for_each(&mut pass);
        for finding in &mut audit.findings {
            pass(&mut finding.location);
            pass(&mut finding.message);
            for evidence in &mut finding.evidence {
                pass(&mut evidence.excerpt);
                pass(&mut evidence.detector);
                evidence.request.iter_mut().for_each(&mut pass);
            }
        }
        for check in &mut audit.checks {
            check.outcome.reason_mut().into_iter().for_each(&mut pass);
        }
        audit.incomplete.iter_mut().chain(&mut audit.notes).for_each(&mut pass);
        if leaks > 0 {
            tracing::error!(leaks, "masked texts that should have been masked before");
        }
        leaks
    }

    /// A request without what only this run knows.
    fn template(&self, request: &str) -> String {
        static CANARY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"mcpa[A-Za-z2-7]{16}").expect("a fixed pattern"));
        if !request.contains("mcpa") {
            return self.shortened(request, TEMPLATE);
        }
        self.shortened(&CANARY.replace_all(request, "{{canary}}"), TEMPLATE)
    }

    /// A text from its beginning, masked and harmless, of at most some characters.
    fn shortened(&self, text: &str, most: usize) -> String {
        if text.len() < most && self.is_fit(text) {
            return text.to_owned();
        }
        let end = text.floor_char_boundary(most * 8);
        let mut shown = String::new();
        let mut width = 0;
        for piece in self.render(text, 0..end) {
            width += piece.width;
            if width >= most {
                shown.push('…');
                return shown;
            }
            shown.push_str(&piece.shown);
        }
        if end < text.len() {
            shown.push('…');
        }
        shown
    }

    /// Whether a text may be shown as it is, like nearly every one.
    fn is_fit(&self, text: &str) -> bool {
        !text.chars().any(is_replaced) && self.masks(text).is_empty()
    }

    /// At most 160 characters around a match.
    fn excerpt(&self, text: &str, matched: &Range<usize>) -> String {
        let start = text.floor_char_boundary(matched.start.saturating_sub(8 * EXCERPT));
        let end = text.ceil_char_boundary((matched.start + 16 * EXCERPT).min(text.len()));
        let pieces = self.render(text, start..end);
        let first = pieces.iter().position(|piece| piece.origin.end > matched.start).unwrap_or(0);
        let beyond =
            pieces.iter().position(|piece| piece.origin.start >= matched.end).unwrap_or(pieces.len()).max(first);
        let width = |part: &[Piece]| part.iter().map(|piece| piece.width).sum::<usize>();
        // Room for the match, or for as much of it as fits, then evenly for what is around it. Two characters are for
        // the marks of omission.
        let room = EXCERPT - 2;
        let (mut from, mut to) = (first, first);
        let mut used = 0;
        while to < beyond && used + pieces[to].width <= room {
            used += pieces[to].width;
            to += 1;
        }
        let before = (room - used) / 2;
        while from > 0 && width(&pieces[from - 1..first]) <= before {
            from -= 1;
        }
        used += width(&pieces[from..first]);
        while to < pieces.len() && to >= beyond && used + pieces[to].width <= room {
            used += pieces[to].width;
            to += 1;
        }
        let mut excerpt = String::new();
        if start > 0 || from > 0 {
            excerpt.push('…');
        }
        excerpt.extend(pieces[from..to].iter().map(|piece| piece.shown.as_str()));
        if end < text.len() || to < pieces.len() {
            excerpt.push('…');
        }
        excerpt
    }

    /// A part of a text, masked and harmless, as pieces that must not be cut. Masks that reach over its edges are whole.
    fn render(&self, text: &str, part: Range<usize>) -> Vec<Piece> {
        let start = text.floor_char_boundary(part.start.saturating_sub(MARGIN_BYTES));
        let end = text.ceil_char_boundary((part.end + MARGIN_BYTES).min(text.len()));
        let mut masks = self.masks(&text[start..end]);
        for mask in &mut masks {
            mask.range = mask.range.start + start..mask.range.end + start;
        }
        pieces(text, part, masks)
    }

    /// What must be masked in a text, in order, without overlaps.
    fn masks(&self, text: &str) -> Vec<Mask> {
        let (visible, origins) = strip_invisible(text);
        let mut masks = self.found(&visible);
        if let Some(origins) = origins {
            for mask in &mut masks {
                mask.range = origins[mask.range.start]..origins[mask.range.end - 1] + 1;
                mask.range = text.floor_char_boundary(mask.range.start)..text.ceil_char_boundary(mask.range.end);
            }
        }
        let mut masks = apart(masks);
        // What is shown is looked at again: without a secret that stood right before another, or with an escape instead
        // of a blank, it may say more than the text did.
        for _ in 0..MAX_ROUNDS {
            if masks.is_empty() && !text.chars().any(|c| is_replaced(c) && !matches!(c, '\n' | '\r' | '\t')) {
                break;
            }
            let pieces = pieces(text, 0..text.len(), masks.clone());
            let shown: String = pieces.iter().map(|piece| piece.shown.as_str()).collect();
            let origins: Vec<&Range<usize>> =
                pieces.iter().flat_map(|piece| std::iter::repeat_n(&piece.origin, piece.shown.len())).collect();
            let mut found = apart(self.found(&shown));
            if found.is_empty() {
                break;
            }
            for mask in &mut found {
                mask.range = origins[mask.range.start].start..origins[mask.range.end - 1].end;
            }
            masks.retain(|mask| found.iter().all(|new| !overlap(&mask.range, &new.range)));
            masks.extend(found);
            masks = apart(masks);
        }
        masks
    }

    /// All that is to be masked, those first that rank higher where they overlap.
    fn found(&self, text: &str) -> Vec<Mask> {
        let mut masks = self.hidden_values(text);
        masks.extend(protocol_values(text));
        masks.extend(secrets(text));
        masks.extend(personal(text));
        masks
    }

    fn hidden_values(&self, text: &str) -> Vec<Mask> {
        let is_word = |c: char| c.is_alphanumeric();
        let hidden = self.hidden.read().unwrap_or_else(PoisonError::into_inner);
        let mut masks = Vec::new();
        for (value, instead) in hidden.iter().filter(|(value, _)| may_hold(text, value)) {
            for (at, _) in text.match_indices(value.as_str()) {
                // A short value is replaced as a word only: it would riddle ordinary text.
                let alone = !text[..at].chars().next_back().is_some_and(is_word)
                    && !text[at + value.len()..].chars().next().is_some_and(is_word);
                if value.len() >= 6 || alone {
                    masks.push(Mask { range: at..at + value.len(), instead: (*instead).to_owned() });
                }
            }
        }
        masks
    }
}

/// A definition's text without secrets and personal data, for digests and names that are kept. Addresses stay: where a
/// definition sends things is what a reader of a later version must see.
pub fn without_private_values(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for mask in apart(private_values(text)) {
        kept.push_str(&text[at..mask.range.start]);
        kept.push_str(&mask.instead);
        at = mask.range.end;
    }
    kept.push_str(&text[at..]);
    kept
}

/// Masks in order, those that overlap as one. What stands instead is that of the first.
fn apart(mut masks: Vec<Mask>) -> Vec<Mask> {
    // The order of the sources is their rank where masks overlap, so the sort must be stable.
    masks.sort_by_key(|mask| mask.range.start);
    let mut apart: Vec<Mask> = Vec::new();
    for mask in masks {
        match apart.last_mut().filter(|last| mask.range.start < last.range.end) {
            Some(last) => last.range.end = last.range.end.max(mask.range.end),
            None => apart.push(mask),
        }
    }
    apart
}

/// A part of a text with what stands instead of each mask, and of each character that acts.
fn pieces(text: &str, part: Range<usize>, masks: Vec<Mask>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = part.start;
    let show = |pieces: &mut Vec<Piece>, range: Range<usize>| {
        let mut characters = text[range.clone()].char_indices().peekable();
        while let Some((offset, c)) = characters.next() {
            let origin = range.start + offset..range.start + offset + c.len_utf8();
            if c == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n') {
                continue;
            }
            pieces.push(Piece::new(harmless(c), origin));
        }
    };
    for mask in masks {
        if mask.range.end <= at {
            continue;
        }
        if mask.range.start >= part.end {
            break;
        }
        show(&mut pieces, at..mask.range.start.max(at));
        at = mask.range.end;
        pieces.push(Piece::new(mask.instead, mask.range));
    }
    show(&mut pieces, at.min(part.end)..part.end);
    pieces
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// A piece of displayed text that is not cut.
struct Piece {
    shown: String,
    /// Length of `shown`, in characters.
    width: usize,
    origin: Range<usize>,
}

impl Piece {
    fn new(shown: String, origin: Range<usize>) -> Self {
        Self { width: shown.chars().count(), shown, origin }
    }
}

/// A character as it may be displayed anywhere: blanks for line breaks and tabs, `\u{…}` for what acts or is not seen.
fn harmless(c: char) -> String {
    match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => " ".to_owned(),
        c if is_replaced(c) => format!("\\u{{{:x}}}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Whether a character is displayed as something else.
fn is_replaced(c: char) -> bool {
    c.is_control() || is_invisible(c) || is_bidi_control(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

fn clamp(text: &str, range: &Range<usize>) -> Range<usize> {
    if text.get(range.clone()).is_some() { range.clone() } else { 0..text.len() }
}

/// The text without invisible characters, which could split a secret, and where each of its bytes came from.
fn strip_invisible(text: &str) -> (String, Option<Vec<usize>>) {
    if text.is_ascii() || !text.chars().any(is_invisible) {
        return (text.to_owned(), None);
    }
    let mut visible = String::with_capacity(text.len());
    let mut origins = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices().filter(|(_, c)| !is_invisible(*c)) {
        visible.push(c);
        origins.extend(at..at + c.len_utf8());
    }
    (visible, Some(origins))
}

#[cfg(test)]
mod tests;
