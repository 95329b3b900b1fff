//! The tokens of an installed app
//! (<https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation>).
//! Each lives an hour; a scan that waits for limits takes longer.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use outbound::{Request, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::api::is_token;
use super::calls::{Calls, Form, described, with_token};
use super::{App, AppError, GitHubError};

/// How far back an assertion is dated, as GitHub wants it, for clocks that differ.
const BACKDATED: Duration = Duration::from_mins(1);
/// How long an assertion is good for. GitHub takes none that ends in more than ten minutes by its own clock.
const ASSERTED: Duration = Duration::from_mins(9);
/// How long before its end a token is replaced: longer than one request with its repetitions takes.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);
/// The longest answer with a token. One has some 600 bytes.
const MAX_ANSWER_BYTES: u64 = 64 << 10;
/// A token may do no more than a scan does, whatever the app may do.
const WANTED: &str = r#"{"permissions":{"contents":"read","metadata":"read"}}"#;

/// An installed app with its current token.
#[derive(Debug)]
pub(super) struct Installation {
    app: String,
    number: u64,
    key: EncodingKey,
    /// Whoever gets a new token holds it, and the others wait for that one.
    issued: Mutex<Option<Issued>>,
}

#[derive(Debug)]
struct Issued {
    token: SecretString,
    renew_at: Timestamp,
}

/// What an app says of itself (RFC 7519).
#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    iat: i64,
    exp: i64,
}

/// The answer with a token.
#[derive(Deserialize)]
struct Answer {
    token: SecretString,
    expires_at: Timestamp,
}

impl Installation {
    pub(super) fn new(app: &App) -> Result<Self, AppError> {
        let id = app.id.trim();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AppError::Id);
        }
        let pem = app.private_key.expose_secret().trim();
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| AppError::Key)?;
        let installation = Self { app: id.to_owned(), number: app.installation, key, issued: Mutex::default() };
        // Keys are only read when they sign. One that cannot shows here, and not with the first scan.
        installation.assertion(Timestamp::now())?;
        Ok(installation)
    }

    /// A token that is good for now.
    pub(super) async fn token(&self, calls: &Calls<'_>) -> Result<SecretString, GitHubError> {
        let mut issued = self.issued.lock().await;
        if let Some(current) = issued.as_ref().filter(|current| Timestamp::now() < current.renew_at) {
            return Ok(current.token.clone());
        }
        let new = self.exchange(calls).await?;
        Ok(issued.insert(new).token.clone())
    }

    /// Gives up a token that GitHub refused, unless another has taken its place meanwhile.
    pub(super) async fn forget(&self, refused: &SecretString) {
        let mut issued = self.issued.lock().await;
        issued.take_if(|current| current.token.expose_secret() == refused.expose_secret());
    }

    async fn exchange(&self, calls: &Calls<'_>) -> Result<Issued, GitHubError> {
        let url = calls.api.at(&["app", "installations", &self.number.to_string(), "access_tokens"])?;
        let request = described(Request::post(url, WANTED), Form::Json).header("content-type", "application/json");
        let bounds = outbound::Limits { max_body_bytes: MAX_ANSWER_BYTES, ..calls.api.client.limits() };
        let client = calls.api.client.with_limits(bounds);
        let mut met = 0;
        let response = loop {
            calls.wait().await?;
            // One for each attempt: waiting may outlast it.
            let assertion = self.assertion(Timestamp::now())?;
            let response = calls.repeated(&client, &with_token(&request, Some(&assertion))).await?;
            if !calls.meets_limit(&response, &mut met)? {
                break response;
            }
        };
        let now = Timestamp::now();
        match response.status {
            201 => issued(&response.body, now),
            status => Err(refusal(status, clock_off(&response, now))),
        }
    }

    /// The proof that the app itself asks (RFC 7523, section 3, as GitHub has it).
    fn assertion(&self, now: Timestamp) -> Result<SecretString, AppError> {
        let claims = Claims { iss: &self.app, iat: (now - BACKDATED).as_second(), exp: (now + ASSERTED).as_second() };
        let signed = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key);
        signed.map(SecretString::from).map_err(|_| AppError::Key)
    }
}

fn issued(body: &[u8], now: Timestamp) -> Result<Issued, GitHubError> {
    let Answer { token, expires_at } = serde_json::from_slice(body).map_err(|_| GitHubError::Answer)?;
    if !is_token(&token) {
        return Err(GitHubError::Answer);
    }
    // Of one that lives shorter than usual, most of its life is used as well.
    let left = now.duration_until(expires_at).max(SignedDuration::ZERO);
    Ok(Issued { token, renew_at: now + (left - MARGIN.min(left / 4)) })
}

/// How many seconds the clock of this machine is off, where that is enough to make an assertion bad.
fn clock_off(response: &Response, now: Timestamp) -> Option<i64> {
    let theirs = jiff::fmt::rfc2822::parse(response.header("date")?).ok()?.timestamp();
    let off = theirs.duration_until(now);
    let is_bad = off > BACKDATED.try_into().ok()? || off < -SignedDuration::try_from(ASSERTED).ok()?;
    is_bad.then_some(off.as_secs())
}

fn refusal(status: u16, clock_off: Option<i64>) -> GitHubError {
    match (status, clock_off) {
        (401, Some(seconds)) => AppError::Clock(seconds).into(),
        (401, None) => AppError::Signature.into(),
        (403, _) => AppError::Suspended.into(),
        (404, _) => AppError::NotInstalled.into(),
        (422, _) => AppError::Permission.into(),
        (status, _) => GitHubError::Status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_replaced_before_its_end() {
        let now: Timestamp = "2026-08-01T12:00:00Z".parse().expect("a time");
        let renewed = |expires_at: &str| {
            let body = format!(r#"{{"token":"ghs_made_up","expires_at":"{expires_at}","permissions":{{}}}}"#);
            issued(body.as_bytes(), now).expect("a token").renew_at.to_string()
        };
        assert_eq!(renewed("2026-08-01T13:00:00Z"), "2026-08-01T12:55:00Z");
        assert_eq!(renewed("2026-08-01T12:00:08Z"), "2026-08-01T12:00:06Z");
        assert_eq!(renewed("2026-08-01T11:00:00Z"), now.to_string(), "what is over is for one request at most");
        for bad in [r#"{"token":"ghs_a b","expires_at":"2026-08-01T13:00:00Z"}"#, r#"{"token":"ghs_a"}"#, "[", ""] {
            assert!(matches!(issued(bad.as_bytes(), now), Err(GitHubError::Answer)), "{bad}");
        }
    }

    #[test]
    fn a_key_that_cannot_sign_is_refused_at_the_start_and_never_shown() {
        let new = |id: &str, private_key: &str| {
            let private_key = SecretString::from(private_key.to_owned());
            let app = App { id: id.to_owned(), installation: 7, private_key };
            let shown = format!("{app:?}");
            Installation::new(&app).map(drop).map_err(|error| format!("{error} {shown}"))
        };
        for bad in [
            "",
            "hidden",
            "-----BEGIN RSA PRIVATE KEY-----\nhidden\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nMAMCAQA=\n-----END RSA PRIVATE KEY-----",
        ] {
            let error = new("Iv1.0123", bad).expect_err(bad);
            assert!(error.contains("no RSA key in PEM form") && !error.contains("hidden"), "{error}");
        }
        for id in ["", " ", "Iv1 0123"] {
            assert!(new(id, "hidden").expect_err(id).contains("its id is empty"), "{id}");
        }
    }
}
