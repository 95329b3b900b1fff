//! The secret detector: formats of providers by prefix, length and, where one exists, checksum; private keys, tokens and
//! connection strings by their structure; anything else by the word before it and its entropy.

mod formats;

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::{Captures, Regex};

use super::{has_run, is_canary, mentions_any};
use formats::{FORMATS, Format};

/// A secret in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHit {
    /// Its type: `github-token`.
    pub kind: &'static str,
    /// Where it is.
    pub matched: Range<usize>,
    /// Whether the format proves it: prefix, length, and the checksum or inner structure where the format has one. What
    /// only looks like a secret is not structural.
    pub structural: bool,
    /// How much of its beginning is the format's and not the secret's: at most 4 bytes.
    pub public_prefix: usize,
}

/// Shannon entropy from which a value next to a name like `token` counts, in bits per character.
const MINIMUM_ENTROPY: f64 = 3.5;
/// Length from which it counts.
const MINIMUM_LENGTH: usize = 20;

/// Length from which it is looked at, for masking; and that of a value without a name. The patterns say the same.
const SHORTEST_NAMED: usize = 16;
const SHORTEST_OPAQUE: usize = 32;

/// Finds secrets, in order of their position. Overlapping ones are one, named by the most specific format.
pub fn scan(text: &str) -> Vec<SecretHit> {
    find(text, false)
}

/// Finds everything that masking must hide: also what the detector would excuse as a placeholder, and opaque values
/// that no name betrays. Our own canaries stay readable.
pub fn scan_for_masking(text: &str) -> Vec<SecretHit> {
    find(text, true)
}

fn find(text: &str, masking: bool) -> Vec<SecretHit> {
    let mut hits = Vec::new();
    let mut possible = [false; FORMATS.len()];
    for trigger in TRIGGERS.search.find_overlapping_iter(text) {
        possible[TRIGGERS.of_trigger[trigger.pattern().as_usize()]] = true;
    }
    for ((format, regex), _) in FORMATS.iter().zip(&TRIGGERS.regexes).zip(possible).filter(|(_, possible)| *possible) {
        let regex = regex.get_or_init(|| Regex::new(format.pattern).expect("a fixed pattern"));
        hits.extend(regex.captures_iter(text).filter_map(|found| format_hit(format, &found, masking)));
    }
    hits.extend(connection_strings(text, masking));
    hits.extend(named_values(text, masking));
    if masking {
        hits.extend(opaque_values(text));
    }
    merge(hits)
}

/// Joins overlapping hits, so that nothing of the longer one stays visible. The more specific one gives the name.
fn merge(mut hits: Vec<SecretHit>) -> Vec<SecretHit> {
    let rank = |hit: &SecretHit| (!hit.structural, matches!(hit.kind, GENERIC | OPAQUE));
    hits.sort_by_key(|hit| (hit.matched.start, rank(hit)));
    let mut merged: Vec<SecretHit> = Vec::new();
    for hit in hits {
        match merged.last_mut().filter(|last| hit.matched.start < last.matched.end) {
            Some(last) => {
                let matched = last.matched.start..last.matched.end.max(hit.matched.end);
                if rank(&hit) < rank(last) {
                    let public_prefix = if hit.matched.start == matched.start { hit.public_prefix } else { 0 };
                    *last = SecretHit { public_prefix, ..hit };
                }
                last.matched = matched;
            }
            None => merged.push(hit),
        }
    }
    merged
}

/// The type of what only its name and entropy betray.
const GENERIC: &str = "secret";
/// The type of what only looks random.
const OPAQUE: &str = "opaque-value";

struct Triggers {
    search: AhoCorasick,
    /// The format that each trigger belongs to.
    of_trigger: Vec<usize>,
    /// Compiled for the first text that holds a trigger.
    regexes: [OnceLock<Regex>; FORMATS.len()],
}

static TRIGGERS: LazyLock<Triggers> = LazyLock::new(|| Triggers {
    search: AhoCorasick::new(FORMATS.iter().flat_map(|format| format.triggers)).expect("fixed words"),
    of_trigger: FORMATS
        .iter()
        .enumerate()
        .flat_map(|(index, format)| format.triggers.iter().map(move |_| index))
        .collect(),
    regexes: [const { OnceLock::new() }; FORMATS.len()],
});

