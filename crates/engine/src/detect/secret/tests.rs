//! Secrets of the tests are built here from pieces, so that no file of the repository holds one.

use super::*;
use crate::detect::demanded::assert_demanded;

/// Characters without a meaning, the same in every run: enough entropy for the generic rule.
pub(crate) fn noise(length: usize) -> String {
    let alphabet = b"qX7bK2mZ9vT4wR1nY8cJ5hL3pD6gS0fA";
    (0..length).map(|at| char::from(alphabet[(at * 7 + at / 32 * 3) % alphabet.len()])).collect()
}

fn upper_noise(length: usize) -> String {
    noise(length).to_ascii_uppercase().replace(['0', '1', '8', '9'], "B")
}

fn hexadecimal(length: usize) -> String {
    (0..length).map(|at| char::from(b"3f9a1c7e5b2d8064"[(at * 5 + at / 16) % 16])).collect()
}

/// One secret of each format that the masking must hide: type, text around it, the secret itself.
pub(crate) fn samples() -> Vec<(&'static str, String)> {
    let github = |prefix: &str| {
        let random = noise(30);
        format!("{prefix}_{random}{}", base62(crc32(random.as_bytes())))
    };
    let jwt = [r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"sub":"1234567890"}"#]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    let key_block = |label: &str| {
        let lines: Vec<String> = (1..12).map(|line| noise(64 + line)[line..].to_owned()).collect();
        format!("-----BEGIN {label}PRIVATE KEY-----\n{}\n-----END {label}PRIVATE KEY-----", lines.join("\n"))
    };
    vec![
        ("aws-access-key", ["AK", "IA"].concat() + &upper_noise(16)),
        ("github-token", github("ghp")),
        ("github-fine-grained-token", format!("github_{}_{}_{}", "pat", noise(22), noise(59))),
        ("gitlab-token", format!("gl{}-{}", "pat", noise(20))),
        ("slack-token", format!("xox{}-{}-{}-{}", "b", "2847561930", "8471650293", noise(24))),
        ("stripe-key", format!("sk_{}_{}", "live", noise(24))),
        ("npm-token", format!("np{}_{}", "m", noise(36))),
        ("pypi-token", format!("py{}-{}", "pi", noise(80))),
        ("google-api-key", format!("AI{}{}", "za", noise(35))),
        ("anthropic-key", format!("sk-{}-api03-{}", "ant", noise(95))),
        ("openai-key", format!("sk-{}-{}{OPENAI}{}", "proj", noise(30), noise(30))),
        ("huggingface-token", format!("h{}_{}", "f", noise(34))),
        ("jwt", format!("{jwt}.{}", noise(43))),
        ("private-key", key_block("RSA ")),
        ("private-key", key_block("")),
        ("mcp-audit-key", format!("mcpa_{}_{}", "live", noise(43))),
        ("digitalocean-token", format!("do{}_v1_{}", "p", hexadecimal(64))),
    ]
}

const OPENAI: &str = concat!("T3Blb", "kFJ");

#[test]
fn provider_formats_are_recognised_with_their_type() {
    for (kind, secret) in samples() {
        let text = format!("the value is {secret} and more");
        let hits = scan(&text);
        assert_eq!(hits.len(), 1, "{kind}: {hits:?}");
        assert_eq!((hits[0].kind, hits[0].structural), (kind, true));
        assert!(text[hits[0].matched.clone()].contains(&secret), "{kind}");
    }
}

#[test]
fn a_wrong_checksum_or_header_is_not_structural() {
    let forged = format!("gh{}_{}{}", "p", noise(30), "000000");
    assert!(!scan(&forged)[0].structural);
    let forged = format!("{}.{}.{}", URL_SAFE_NO_PAD.encode("{\"no\":1}"), noise(20), noise(20));
    assert!(scan(&forged).iter().all(|hit| !hit.structural));
}

#[test]
fn names_and_entropy_betray_other_secrets() {
    let value = noise(32);
    for text in [
        format!("API_KEY={value}"),
        format!("{{\"client_secret\": \"{value}\"}}"),
        format!("password: {value}"),
        format!("postgres://app:{value}@db.internal/app"),
        format!("Authorization: Bearer {value}"),
    ] {
        let hits = scan(&text);
        assert_eq!(hits.len(), 1, "{text}: {hits:?}");
        assert_eq!(&text[hits[0].matched.clone()], value, "{text}");
    }
}

#[test]
fn placeholders_identifiers_and_canaries_are_no_secrets() {
    let canary = "mcpa".to_owned() + "abcdefgh234567ab";
    for text in [
        "token=xxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
        "API_KEY=<your-api-key-goes-here-please>".to_owned(),
        "api_key: ${SERVICE_API_KEY_OF_PRODUCTION}".to_owned(),
        "password=changeme-changeme-changeme".to_owned(),
        "token: 123e4567-e89b-12d3-a456-426614174000".to_owned(),
        format!("secret_sha256={}", hexadecimal(64)),
        "\"PWD\": \"/srv/notes-2/releases/41\"".to_owned(),
        "TOKEN_FILE=/run/secrets/notes-7/token".to_owned(),
        "tokenizer: sentence-transformers/all-mini".to_owned(),
        "auth_url=https://login.example.org/oauth2/v1/authorize".to_owned(),
        "postgres://user:password@localhost/db".to_owned(),
        "postgres://user:${PASSWORD}@localhost/db".to_owned(),
        format!("token={canary}"),
        "a sk-eleton and a ski-slope".to_owned(),
    ] {
        assert_eq!(scan(&text), [], "{text}");
    }
}

#[test]
fn every_named_value_has_a_name_that_is_looked_for() {
    assert_demanded(NAMED.as_str(), &NAMES);
}
