//! Access tokens: JWTs of the identity provider, checked against its published keys (RFC 9068 in spirit; Cognito's access
//! tokens name the client in `client_id` and have no `aud`).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use contracts::ids::UserId;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use redis::aio::ConnectionManager;
use serde::Deserialize;
use tracing::warn;
use url::Url;

use crate::problem::ApiError;
use crate::settings::IdentitySettings;

/// Clocks of issuer and verifier may differ by so much.
const LEEWAY_SECONDS: u64 = 60;
/// Keys are fetched again after this time, so that one that the issuer withdrew stops working.
const MAX_AGE: Duration = Duration::from_hours(1);
/// A token with an unknown key makes us fetch at most so often: anyone can make such tokens up.
const FETCH_EVERY: Duration = Duration::from_mins(1);
/// The same after a fetch that failed.
const RETRY_EVERY: Duration = Duration::from_secs(5);
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// Longer than any token of the issuer.
const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// How long a request waits for the list of revoked tokens.
const REVOKED_TIMEOUT: Duration = Duration::from_millis(500);

/// What a valid token says.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    sub: String,
    token_use: String,
    client_id: String,
    #[serde(default)]
    jti: Option<String>,
}

/// Why a token was not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// It proves nothing.
    #[error("the access token is invalid: {0}")]
    Invalid(&'static str),
    /// It did.
    #[error("the access token has expired")]
    Expired,
    /// The issuer's keys are not known.
    #[error("cannot fetch the issuer's keys")]
    Unavailable(#[source] anyhow::Error),
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => {
                Self::Unauthenticated("the access token has expired: renew it with `POST /v1/auth/refresh`")
            }
            // Why exactly helps an attacker more than a client.
            TokenError::Invalid(_) => Self::Unauthenticated("the access token is invalid: sign in again"),
            TokenError::Unavailable(source) => Self::Unavailable {
                detail: "sign-in cannot be checked at the moment: try again in a few seconds",
                source,
            },
        }
    }
}

/// Checks access tokens.
pub(crate) struct TokenVerifier {
    client_id: String,
    validation: Validation,
    jwks_url: Url,
    http: reqwest::Client,
    keys: RwLock<Keys>,
    /// Held while fetching, so that many requests cause one fetch.
    last_fetch: tokio::sync::Mutex<Option<Fetch>>,
    redis: Option<ConnectionManager>,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, Arc<DecodingKey>>,
    fetched: Option<Instant>,
}

struct Fetch {
    at: Instant,
    succeeded: bool,
}

impl TokenVerifier {
    pub(crate) fn new(settings: &IdentitySettings, redis: Option<ConnectionManager>) -> anyhow::Result<Self> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[&settings.cognito_issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // Access tokens have none; `client_id` is checked instead.
        validation.validate_aud = false;
        let http = reqwest::Client::builder().timeout(FETCH_TIMEOUT).redirect(reqwest::redirect::Policy::none());
        Ok(Self {
            client_id: settings.cognito_client_id.clone(),
            validation,
            jwks_url: settings.cognito_jwks_url.clone(),
            http: http.build().context("prepare the client for the issuer's keys")?,
            keys: RwLock::default(),
            last_fetch: tokio::sync::Mutex::default(),
            redis,
        })
    }

