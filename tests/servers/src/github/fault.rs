//! What goes wrong at GitHub.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde_json::json;

/// An answer other than the right one.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The limit of an hour is used up and is lifted after so many seconds.
    PrimaryLimit(u64),
    /// Too much at once: wait for so many seconds.
    SecondaryLimit(u64),
    /// A right is missing.
    Forbidden,
    /// The organisation wants a token that was authorised for its single sign-on.
    SingleSignOn,
    /// A status with a page that is no JSON, as load balancers have it.
    Status(u16),
    /// The body begins and does not go on.
    Slow,
    /// The body has so many bytes.
    Long(usize),
    /// The body ends before its announced length.
    BreaksOff,
    /// A redirect to this address.
    Redirect(String),
    /// A body that is no JSON, with status 200.
    Garbage,
    /// This text, with status 200.
    Text(&'static str),
}

/// A fault that is still to happen.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) part: String,
    pub(crate) times: u32,
    pub(crate) fault: Fault,
}

impl Fault {
    pub(crate) fn answer(&self) -> Response {
        let message =
            |text: &str| Json(json!({ "message": text, "documentation_url": "https://docs.github.com/rest" }));
        match self {
            Self::PrimaryLimit(seconds) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
                let headers = [
                    ("x-ratelimit-limit", "5000".to_owned()),
                    ("x-ratelimit-remaining", "0".to_owned()),
                    ("x-ratelimit-reset", (now + seconds).to_string()),
                ];
                (StatusCode::FORBIDDEN, headers, message("API rate limit exceeded for user ID 7.")).into_response()
            }
            Self::SecondaryLimit(seconds) => {
                let headers = [("retry-after", seconds.to_string())];
                let text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
                (StatusCode::FORBIDDEN, headers, message(text)).into_response()
            }
            Self::Forbidden => {
                (StatusCode::FORBIDDEN, message("Resource not accessible by personal access token")).into_response()
            }
            Self::SingleSignOn => {
                let headers = [("x-github-sso", "required; url=https://github.example/orgs/acme/sso")];
                (StatusCode::FORBIDDEN, headers, message("Resource protected by organization SAML enforcement."))
                    .into_response()
            }
            Self::Status(status) => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, "<html><body>Unicorn!</body></html>").into_response()
            }
            Self::Slow => {
                let begun = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
                Body::from_stream(futures_util::StreamExt::chain(begun, stream::pending())).into_response()
            }
            Self::Long(bytes) => {
                let piece = Bytes::from(vec![b' '; 64 << 10]);
                let pieces = (0..bytes.div_ceil(piece.len())).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
                Body::from_stream(stream::iter(pieces)).into_response()
            }
            Self::BreaksOff => {
                let end = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                Body::from_stream(stream::iter([Ok(Bytes::from_static(b"{")), Err(end)])).into_response()
            }
            Self::Redirect(to) => {
                (StatusCode::MOVED_PERMANENTLY, [("location", to.clone())], message("Moved Permanently"))
                    .into_response()
            }
            Self::Garbage => "[{".into_response(),
            Self::Text(text) => (*text).into_response(),
        }
    }
}
