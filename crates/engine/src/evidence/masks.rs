//! What must not be read in a text: secrets, personal data, and what the protocols carry for two sides only.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::detect::pii::PiiKind;
use crate::detect::{pii, secret};

/// A part of a text and what stands there instead.
#[derive(Debug)]
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

/// Values that the protocols carry and nobody but the two sides should know: credentials and cookies in headers, handles
/// in JSON, user information and queries in URLs.
pub(super) fn protocol_values(text: &str) -> Vec<Mask> {
    static HEADER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)\b(?P<name>(?:proxy-)?authorization|set-cookie|cookie|x-api-key|x-auth-token|mcp-session-id|last-event-id)\\?["']?\s*[:=]\s*\\?["']?(?P<value>(?:(?:bearer|basic|digest|token)\s+)?[^\s"'\\,;]+(?:;\s*[^\s;"'\\]+)*)"#,
        )
        .expect("a fixed pattern")
    });
    static HANDLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\\?"(?P<name>requestState|nextCursor|cursor|sessionId|session_id|taskId|subscriptionId|progressToken)\\?"\s*:\s*\\?"(?P<value>[^"\\]+)"#)
            .expect("a fixed pattern")
    });
    // By what they end with, not by a scheme, which may stand behind anything; and apart, since URLs stand within URLs.
    static USER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"://(?P<user>[^\s/?#"'<>\\]+)@"#).expect("a fixed pattern"));
    static QUERY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"://[^\s?#"'<>\\]*\?(?P<query>[^\s"'<>\\]+)"#).expect("a fixed pattern"));
    let mut masks = Vec::new();
    let mut replace = |found: &Captures<'_>, group: &str, instead: &str| {
        let Some(value) = found.name(group) else { return };
        // What was replaced already, or cut off, stays as it is.
        if !value.as_str().starts_with("{{") && value.as_str() != "…" {
            masks.push(Mask { range: value.range(), instead: instead.to_owned() });
        }
    };
    for found in HEADER.captures_iter(text) {
        let instead = match found["name"].to_ascii_lowercase().as_str() {
            "set-cookie" | "cookie" => "{{cookie}}",
            "mcp-session-id" | "last-event-id" => "{{session}}",
            _ => "{{credential}}",
        };
        replace(&found, "value", instead);
    }
    for found in HANDLE.captures_iter(text) {
        replace(&found, "value", "{{handle}}");
    }
    if text.contains("://") {
        USER.captures_iter(text).for_each(|found| replace(&found, "user", "{{user}}"));
        QUERY.captures_iter(text).for_each(|found| replace(&found, "query", "{{query}}"));
    }
    masks
}
