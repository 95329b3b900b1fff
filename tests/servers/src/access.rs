//! Who may talk to a server: host, origin, token, and how often.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::flaw::Flaw;
use crate::http::query;
use crate::server::Server;
use crate::tokens::{Principal, Tokens};
use axum::http::{HeaderMap, Uri, header};

/// Where a server is, and the tokens that it wants.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `http://127.0.0.1:4000`.
    pub(crate) origin: String,
    pub(crate) port: u16,
    /// `None` for a server that is open to everybody.
    pub(crate) tokens: Option<Tokens>,
}

/// What a token check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Valid(Principal),
    Missing,
    Invalid,
}

impl Place {
    fn names(&self) -> [String; 3] {
        ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{}", self.port))
    }

    /// Whether the request was sent to a name of this server.
    pub(crate) fn accepts_host(&self, headers: &HeaderMap) -> bool {
        match single(headers, header::HOST.as_str()) {
            Ok(Some(host)) => self.names().iter().any(|name| name.eq_ignore_ascii_case(host)),
            _ => false,
        }
    }

    /// Whether the request comes from no web page, or from one of this server.
    pub(crate) fn accepts_origin(&self, headers: &HeaderMap) -> bool {
        match single(headers, header::ORIGIN.as_str()) {
            Ok(None) => true,
            Ok(Some(origin)) => self.names().iter().any(|name| origin == format!("http://{name}")),
            Err(Repeated) => false,
        }
    }

    /// Judges the credential of a request.
    pub(crate) fn credential(&self, server: &Server, headers: &HeaderMap, uri: &Uri) -> Credential {
        let Some(tokens) = &self.tokens else { return Credential::Valid(Principal::Owner) };
        let spoofed = headers.get("x-forwarded-for").is_some_and(|caller| caller == "127.0.0.1");
        let in_url = ["access_token", "token"].iter().any(|name| query(uri, name) == Some(&tokens.own));
        if server.has(Flaw::UnguardedTwin) && uri.path() == "/sse"
            || server.has(Flaw::ForwardedForSuffices) && spoofed
            || server.has(Flaw::TokenInUrl) && in_url
            || server.has(Flaw::SessionSuffices)
                && (headers.contains_key("mcp-session-id") || uri.path() == "/messages")
        {
            return Credential::Valid(Principal::Owner);
        }
        match single(headers, header::AUTHORIZATION.as_str()) {
            Ok(None) => Credential::Missing,
            Ok(Some(value)) => {
                let principal = value.strip_prefix("Bearer ").and_then(|given| tokens.principal(server, given));
                principal.map_or(Credential::Invalid, Credential::Valid)
            }
            Err(Repeated) => Credential::Invalid,
        }
    }
}

/// A header that must stand alone occurs more than once, or holds what is no text.
#[derive(Debug)]
pub(crate) struct Repeated;

/// The one value of a header.
pub(crate) fn single<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Repeated> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Repeated),
        (Some(_), Some(_)) => Err(Repeated),
    }
}

/// How long a request counts.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);

/// Counts requests by what they ask for, in a sliding window.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    seen: Mutex<BTreeMap<String, VecDeque<Instant>>>,
}

impl Limiter {
    /// Counts a request; false where there were too many of its kind.
    pub(crate) fn admits(&self, kind: &str, most: usize, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(kind.to_owned()).or_default();
        while times.front().is_some_and(|time| now.duration_since(*time) >= WINDOW) {
            times.pop_front();
        }
        if times.len() >= most {
            return false;
        }
        times.push_back(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn place() -> Place {
        let origin = "http://127.0.0.1:4000".to_owned();
        let server = Server::new("x").guarded_by("the-token-of-the-server");
        Place { tokens: Some(Tokens::of(&server, &origin)), origin, port: 4000 }
    }

    fn headers(name: &'static str, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.parse().expect("a header name"), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_names_of_the_server_are_accepted() {
        for (host, accepted) in
            [("127.0.0.1:4000", true), ("LOCALHOST:4000", true), ("127.0.0.1", false), ("a.example:4000", false)]
        {
            assert_eq!(place().accepts_host(&headers("host", &[host])), accepted, "{host}");
        }
        assert!(!place().accepts_host(&HeaderMap::new()));
        for (origin, accepted) in [("http://localhost:4000", true), ("https://localhost:4000", false), ("null", false)]
        {
            assert_eq!(place().accepts_origin(&headers("origin", &[origin])), accepted, "{origin}");
        }
        assert!(place().accepts_origin(&HeaderMap::new()));
        assert!(!place().accepts_origin(&headers("origin", &["http://localhost:4000", "http://localhost:4000"])));
    }

    #[test]
    fn only_the_one_token_is_valid() {
        let judged = |values: &[&'static str]| {
            let uri = Uri::from_static("/mcp");
            place().credential(&Server::new("x"), &headers("authorization", values), &uri)
        };
        assert_eq!(judged(&["Bearer the-token-of-the-server"]), Credential::Valid(Principal::Owner));
        assert_eq!(judged(&[]), Credential::Missing);
        for wrong in [
            &["Bearer"][..],
            &["Bearer null"],
            &["Basic Og=="],
            &["Bearer the-token"],
            &["Bearer the-token-of-the-server", "Bearer x"],
        ] {
            assert_eq!(judged(wrong), Credential::Invalid, "{wrong:?}");
        }
    }

    #[test]
    fn a_window_slides() {
        let limiter = Limiter::default();
        let start = Instant::now();
        assert!((0..3).all(|_| limiter.admits("a", 3, start)));
        assert!(!limiter.admits("a", 3, start + WINDOW / 2));
        assert!(limiter.admits("b", 3, start));
        assert!(limiter.admits("a", 3, start + WINDOW));
    }
}
