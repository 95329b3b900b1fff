//! Secrets for tests, built here from pieces, so that no file of the repository holds one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::secret::{base62, crc32};

/// Characters without a meaning, the same in every run: enough entropy for the generic rule.
pub fn noise(length: usize) -> String {
    let alphabet = b"qX7bK2mZ9vT4wR1nY8cJ5hL3pD6gS0fA";
    (0..length).map(|at| char::from(alphabet[(at * 7 + at / 32 * 3) % alphabet.len()])).collect()
}

fn upper_noise(length: usize) -> String {
    noise(length).to_ascii_uppercase().replace(['0', '1', '8', '9'], "B")
}

/// Hexadecimal digits without a meaning.
pub fn hexadecimal(length: usize) -> String {
    (0..length).map(|at| char::from(b"3f9a1c7e5b2d8064"[(at * 5 + at / 16) % 16])).collect()
}

/// One secret of each format that the masking must hide: type, text around it, the secret itself.
pub fn samples() -> Vec<(&'static str, String)> {
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
