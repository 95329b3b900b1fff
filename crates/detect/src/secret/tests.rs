use super::*;
use crate::testing::assert_demanded;
use crate::testing::{hexadecimal, noise, samples};

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
