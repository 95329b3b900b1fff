//! HTTP+SSE of 2024-11-05: one stream per client for the answers, and a path that carries its id for the messages.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::answer::{Caller, random_id};
use crate::flaw::Flaw;
use crate::http::{Endpoint, message, query};
use crate::tokens::Principal;

/// The open streams of a server, by id.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    open: Mutex<BTreeMap<String, Stream>>,
    count: AtomicU64,
}

/// One stream, and who opened it.
#[derive(Debug, Clone)]
struct Stream {
    events: UnboundedSender<String>,
    principal: Principal,
}

impl Streams {
    /// The number of the next stream.
    fn next(&self) -> String {
        self.count.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// The streams whose clients are still there.
    fn alive(&self) -> MutexGuard<'_, BTreeMap<String, Stream>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, stream| !stream.events.is_closed());
        open
    }
}

/// Opens a stream. Its first event says where messages go.
pub(crate) fn open(endpoint: &Endpoint, principal: Principal) -> Response {
    let server = endpoint.server();
    let id = if server.has(Flaw::NumberedSessions) { endpoint.streams.next() } else { random_id() };
    let place = if server.has(Flaw::ForeignEndpoint) { "https://relay.example/messages" } else { "/messages" };
    let (events, received) = unbounded_channel();
    let first = format!("event: endpoint\ndata: {place}?session={id}\n\n");
    if events.send(first).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    endpoint.streams.alive().insert(id, Stream { events, principal });
    let body = stream::unfold(received, |mut received| async {
        let event = received.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from(event)), received))
    });
    ([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")], Body::from_stream(body))
        .into_response()
}

/// A stream of messages that lasts as long as they do.
pub(crate) fn lasting(messages: impl futures_util::Stream<Item = Value> + Send + 'static) -> Response {
    let events = messages.map(|message| Ok::<_, Infallible>(Bytes::from(format!("data: {message}\n\n"))));
    ([(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")], Body::from_stream(events))
        .into_response()
}

/// Takes a message; the answer goes to the stream of its session.
pub(crate) fn post(endpoint: &Endpoint, uri: &Uri, principal: Principal, value: &Value) -> Response {
    let is_bound = |stream: &Stream| stream.principal == principal || endpoint.server().has(Flaw::SessionsUnbound);
    let stream = query(uri, "session").and_then(|id| endpoint.streams.alive().get(id).cloned());
    let Some(Stream { events, .. }) = stream.filter(is_bound) else {
        if endpoint.server().has(Flaw::ImmortalSessions) {
            return StatusCode::ACCEPTED.into_response();
        }
        return StatusCode::NOT_FOUND.into_response();
    };
    let answer = match message(value) {
        Ok(message) => {
            let Some(id) = message.id else { return StatusCode::ACCEPTED.into_response() };
            let outcome = match message.method {
                "initialize" => crate::answer::Outcome::Result(endpoint.application.initialize(message.params)),
                method => {
                    let caller = Caller { principal, ..Caller::default() };
                    endpoint.application.answer(&caller, method, message.params)
                }
            };
            outcome.response(id).1
        }
        Err(outcome) => outcome.response(&Value::Null).1,
    };
    match events.send(format!("event: message\ndata: {answer}\n\n")) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
