//! Tools whose parameters ask for secrets. What a model passes to a tool ends in chats, logs and other servers.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::mentions_any;
use regex::Regex;
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{all_parameters, takes_string};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-008",
    title: "Tool asks for secrets",
    test: NamedTest::DataExposure,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Keep credentials on the server, or ask the user for them by URL elicitation, so that they never pass through the model.",
    tags: &[Tag::Cwe(522), Tag::McpTop10(1), Tag::LlmTop10(8)],
    run: Run::Static(check),
};

/// What is asked for, by the words of a parameter's name. Longer names first: the first match names the type.
const NAMES: [(&str, &[&str]); 8] = [
    ("private-key", &["private key", "privatekey", "ssh key", "signing key", "encryption key"]),
    ("seed-phrase", &["seed phrase", "mnemonic", "recovery phrase", "seedphrase"]),
    ("card", &["credit card", "card number", "cardnumber", "cvv", "cvc", "creditcard"]),
    ("national-id", &["ssn", "social security", "national id", "national insurance", "passport number", "tax id"]),
    (
        "api-key",
        &["api key", "apikey", "api secret", "secret key", "secretkey", "client secret", "clientsecret", "access key"],
    ),
    ("password", &["password", "passwd", "passphrase", "pwd", "passcode", "otp"]),
    (
        "token",
        &[
            "access token",
            "auth token",
            "api token",
            "bearer token",
            "refresh token",
            "session token",
            "bearer",
            "secret token",
        ],
    ),
    ("credentials", &["credentials", "credential"]),
];
/// Words after or before which a name speaks *about* a secret: `api_key_id`, `password_policy`.
const ABOUT: [&str; 26] = [
    "id", "ids", "name", "names", "label", "length", "count", "policy", "type", "kind", "hint", "expiry", "expires",
    "page", "max", "min", "has", "is", "reset", "status", "strength", "arn", "include", "ttl", "index", "path",
];
/// Parts of what a description that asks names.
const SECRETS: [&str; 16] = [
    "passwo",
    "passphrase",
    "passcode",
    "passport",
    "private key",
    "ssh key",
    " phrase",
    "api",
    "secret key",
    "client secret",
    "token",
    "credit card",
    "card number",
    "cvv",
    "national id",
    "social security",
];
/// A description that asks: its subject is the secret, or the secret is the user's.
static ASKING: LazyLock<Regex> = LazyLock::new(|| {
    let secret = r"(?:(?P<password>passwords?|passphrase|passcode)|(?P<privatekey>private keys?|ssh keys?)|(?P<seedphrase>seed phrase|mnemonic phrase|recovery phrase)|(?P<apikey>api[ -]?keys?|secret keys?|client secret)|(?P<token>(?:access|auth|authentication|bearer|refresh|personal access) tokens?)|(?P<card>credit card|card number|cvv)|(?P<nationalid>social security number|national id(?:entity)?(?: number)?|passport number))";
    let subject = format!(
        r"(?i)(?:^\W*(?:(?:the|an?|your|user'?s?|valid|optional)\s+){{0,3}}(?:[\w-]+\s+){{0,2}}{secret}\b|\b(?:your|the user'?s|user'?s)\s+(?:[\w-]+\s+){{0,2}}{secret2}\b)",
        secret2 = secret.replace("?P<", "?P<my")
    );
    Regex::new(&subject).expect("a constant pattern is valid")
});
static ABOUT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^['’]?s?\W*(?:ids?|names?|identifiers?|labels?|length|policy|hint|type|count|expiry|reset|strength)\b",
    )
    .expect("a constant pattern is valid")
});
static ABOUT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:ids?|names?|identifiers?|labels?|number|type|hash|length|whether|path) (?:of|for|to)\b|\b(?:whether|include|without|never|do not|don['’]t)\b").expect("a constant pattern is valid")
});

fn check(snapshot: &Snapshot) -> Verdict {
    snapshot.tools.iter().flat_map(asked).collect()
}