    /// Returns whose token it is.
    pub(crate) async fn verify(&self, token: &str) -> Result<UserId, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Invalid("too long"));
        }
        let header = decode_header(token).map_err(|_| TokenError::Invalid("no JWT"))?;
        if header.alg != Algorithm::RS256 {
            return Err(TokenError::Invalid("another algorithm than RS256"));
        }
        let key_id = header.kid.ok_or(TokenError::Invalid("no `kid`"))?;
        let key = self.key(&key_id).await?;
        let claims = decode::<Claims>(token, &key, &self.validation).map_err(|error| reason(&error))?.claims;
        if claims.token_use != "access" {
            return Err(TokenError::Invalid("no access token"));
        }
        if claims.client_id != self.client_id {
            return Err(TokenError::Invalid("made for another client"));
        }
        if let Some(jti) = &claims.jti
            && self.is_revoked(jti).await
        {
            return Err(TokenError::Invalid("revoked"));
        }
        claims.sub.parse().map_err(|_| TokenError::Invalid("`sub` is no id"))
    }

    async fn key(&self, id: &str) -> Result<Arc<DecodingKey>, TokenError> {
        if let (Some(key), true) = self.known(id) {
            return Ok(key);
        }
        let fetched = self.fetch_keys().await;
        // After a fetch that failed an old key is better than none.
        match (self.known(id).0, fetched) {
            (Some(key), _) => Ok(key),
            (None, Ok(())) => Err(TokenError::Invalid("signed with an unknown key")),
            (None, Err(error)) => Err(TokenError::Unavailable(error)),
        }
    }

    /// The key, and whether the keys were fetched not long ago.
    fn known(&self, id: &str) -> (Option<Arc<DecodingKey>>, bool) {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        (keys.by_id.get(id).cloned(), keys.fetched.is_some_and(|fetched| fetched.elapsed() < MAX_AGE))
    }

    /// Fetches the keys, unless that was just tried.
    async fn fetch_keys(&self) -> anyhow::Result<()> {
        let mut last = self.last_fetch.lock().await;
        match &*last {
            Some(fetch) if fetch.succeeded && fetch.at.elapsed() < FETCH_EVERY => return Ok(()),
            Some(fetch) if !fetch.succeeded && fetch.at.elapsed() < RETRY_EVERY => {
                anyhow::bail!("the last attempt failed a moment ago")
            }
            _ => {}
        }
        let fetched = self.request_keys().await;
        *last = Some(Fetch { at: Instant::now(), succeeded: fetched.is_ok() });
        let by_id = fetched?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Keys { by_id, fetched: Some(Instant::now()) };
        Ok(())
    }

    async fn request_keys(&self) -> anyhow::Result<HashMap<String, Arc<DecodingKey>>> {
        let answer = self.http.get(self.jwks_url.clone()).send().await.and_then(reqwest::Response::error_for_status);
        let body = answer.context("request the issuer's keys")?.bytes().await.context("read the issuer's keys")?;
        // Parsed one by one, so that one key of an unknown kind does not make the others unusable.
        let set: RawKeySet = serde_json::from_slice(&body).context("the issuer's keys are no JWK set")?;
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        Ok(usable(JwkSet { keys: keys.collect() }))
    }

    /// Whether somebody put the token on the list of revoked ones. Redis is never the truth: without it a revoked token
    /// works until it expires.
    async fn is_revoked(&self, jti: &str) -> bool {
        let Some(mut redis) = self.redis.clone() else { return false };
        let mut command = redis::cmd("EXISTS");
        let asked = command.arg(revoked_key(jti)).query_async::<bool>(&mut redis);
        if let Ok(Ok(revoked)) = tokio::time::timeout(REVOKED_TIMEOUT, asked).await {
            return revoked;
        }
        metrics::counter!("mcp_audit_revocation_unchecked_total").increment(1);
        false
    }
}

#[derive(Deserialize)]
struct RawKeySet {
    keys: Vec<serde_json::Value>,
}

/// Key under which an operator revokes one access token: any value, for as long as the token is valid.
pub(crate) fn revoked_key(jti: &str) -> String {
    format!("mcp-audit:revoked:{jti}")
}

/// The RSA keys for signatures, by id.
fn usable(set: JwkSet) -> HashMap<String, Arc<DecodingKey>> {
    let is_for_us = |key: &Jwk| {
        matches!(key.algorithm, AlgorithmParameters::RSA(_))
            && matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature))
            && matches!(key.common.key_algorithm, None | Some(KeyAlgorithm::RS256))
    };
    let mut keys = HashMap::new();
    for key in set.keys.into_iter().filter(is_for_us) {
        match (key.common.key_id.clone(), DecodingKey::from_jwk(&key)) {
            (Some(id), Ok(decoding)) => drop(keys.insert(id, Arc::new(decoding))),
            (None, _) => warn!("passed over a key of the issuer without `kid`"),
            (Some(id), Err(error)) => warn!("passed over key `{id}` of the issuer: {error}"),
        }
    }
    keys
}

fn reason(error: &jsonwebtoken::errors::Error) -> TokenError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::ExpiredSignature => TokenError::Expired,
        ErrorKind::InvalidSignature => TokenError::Invalid("wrong signature"),
        ErrorKind::InvalidIssuer => TokenError::Invalid("another issuer"),
        ErrorKind::ImmatureSignature => TokenError::Invalid("not valid yet"),
        ErrorKind::InvalidAlgorithm => TokenError::Invalid("another algorithm"),
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) | ErrorKind::Json(_) => {
            TokenError::Invalid("a claim is missing or malformed")
        }
        _ => TokenError::Invalid("malformed"),
    }
}

#[cfg(test)]
mod tests;
