//! An id for each request, to quote to support: in `x-request-id`, in every problem and in the log.

use std::fmt;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use contracts::ids::MessageId;
use tracing::{Instrument as _, info_span};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request that is being handled.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// Takes what a proxy or client gave the request, if it is harmless, or else a new id.
    fn of(request: &Request) -> Self {
        let harmless = |id: &&HeaderValue| {
            let bytes = id.as_bytes();
            (8..=64).contains(&bytes.len())
                && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
        };
        let given = request.headers().get(HEADER).filter(harmless).cloned();
        Self(given.unwrap_or_else(|| {
            HeaderValue::from_str(MessageId::random().as_str()).expect("an id is made of letters, digits and hyphens")
        }))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}

/// Gives each request its id and each answer as well.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request);
    let span = info_span!("api", request.id = %id);
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(HEADER, id.0);
    response
}
