//! Which web pages may open a connection.
//!
//! A browser sends `Origin` with every WebSocket handshake and no page can leave it out or change it (RFC 6455,
//! section 10.2), so a page of a foreign origin is refused even if it got hold of a ticket. A handshake without `Origin`
//! is no browser's: the command line, the agent and tests come that way, and their ticket alone proves who they are.

use std::str::FromStr;

use url::Url;

/// One origin as browsers write it: `https://app.mcp-audit.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedOrigin(String);

/// Why a text is no origin.
#[derive(Debug, thiserror::Error)]
#[error("an origin is `http` or `https`, host and port, without a path: `https://app.example`")]
pub struct InvalidOrigin;

impl FromStr for AllowedOrigin {
    type Err = InvalidOrigin;
    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let url = Url::parse(text).map_err(|_| InvalidOrigin)?;
        // Also refuses upper case, a default port and a final slash: a browser never sends them, so they never match.
        let is_origin = matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text;
        if is_origin { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) }
    }
}

/// Whether a handshake with these `Origin` headers may go on.
pub(crate) fn is_allowed<'a>(origins: impl IntoIterator<Item = &'a [u8]>, allowed: &[AllowedOrigin]) -> bool {
    let mut origins = origins.into_iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => allowed.iter().any(|one| one.0.as_bytes() == origin),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_pages_and_programs_without_origin_may_connect() {
        let allowed = ["https://app.example".parse().unwrap(), "http://localhost:5173".parse().unwrap()];
        let verdict = |origins: &[&str]| is_allowed(origins.iter().map(|origin| origin.as_bytes()), &allowed);
        assert!(verdict(&[]));
        assert!(verdict(&["https://app.example"]));
        assert!(verdict(&["http://localhost:5173"]));
        for foreign in
            ["null", "", "http://app.example", "https://app.example.evil.example", "https://app.example:8443"]
        {
            assert!(!verdict(&[foreign]), "{foreign:?} was allowed");
        }
        assert!(!verdict(&["https://app.example", "https://evil.example"]));
        assert!(!is_allowed([b"https://app.example".as_slice()], &[]), "nothing is allowed by default");
    }

    #[test]
    fn an_entry_that_no_browser_sends_is_refused_at_the_start() {
        for text in [
            "*",
            "app.example",
            "https://app.example/",
            "https://app.example:443",
            "https://App.example",
            "file:///x",
            "null",
        ] {
            assert!(text.parse::<AllowedOrigin>().is_err(), "{text:?} was accepted");
        }
    }
}
