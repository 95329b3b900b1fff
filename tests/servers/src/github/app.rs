//! A GitHub App that one account has installed, and the tokens that it gets.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::routes::refused;
use crate::answer::random_id;

/// How much of PKCS #8 stands before the PKCS #1 form of a key of 2048 bits (RFC 5208, section 5).
const PKCS8_HEADER_BYTES: usize = 26;
/// GitHub takes assertions that end within so many seconds.
const LONGEST_ASSERTION: i64 = 600;

/// An app with a new key. Its tokens show private repositories, as those of users do.
#[derive(Debug)]
pub struct App {
    id: String,
    installation: u64,
    key: KeyPair,
    standing: Standing,
    lives: Duration,
    ahead: SignedDuration,
    /// How many tokens are taken back, and after how many requests each.
    taken_back: (usize, u32),
    issued: Mutex<Vec<Issued>>,
}

/// How an installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Well.
    Active,
    /// Suspended by its account.
    Suspended,
    /// Without the permission to read contents.
    WithoutContents,
}

#[derive(Debug)]
struct Issued {
    token: String,
    until: Timestamp,
    requests: u32,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
}

impl App {
    /// An app with this client id and number of installation.
    ///
    /// # Panics
    /// Where no key can be made.
    pub fn new(id: &str, installation: u64) -> Self {
        Self {
            id: id.to_owned(),
            installation,
            key: KeyPair::generate(KeySize::Rsa2048).expect("a key"),
            standing: Standing::Active,
            lives: Duration::from_hours(1),
            ahead: SignedDuration::ZERO,
            taken_back: (0, 0),
            issued: Mutex::default(),
        }
    }

    /// The private key in the form that GitHub gives it (PKCS #1, PEM).
    pub fn private_key(&self) -> String {
        pem("RSA PRIVATE KEY", &self.pkcs8()[PKCS8_HEADER_BYTES..])
    }

    /// The private key in the form that other tools make of it (PKCS #8, PEM).
    pub fn private_key_pkcs8(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8())
    }

    fn pkcs8(&self) -> Vec<u8> {
        let der: Pkcs8V1Der<'_> = self.key.as_der().expect("a private key");
        der.as_ref().to_vec()
    }

    /// Lets its installation be in another way.
    #[must_use]
    pub fn standing(self, standing: Standing) -> Self {
        Self { standing, ..self }
    }

    /// Lets its tokens live shorter.
    #[must_use]
    pub fn tokens_live(self, lives: Duration) -> Self {
        Self { lives, ..self }
    }

    /// Takes its first tokens back, each after so many requests.
    #[must_use]
    pub fn tokens_taken_back(self, tokens: usize, requests: u32) -> Self {
        Self { taken_back: (tokens, requests), ..self }
    }

    /// Lets the clock of the server go ahead by so many seconds, or behind.
    #[must_use]
    pub fn clock_ahead(self, seconds: i64) -> Self {
        Self { ahead: SignedDuration::from_secs(seconds), ..self }
    }

    fn now(&self) -> Timestamp {
        Timestamp::now() + self.ahead
    }

    /// The time that the server tells, where it is another than that of the machine.
    pub(super) fn date(&self) -> Option<String> {
        let date = || DateTimePrinter::new().timestamp_to_rfc9110_string(&self.now()).expect("a date");
        (!self.ahead.is_zero()).then(date)
    }

    /// Whether a request bears a token of this app that is still good.
    pub(super) fn admits(&self, token: &str) -> bool {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at) = issued.iter().position(|issued| issued.token == token) else { return false };
        let (tokens, requests) = self.taken_back;
        issued[at].requests += 1;
        issued[at].until > self.now() && (at >= tokens || issued[at].requests <= requests)
    }

    /// Answers a request for a token.
    pub(super) fn exchange(&self, installation: &str, headers: &HeaderMap, body: &Value) -> Response {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if let Some(objection) = self.objection(bearer.unwrap_or_default()) {
            return objection;
        }
        if installation != self.installation.to_string() {
            return refused(StatusCode::NOT_FOUND, "Not Found");
        }
        if self.standing == Standing::Suspended {
            return refused(StatusCode::FORBIDDEN, "This installation has been suspended");
        }
        if self.standing == Standing::WithoutContents
            || body["permissions"] != json!({ "contents": "read", "metadata": "read" })
        {
            let message = "The permissions requested are not granted to this installation.";
            return refused(StatusCode::UNPROCESSABLE_ENTITY, message);
        }
        let (token, until) = (format!("ghs_{}", random_id()), self.now() + self.lives);
        let answer = json!({
            "token": token,
            "expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "permissions": body["permissions"],
            "repository_selection": "selected",
        });
        let issued = Issued { token, until, requests: 0 };
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).push(issued);
        (StatusCode::CREATED, Json(answer)).into_response()
    }

    /// Why it is not the app itself that asks, as GitHub judges that.
    fn objection(&self, assertion: &str) -> Option<Response> {
        let public = DecodingKey::from_rsa_der(self.key.public_key().as_ref());
        // Times are judged below, by the clock of this server.
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        let now = self.now().as_second();
        let message = match jsonwebtoken::decode::<Claims>(assertion, &public, &validation) {
            Err(_) => "A JSON web token could not be decoded",
            Ok(token) if token.claims.iat > now => "'Issued at' claim ('iat') must be in the past",
            Ok(token) if token.claims.exp <= now => "'Expiration time' claim ('exp') must be in the future",
            Ok(token) if token.claims.exp > now + LONGEST_ASSERTION => {
                "'Expiration time' claim ('exp') is too far in the future"
            }
            Ok(token) if token.claims.iss != self.id => {
                return Some(refused(StatusCode::NOT_FOUND, "Integration not found"));
            }
            Ok(_) => return None,
        };
        Some(refused(StatusCode::UNAUTHORIZED, message))
    }
}

/// A document in the form of RFC 7468.
fn pem(label: &str, der: &[u8]) -> String {
    let encoded = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = encoded.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
