//! How often a server may be asked.

use std::time::Instant;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::Value;

use super::{Endpoint, Message, refuse};
use crate::access::WINDOW;
use crate::answer::Outcome;
use crate::flaw::Flaw;

/// Refuses what comes too often.
pub(super) fn throttle(endpoint: &Endpoint, headers: &HeaderMap, message: &Message<'_>) -> Option<Response> {
    let (kind, most) = match message.method {
        "tools/call" => (format!("call {}", message.params["name"]), endpoint.server().calls_per_window),
        method if method.ends_with("/list") => (method.to_owned(), endpoint.server().lists_per_window?),
        _ => return None,
    };
    let named = headers.get("x-forwarded-for").and_then(|address| address.to_str().ok());
    let caller = named.filter(|_| endpoint.server().has(Flaw::TrustsForwardedFor)).unwrap_or_default();
    if endpoint.limiter.admits(&format!("{caller} {kind}"), most, Instant::now())
        || endpoint.wavers(Flaw::UnsteadyLimit, &kind)
    {
        return None;
    }
    Some(too_often(message.id.unwrap_or(&Value::Null), "requests of this kind"))
}

/// The refusal of what comes too often.
pub(super) fn too_often(id: &Value, what: &str) -> Response {
    let outcome = Outcome::failure(429, -31_029, format!("too many {what}, try again later"));
    let mut response = refuse(id, outcome);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(WINDOW.as_secs()));
    response
}

/// Whether one more wrong token may be looked at.
pub(super) fn admits_guess(endpoint: &Endpoint) -> bool {
    let most = endpoint.server().guesses_per_window;
    most.is_none_or(|most| endpoint.limiter.admits("wrong token", most, Instant::now()))
}