fn format_hit(format: &Format, found: &Captures<'_>, masking: bool) -> Option<SecretHit> {
    let found = found.name("secret").or_else(|| found.get(0))?;
    let value = found.as_str();
    let structural = (format.is_genuine)(value);
    (masking || !is_placeholder(value)).then(|| SecretHit {
        kind: format.kind,
        matched: found.range(),
        structural,
        public_prefix: format.public_prefix.min(4),
    })
}

/// The password in `scheme://user:password@host`.
fn connection_strings(text: &str, masking: bool) -> Vec<SecretHit> {
    static CONNECTION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s:@/"'<>]{0,200}:(?P<secret>[^\s@/"'<>]+)@[^\s@/"'<>]"#)
            .expect("a fixed pattern")
    });
    if !text.contains("://") || !text.contains('@') {
        return Vec::new();
    }
    let hit = |found: Captures<'_>| {
        let password = found.name("secret")?;
        (masking && !password.as_str().starts_with("{{") || !is_placeholder(password.as_str())).then(|| SecretHit {
            kind: "connection-password",
            matched: password.range(),
            structural: true,
            public_prefix: 0,
        })
    };
    let mut from = 0;
    let found = std::iter::from_fn(|| {
        let found = CONNECTION.captures_at(text, from)?;
        // What follows a password may be the scheme of the next one.
        from = found.name("secret")?.end();
        Some(found)
    });
    found.filter_map(hit).collect()
}

/// Words of which each name in [`NAMED`] holds one.
const NAMES: [&str; 8] = ["key", "secret", "token", "passw", "pwd", "passphrase", "credential", "auth"];
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?P<name>[a-z0-9_.-]{0,40}(?:api[_-]?key|access[_-]?key|secret|token|passw(?:or)?d|pwd|passphrase|credential|private[_-]?key|auth)[a-z0-9_.-]{0,20})\\?["']?\s*(?:[:=]|=>|:=)\s*(?:bearer |basic |token )?\\?["']?(?P<secret>[A-Za-z0-9+/_.~!@#$%^&*=-]{16,})"#,
    )
    .expect("a fixed pattern")
});

/// `name = value` where the name says secret and the value looks like one.
fn named_values(text: &str, masking: bool) -> Vec<SecretHit> {
    // Two letters beyond ASCII count as ones of it where case is ignored.
    let is_value = |byte: u8| byte.is_ascii_alphanumeric() || b"+/_.~!@#$%^&*=-".contains(&byte) || !byte.is_ascii();
    if !text.contains([':', '=']) || !mentions_any(text, &NAMES) || !has_run(text, SHORTEST_NAMED, is_value) {
        return Vec::new();
    }
    let hit = |found: Captures<'_>| {
        let value = found.name("secret")?;
        let hide = masking && !is_canary(value.as_str()) && value.as_str().bytes().any(|b| b.is_ascii_digit());
        let looks_secret = value.len() >= MINIMUM_LENGTH
            && entropy(value.as_str()) >= MINIMUM_ENTROPY
            && !is_placeholder(value.as_str())
            && !is_public_identifier(found.name("name")?.as_str(), value.as_str());
        (hide || looks_secret).then(|| SecretHit {
            kind: GENERIC,
            matched: value.range(),
            structural: false,
            public_prefix: 0,
        })
    };
    NAMED.captures_iter(text).filter_map(hit).collect()
}

/// Long runs of mixed letters and digits: keys whose format nobody told us.
fn opaque_values(text: &str) -> Vec<SecretHit> {
    static OPAQUE_RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9_-]{32,}").expect("a fixed pattern"));
    if !has_run(text, SHORTEST_OPAQUE, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return Vec::new();
    }
    let looks_random = |run: &str| {
        let has = |test: fn(&u8) -> bool| run.as_bytes().iter().filter(|b| test(b)).count();
        has(u8::is_ascii_digit) >= 3
            && has(u8::is_ascii_uppercase) >= 3
            && has(u8::is_ascii_lowercase) >= 3
            && entropy(run) >= 4.2
    };
    OPAQUE_RUN
        .find_iter(text)
        .filter(|run| looks_random(run.as_str()))
        .map(|run| SecretHit { kind: OPAQUE, matched: run.range(), structural: false, public_prefix: 0 })
        .collect()
}