fn asked(tool: &Tool) -> Vec<Draft> {
    let draft = |(pointer, name, schema): (String, &str, &Value)| {
        let kind = secret_kind(name, schema)?;
        let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let message =
            format!("a parameter asks for a secret of the type `{kind}`, which then passes through the model");
        let shown = format!("{name}: {description}");
        Some(
            Draft::new(Severity::Medium, Confidence::Confirmed, tool.at(&pointer), message)
                .distinct(kind)
                .sample(Sample::whole(shown.trim_end_matches(": "), format!("parameter:{kind}"))),
        )
    };
    all_parameters(tool).into_iter().filter_map(draft).collect()
}

/// The type of the secret that a parameter asks for, if it does.
pub(crate) fn secret_kind(name: &str, schema: &Value) -> Option<&'static str> {
    if !takes_string(schema) || schema.get("enum").is_some() {
        return None;
    }
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    by_name(name).or_else(|| by_description(description))
}

fn by_name(name: &str) -> Option<&'static str> {
    let words = split(name);
    if words.iter().any(|word| ABOUT.contains(&word.as_str())) && !words.ends_with(&["id".to_owned()]) {
        return None;
    }
    let name = format!(" {} ", words.join(" "));
    let (kind, _) =
        NAMES.iter().find(|(_, phrases)| phrases.iter().any(|phrase| name.contains(&format!(" {phrase} "))))?;
    // `password_id` is about a password; `national_id` and `tax_id` are themselves what is asked for.
    if name.ends_with(" id ") && *kind != "national-id" { None } else { Some(kind) }
}

fn by_description(description: &str) -> Option<&'static str> {
    if !mentions_any(description, &SECRETS) {
        return None;
    }
    let found = ASKING.captures(description)?;
    let whole = found.get(0)?;
    let before = &description[..whole.end()];
    let sentence = before.rsplit(['.', '\n']).next().unwrap_or(before);
    if ABOUT_AFTER.is_match(&description[whole.end()..]) || ABOUT_BEFORE.is_match(sentence) {
        return None;
    }
    let kinds = [
        ("password", "password"),
        ("privatekey", "private-key"),
        ("seedphrase", "seed-phrase"),
        ("apikey", "api-key"),
        ("token", "token"),
        ("card", "card"),
        ("nationalid", "national-id"),
    ];
    kinds
        .into_iter()
        .find(|(group, _)| found.name(group).is_some() || found.name(&format!("my{group}")).is_some())
        .map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};
    use detect::testing::assert_demanded;

    #[test]
    fn what_asks_names_a_secret() {
        assert_demanded(ASKING.as_str(), &SECRETS);
    }

    #[test]
    fn parameters_that_ask_are_flagged_and_parameters_about_secrets_are_not() {
        let cases = [
            ("password", "", Some("password")),
            ("apiKey", "", Some("api-key")),
            ("private_key", "", Some("private-key")),
            ("card_number", "", Some("card")),
            ("ssn", "", Some("national-id")),
            ("national_id", "", Some("national-id")),
            ("access_token", "", Some("token")),
            ("auth", "Your API key for the service", Some("api-key")),
            ("value", "The user's account password", Some("password")),
            ("seed", "Seed phrase of the wallet", Some("seed-phrase")),
            ("page_token", "", None),
            ("max_tokens", "", None),
            ("token_count", "", None),
            ("api_key_id", "", None),
            ("password_policy", "", None),
            ("query", "Search text; do not include your passwords", None),
            ("text", "Text to check", None),
            ("id", "The API key's id", None),
            ("topic", "Name of the password list to describe", None),
            ("token", "Opaque continuation value", None),
        ];
        for (name, description, expected) in cases {
            let tool = json!({"name": "get", "inputSchema": {"properties": {name: {"type": "string", "description": description}}}});
            let found = findings(&CHECK, &server(&[tool]));
            assert_eq!(found.first().map(|draft| draft.discriminator.as_str()), expected, "{name}: {description}");
        }
        let flag = json!({"name": "get", "inputSchema": {"properties": {"password": {"type": "boolean"}}}});
        assert!(findings(&CHECK, &server(&[flag])).is_empty());
    }
}
