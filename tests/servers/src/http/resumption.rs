//! Streams that can be resumed: each answer comes behind an empty event, from whose id a client may ask for it again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::Endpoint;
use super::session::SESSION;
use crate::access::single;
use crate::answer::random_id;
use crate::flaw::Flaw;

/// Events that are kept.
const MOST: usize = 200;

/// The events that may be asked for again, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Events(Mutex<VecDeque<Kept>>);

/// An answer behind the id of the event before it.
#[derive(Debug, Clone)]
struct Kept {
    session: String,
    id: String,
    data: String,
}

/// An answer as a stream that can be resumed.
pub(super) fn numbered(endpoint: &Endpoint, session: &str, answer: &Value) -> Response {
    let kept = Kept { session: session.to_owned(), id: random_id(), data: answer.to_string() };
    let text = format!("id: {}\ndata:\n\ndata: {}\n\n", kept.id, kept.data);
    let mut events = endpoint.events.0.lock().unwrap_or_else(PoisonError::into_inner);
    if events.len() >= MOST {
        events.pop_front();
    }
    events.push_back(kept);
    stream(text)
}

/// What followed an event, for the session that it belongs to.
pub(super) fn resume(endpoint: &Endpoint, headers: &HeaderMap) -> Response {
    let Ok(Some(last)) = single(headers, "last-event-id") else {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    };
    let session = single(headers, SESSION).ok().flatten();
    let events = endpoint.events.0.lock().unwrap_or_else(PoisonError::into_inner);
    let to_anybody = endpoint.server().has(Flaw::ReplaysToAnybody);
    let found = events.iter().find(|kept| kept.id == last && (to_anybody || Some(kept.session.as_str()) == session));
    match found {
        Some(kept) => stream(format!("data: {}\n\n", kept.data)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn stream(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}