/// The format that a single word begins like, and how much of that beginning is public: also where the rest is cut, too long or
/// of another alphabet, since a configuration may hold what a provider no longer gives out.
pub fn begins_like(word: &str) -> Option<(&'static str, usize)> {
    let is_token = |rest: &str| {
        rest.bytes().filter(u8::is_ascii_alphanumeric).count() >= 12 && rest.bytes().any(|byte| byte.is_ascii_digit())
    };
    // Words are many and tokens few: what even the whole word is not, no rest of it is.
    if !is_token(word) {
        return None;
    }
    // A beginning of small letters alone, such as `cio`, begins words as well.
    let is_mark = |trigger: &str| !trigger.bytes().all(|byte| byte.is_ascii_lowercase()) && !trigger.contains(' ');
    FORMATS.iter().find_map(|format| {
        let mut marks = format.triggers.iter().filter(|trigger| is_mark(trigger));
        let mark = marks.find(|mark| word.strip_prefix(**mark).is_some_and(is_token))?;
        Some((format.kind, format.public_prefix.min(mark.len())))
    })
}

/// Shannon entropy, in bits per character.
pub fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let share = |&count: &u32| f64::from(count) / total;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

/// What stands where a secret will be: `changeme`, `<token>`, `${TOKEN}`, a run of one character; and our own canaries.
fn is_placeholder(value: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)x{4,}|\*{3,}|change[_-]?me|example|placeholder|redacted|your[_-]|my[_-]?(?:password|secret|token|key)|dummy|<[^>]*>|\$\{|\$\(|\{\{|%\(|process\.env|os\.environ|\.{3}")
            .expect("a fixed pattern")
    });
    let first = value.bytes().next();
    let body = value.rsplit(['_', '-']).next().unwrap_or(value);
    let repeats = body.len() >= 8 && body.bytes().all(|b| Some(b) == body.bytes().next());
    is_canary(value)
        || repeats
        || matches!(first, Some(b'$' | b'<' | b'{' | b'%'))
        || matches!(value.to_ascii_lowercase().as_str(), "password" | "pass" | "secret" | "token" | "pwd" | "passwd")
        || PLACEHOLDER.is_match(value)
}

/// UUIDs, digests of public content, paths and identifiers in words are no secrets.
fn is_public_identifier(name: &str, value: &str) -> bool {
    static UUID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$").expect("a fixed pattern")
    });
    let is_digest = matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.bytes().all(|b| b.is_ascii_hexdigit());
    let named_digest = ["hash", "sha", "digest", "checksum", "md5", "etag"]
        .iter()
        .any(|word| name.to_ascii_lowercase().contains(word));
    // Random values have digits; words joined by dots, dashes and slashes do not.
    let words = !value.bytes().any(|b| b.is_ascii_digit());
    let address = value.contains("://") || value.starts_with("//");
    UUID.is_match(value) || is_digest && named_digest || words || address || is_path(value)
}

/// An absolute path, as in `PWD=/srv/app-2/data`. Encoded keys have slashes as well, but longer runs between them.
fn is_path(value: &str) -> bool {
    let mut segments =
        value.strip_prefix(['/', '~']).into_iter().flat_map(|rest| rest.trim_end_matches('/').split('/'));
    let is_name = |segment: &str| segment.len() < MINIMUM_LENGTH && !segment.contains(['+', '=']);
    value.matches('/').count() >= 2 && segments.all(is_name)
}

/// A JSON Web Token: the header must decode to an object that names its algorithm.
fn is_jwt(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    let decoded = URL_SAFE_NO_PAD.decode(header).ok();
    let header = decoded.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    header.is_some_and(|header| header.get("alg").is_some_and(serde_json::Value::is_string))
}

/// The checksum of GitHub's tokens: the last six characters are the CRC-32 of what stands between it and the prefix, in
/// base 62.
fn has_github_checksum(token: &str) -> bool {
    let Some((_, body)) = token.split_once('_') else { return false };
    let Some((random, checksum)) = body.split_at_checked(body.len().saturating_sub(6)) else { return false };
    base62(crc32(random.as_bytes())) == checksum
}

/// Six digits of base 62, in the order 0-9, A-Z, a-z.
pub(crate) fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

/// CRC-32 of ISO-HDLC, as in zip and PNG.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests;
