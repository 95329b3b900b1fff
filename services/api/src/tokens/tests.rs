use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://idp.example/pool";
const CLIENT: &str = "client-1";

/// An issuer whose keys are on loopback, and who counts how often they are fetched.
struct Issuer {
    key: RsaKeyPair,
    fetches: Arc<AtomicUsize>,
    verifier: TokenVerifier,
}

impl Issuer {
    async fn start() -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let number = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let modulus = number(key.public_key().modulus().big_endian_without_leading_zero());
        let exponent = number(key.public_key().exponent().big_endian_without_leading_zero());
        let signing =
            json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": "key-1", "n": modulus, "e": exponent });
        let encrypting =
            json!({ "kty": "RSA", "alg": "RSA-OAEP", "use": "enc", "kid": "key-enc", "n": modulus, "e": exponent });
        let unknown = json!({ "kty": "PQC", "kid": "key-of-tomorrow" });
        let keys = json!({ "keys": [unknown, encrypting, signing] }).to_string();

        let fetches = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&fetches);
        let serve = async move || {
            count.fetch_add(1, Ordering::SeqCst);
            keys.clone()
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let jwks_url = format!("http://{}/jwks.json", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/jwks.json", get(serve))).await.unwrap() },
        );
        Self { key, fetches, verifier: verifier(jwks_url) }
    }

    fn token(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    async fn verdict(&self, header: &Value, claims: &Value) -> String {
        verdict(&self.verifier, &self.token(header, claims)).await
    }
}

fn verifier(cognito_jwks_url: Url) -> TokenVerifier {
    let settings = IdentitySettings {
        cognito_pool_id: "pool".to_owned(),
        cognito_client_id: CLIENT.to_owned(),
        cognito_issuer: ISSUER.to_owned(),
        cognito_jwks_url,
        confirm_by_mail: false,
    };
    TokenVerifier::new(&settings, None).unwrap()
}

async fn verdict(verifier: &TokenVerifier, token: &str) -> String {
    verifier.verify(token).await.map_or_else(|error| error.to_string(), |user| format!("accepted {user}"))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "key-1" })
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "sub": "user-1", "exp": now() + 600, "token_use": "access", "client_id": CLIENT, "jti": "j-1" })
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().shift_remove(name);
    claims
}

#[tokio::test]
async fn only_an_access_token_of_our_issuer_for_our_client_is_accepted() {
    let issuer = Issuer::start().await;
    assert_eq!(issuer.verdict(&header(), &claims()).await, "accepted user-1");
    // Clocks differ.
    assert_eq!(issuer.verdict(&header(), &with(claims(), "exp", json!(now() - 30))).await, "accepted user-1");
    assert_eq!(issuer.verdict(&header(), &with(claims(), "nbf", json!(now() + 30))).await, "accepted user-1");

    assert_eq!(
        issuer.verdict(&header(), &with(claims(), "exp", json!(now() - 90))).await,
        "the access token has expired"
    );
    let refused = [
        (header(), with(claims(), "nbf", json!(now() + 90)), "not valid yet"),
        (header(), with(claims(), "iss", json!("https://idp.example/other")), "another issuer"),
        (header(), with(claims(), "token_use", json!("id")), "no access token"),
        (header(), with(claims(), "client_id", json!("client-2")), "made for another client"),
        (header(), with(claims(), "sub", json!("ORG#1")), "`sub` is no id"),
        (header(), without(claims(), "exp"), "a claim is missing or malformed"),
        (header(), without(claims(), "iss"), "a claim is missing or malformed"),
        (header(), without(claims(), "client_id"), "a claim is missing or malformed"),
        (without(header(), "kid"), claims(), "no `kid`"),
        (with(header(), "kid", json!("key-2")), claims(), "signed with an unknown key"),
        (with(header(), "kid", json!("key-enc")), claims(), "signed with an unknown key"),
        (with(header(), "alg", json!("HS256")), claims(), "another algorithm than RS256"),
        (with(header(), "alg", json!("RS512")), claims(), "another algorithm than RS256"),
        (with(header(), "alg", json!("none")), claims(), "no JWT"),
    ];
    for (header, claims, reason) in refused {
        assert_eq!(
            issuer.verdict(&header, &claims).await,
            format!("the access token is invalid: {reason}"),
            "{header} {claims}"
        );
    }

    let token = issuer.token(&header(), &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let promoted = issuer.token(&header(), &with(claims(), "sub", json!("user-2")));
    let forged = format!("{}.{signature}", promoted.rsplit_once('.').unwrap().0);
    for broken in
        [forged, format!("{message}."), message.to_owned(), String::new(), "a.b.c".to_owned(), "x".repeat(9_000)]
    {
        assert!(!verdict(&issuer.verifier, &broken).await.starts_with("accepted"), "{broken} was accepted");
    }
}

#[tokio::test]
async fn keys_are_fetched_once_however_many_tokens_come() {
    let issuer = Issuer::start().await;
    for number in 0..5 {
        let unknown = with(header(), "kid", json!(format!("made-up-{number}")));
        assert!(issuer.verdict(&unknown, &claims()).await.ends_with("unknown key"));
        assert_eq!(issuer.verdict(&header(), &claims()).await, "accepted user-1");
    }
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_is_no_fault_of_the_token() {
    let issuer = Issuer::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let verifier = verifier(format!("http://{free}/jwks.json").parse().unwrap());
    for _ in 0..2 {
        let error = verifier.verify(&issuer.token(&header(), &claims())).await.unwrap_err();
        assert!(matches!(error, TokenError::Unavailable(_)), "{error}");
    }
}
