//! The tokens of a guarded server: who calls with which, and those that it must refuse.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::answer::random_id;
use crate::flaw::Flaw;
use crate::server::Server;

/// Whose token a request carries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Principal {
    /// The user whom everything belongs to.
    #[default]
    Owner,
    /// Another user, who may only read.
    Second,
}

/// The tokens of one server.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) own: String,
    pub(crate) second: String,
    /// Of the owner, and no longer good.
    pub(crate) expired: String,
    /// Of the owner, and issued for another server.
    pub(crate) foreign: String,
}

const MINUTE: u64 = 60;
const MONTH: u64 = 30 * 24 * 60 * MINUTE;

impl Tokens {
    /// The tokens of a server at an address.
    pub(crate) fn of(server: &Server, address: &str) -> Self {
        let random = || random_id() + &random_id();
        let own = server.fixed_token.clone().unwrap_or_else(random);
        if !server.web_tokens {
            return Self { own, second: random(), expired: random(), foreign: random() };
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let life = if server.has(Flaw::LongLivedTokens) { MONTH } else { 10 * MINUTE };
        let token = |subject: &str, scope: &str, audience: &str, issued: u64| {
            web_token(&json!({
                "sub": subject,
                "scope": scope,
                "aud": audience,
                "iat": issued,
                "exp": issued + life,
            }))
        };
        let all = "notes:read notes:write";
        Self {
            own: token("clerk", all, address, now),
            second: token("guest", "notes:read", address, now),
            expired: token("clerk", all, address, now - 2 * MONTH),
            foreign: token("clerk", all, "https://other.example/mcp", now),
        }
    }

    /// Whose token this is, where it is one to accept.
    pub(crate) fn principal(&self, server: &Server, given: &str) -> Option<Principal> {
        let is_owner = given == self.own
            || server.has(Flaw::ExpiredAccepted) && given == self.expired
            || server.has(Flaw::ForeignAccepted) && given == self.foreign
            || server.has(Flaw::UnverifiedJwt) && claims(given) == claims(&self.own)
            || server.has(Flaw::TokenPrefix) && given.len() >= 4 && self.own.starts_with(given);
        match () {
            () if is_owner => Some(Principal::Owner),
            () if given == self.second => Some(Principal::Second),
            () if server.has(Flaw::AnyBearer) && given.len() >= 16 => Some(Principal::Owner),
            () => None,
        }
    }
}

/// A JSON Web Token. Nobody issued it, and it is valid at one server only.
fn web_token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature = URL_SAFE_NO_PAD.encode(random_id());
    format!("{}.{}.{signature}", part(&json!({ "alg": "ES256", "typ": "JWT" })), part(claims))
}

/// The claims of a JSON Web Token, whoever signed it.
fn claims(token: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}
