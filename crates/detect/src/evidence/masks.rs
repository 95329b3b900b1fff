//! What must not be read in a text: secrets, personal data, and what the protocols carry for two sides only.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::pii::PiiKind;
use crate::{mentions_any, pii, secret};

/// What stands where a credential was.
pub(super) const CREDENTIAL: &str = "{{credential}}";

/// A part of a text and what stands there instead.
#[derive(Debug, Clone)]
pub(super) struct Mask {
    pub(super) range: Range<usize>,
    pub(super) instead: String,
}

/// Public prefix, type and length: nothing else of a secret.
pub(super) fn secrets(text: &str) -> Vec<Mask> {
    let mask = |hit: secret::SecretHit| {
        let value = &text[hit.matched.clone()];
        let prefix =
            value.get(..hit.public_prefix).filter(|prefix| !prefix.is_empty()).map(|prefix| format!(" {prefix}…"));
        let instead = format!("[{}{}, {} characters]", hit.kind, prefix.unwrap_or_default(), value.chars().count());
        Mask { range: hit.matched, instead }
    };
    secret::scan_for_masking(text).into_iter().map(mask).collect()
}

/// The type of personal data; of an address also its top-level domain.
pub(super) fn personal(text: &str) -> Vec<Mask> {
    let mask = |hit: pii::PiiHit| {
        let value = &text[hit.matched.clone()];
        let instead = match (hit.kind, value.rsplit_once('.')) {
            (PiiKind::Email, Some((_, top))) => format!("[e-mail in .{top}]"),
            (kind, _) => format!("[{}]", kind.code()),
        };
        Mask { range: hit.matched, instead }
    };
    pii::scan(text).hits.into_iter().map(mask).collect()
}

/// What certainly is a secret or personal data, by its type alone: two of one type look the same.
pub(super) fn private_values(text: &str) -> Vec<Mask> {
    let secret = |hit: secret::SecretHit| Mask { range: hit.matched, instead: format!("[{}]", hit.kind) };
    let personal = |hit: pii::PiiHit| Mask { range: hit.matched, instead: format!("[{}]", hit.kind.code()) };
    let personal = pii::scan(text).hits.into_iter().filter(|hit| hit.kind != PiiKind::Email).map(personal);
    secret::scan(text).into_iter().map(secret).chain(personal).collect()
}

/// Words of which each match of [`HEADER`] holds one.
const FIELDS: [&str; 6] = ["authorization", "cookie", "x-api-key", "x-auth-token", "mcp-session-id", "last-event-id"];
/// Words of which each match of [`HANDLE`] holds one.
const HANDLES: [&str; 7] =
    ["requeststate", "cursor", "sessionid", "session_id", "taskid", "subscriptionid", "progresstoken"];
/// A header field that carries a credential, a cookie or a session, with its value.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)\b(?P<name>(?:proxy-)?authorization|set-cookie|cookie|x-api-key|x-auth-token|mcp-session-id|last-event-id)\\?["']?\s*[:=](?:\s|\\u\{[0-9a-f]{1,6}\})*\\?["']?(?P<value>(?:(?:bearer|basic|digest|token)\s+)?[^\s"'\\,;]+(?:;\s*[^\s;"'\\]+)*)"#,
    )
    .expect("a fixed pattern")
});
/// A member of JSON that carries a handle, with its value.
static HANDLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\\?"(?P<name>requestState|nextCursor|cursor|sessionId|session_id|taskId|subscriptionId|progressToken)\\?"\s*:\s*\\?"(?P<value>[^"\\]+)"#)
        .expect("a fixed pattern")
});

/// Values that the protocols carry and nobody but the two sides should know: credentials and cookies in headers, handles
/// in JSON, user information and queries in URLs.
pub(super) fn protocol_values(text: &str) -> Vec<Mask> {
    // By what they end with, not by a scheme, which may stand behind anything; and apart, since URLs stand within URLs.
    static USER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"://(?P<user>[^\s/?#"'<>\\]+)@"#).expect("a fixed pattern"));
    static QUERY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"://[^\s?#"'<>\\]*\?(?P<query>[^\s"'<>\\]+)"#).expect("a fixed pattern"));
    let mut masks = Vec::new();
    let mut replace = |found: &Captures<'_>, group: &str, instead: &str| {
        let Some(value) = found.name(group) else { return };
        // What was replaced already, or cut off, stays as it is, and so does what stands for a character that acts.
        if !value.as_str().starts_with("{{") && value.as_str() != "…" && !is_escape(text, value.range()) {
            masks.push(Mask { range: value.range(), instead: instead.to_owned() });
        }
    };
    let headers = mentions_any(text, &FIELDS).then(|| HEADER.captures_iter(text));
    for found in headers.into_iter().flatten() {
        let instead = match found["name"].to_ascii_lowercase().as_str() {
            "set-cookie" | "cookie" => "{{cookie}}",
            "mcp-session-id" | "last-event-id" => "{{session}}",
            _ => CREDENTIAL,
        };
        replace(&found, "value", instead);
    }
    let handles = mentions_any(text, &HANDLES).then(|| HANDLE.captures_iter(text));
    for found in handles.into_iter().flatten() {
        replace(&found, "value", "{{handle}}");
    }
    if text.contains("://") && text.contains('@') {
        // A password that is masked already is no secret, and the name before it never was.
        let is_masked =
            |found: &Captures<'_>| found["user"].split_once(':').is_some_and(|(_, word)| word == CREDENTIAL);
        let open = USER.captures_iter(text).filter(|found| !is_masked(found));
        open.for_each(|found| replace(&found, "user", "{{user}}"));
    }
    if text.contains("://") && text.contains('?') {
        QUERY.captures_iter(text).for_each(|found| replace(&found, "query", "{{query}}"));
    }
    masks
}

/// Whether a part of a text is one of our own escapes, behind its backslash: a blank that was shown, and no value.
fn is_escape(text: &str, part: Range<usize>) -> bool {
    let digits = text[part.clone()].strip_prefix("u{").and_then(|rest| rest.strip_suffix('}'));
    text[..part.start].ends_with('\\') && digits.is_some_and(|digits| u32::from_str_radix(digits, 16).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::assert_demanded;

    #[test]
    fn what_is_masked_holds_a_word() {
        assert_demanded(HEADER.as_str(), &FIELDS);
        assert_demanded(HANDLE.as_str(), &HANDLES);
    }
}
