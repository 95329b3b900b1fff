//! HTTP+SSE of 2024-11-05: one long GET stream back, POST requests out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use contracts::audit::display_url;
use outbound::{Client, Limits, OutboundError, Streaming};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use crate::wire::connection::{FIRST_BYTE, LISTEN, WireError};
use crate::wire::event_stream::{Event, EventParser};
use crate::wire::heard;
use crate::wire::http::{Reading, is_event_stream, post};
use crate::wire::inbox::{Incoming, Wait, collect};
use crate::wire::jsonrpc::{self, Unreadable};
use crate::wire::message::Parts;
use crate::wire::record::{Cap, Exchange};
use crate::wire::shared::Shared;
use crate::wire::waiting::Waiting;

/// How old a stream may become, and how much it may carry: as long and as much as a whole run.
const STREAM_AGE: Duration = Duration::from_mins(20);
const STREAM_BYTES: u64 = 64 << 20;
/// Requests of the server that are answered on one connection.
const MAX_ANSWERS: usize = 1_000;

/// An open stream and the endpoint that it announced.
pub(crate) struct SseConnection {
    client: Client,
    endpoint: Url,
    waiting: Arc<Waiting>,
    closed: Arc<AtomicBool>,
    stop: DropGuard,
}

/// How a message endpoint leaves the place where its stream is, so that credentials must not follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Departure {
    /// It gives up encryption.
    Downgrade,
    /// It is of another origin.
    Origin,
    /// It holds a user name or a password of its own.
    UserInformation,
}

impl Departure {
    fn of(stream: &Url, endpoint: &Url) -> Option<Self> {
        let has_user = !endpoint.username().is_empty() || endpoint.password().is_some();
        match () {
            () if stream.scheme() == "https" && endpoint.scheme() == "http" => Some(Self::Downgrade),
            () if endpoint.origin() != stream.origin() => Some(Self::Origin),
            () if has_user => Some(Self::UserInformation),
            () => None,
        }
    }
}

/// What the reader of a stream needs.
struct Reader {
    stream: Streaming,
    parser: EventParser,
    client: Client,
    endpoint: Url,
    /// A request of ours, to be turned into answers.
    like: Parts,
    shared: Arc<Shared>,
    waiting: Arc<Waiting>,
    closed: Arc<AtomicBool>,
    answers: usize,
}

impl SseConnection {
    /// Opens the stream and waits for its `endpoint` event. `Ok(Err(..))` is the answer of a server that offers no such
    /// stream. The endpoint must be in the origin of the stream: credentials follow.
    pub(crate) async fn open(
        client: &Client,
        url: &Url,
        parts: &Parts,
        shared: &Arc<Shared>,
    ) -> Result<Result<Self, Exchange>, WireError> {
        shared.budget.take_request().map_err(WireError::Budget)?;
        shared.recorder.sent(false);
        let mut opening = parts.clone();
        "GET".clone_into(&mut opening.http_method);
        opening.headers.retain(|(name, _)| name != "content-type" && name != "accept");
        opening.headers.push(("accept".to_owned(), "text/event-stream".to_owned()));
        let streaming_client = client.with_limits(Limits {
            idle: STREAM_AGE,
            total: STREAM_AGE,
            max_body_bytes: STREAM_BYTES,
            ..client.limits()
        });
        let mut stream = post(&streaming_client, url, &opening, None).await?;
        let mut reading = Reading::new(&opening, shared);
        if !(reading.headers_fit(&stream) && stream.status == 200 && is_event_stream(&stream)) {
            if stream.status != 200 || !is_event_stream(&stream) {
                // The page of a web server, or an error; bounded by size and time.
                match timeout(FIRST_BYTE, reading.whole(&mut stream)).await {
                    Ok(read) => read?,
                    Err(_) => return Err(WireError::Timeout(FIRST_BYTE)),
                }
            }
            return Ok(Err(reading.finish(stream, opening.template(true, shared))));
        }
        let mut parser = EventParser::new();
        let announced = timeout(FIRST_BYTE, first_event(&mut stream, &mut parser, shared)).await;
        let Ok(Some((endpoint, rest))) = announced else { return Err(WireError::Timeout(FIRST_BYTE)) };
        let endpoint = url
            .join(endpoint.trim())
            .map_err(|_| WireError::Closed("the server announced a message endpoint that is no address".to_owned()))?;
        if let Some(departure) = Departure::of(url, &endpoint) {
            return Err(WireError::ForeignEndpoint { departure, endpoint: display_url(&endpoint) });
        }
        // The session of this transport is in the query of its endpoint.
        for (_, value) in endpoint.query_pairs() {
            shared.remember_session(&value);
        }
        let waiting = Arc::new(Waiting::default());
        let stop = CancellationToken::new();
        let closed = Arc::new(AtomicBool::new(false));
        let reader = Reader {
            stream,
            parser,
            client: client.clone(),
            endpoint: endpoint.clone(),
            like: parts.clone(),
            shared: shared.clone(),
            waiting: waiting.clone(),
            closed: closed.clone(),
            answers: 0,
        };
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = reader.run(rest) => {}
                () = stopped.cancelled() => {}
            }
        });
        Ok(Ok(Self { client: client.clone(), endpoint, waiting, closed, stop: stop.drop_guard() }))
    }

    /// Sends a request to the announced endpoint and waits for the response on the stream.
    pub(crate) async fn send(&self, parts: &Parts, shared: &Shared) -> Result<Exchange, WireError> {
        let _permit = shared.permit(parts.burst).await?;
        let wait = Wait::of(parts);
        let mut place = self.waiting.wait(&wait);
        if self.is_closed() {
            return Err(WireError::Closed("the event stream is closed".to_owned()));
        }
        let mut answer = post(&self.client, &self.endpoint, parts, None).await?;
        let mut reading = Reading::new(parts, shared);
        if reading.headers_fit(&answer) {
            if is_event_stream(&answer) {
                // Another stream, which has no end. Running into this limit is what is meant to happen.
                let limit = parts.read_for.unwrap_or(LISTEN);
                if let Ok(read) = timeout(limit, reading.whole(&mut answer)).await {
                    read?;
                }
            } else {
                reading.whole(&mut answer).await?;
            }
        }
        let accepted = (200..300).contains(&answer.status);
        let mut exchange = reading.finish(answer, parts.template(true, shared));
        if !accepted || exchange.response().is_some() || parts.http_method != "POST" {
            return Ok(exchange);
        }
        let collected = collect(&mut place.inbox, &wait).await;
        if let Some(reason) = collected.closed {
            return Err(WireError::Closed(reason));
        }
        if parts.id.is_some() && collected.first.is_none() && parts.read_for.is_none() {
            return Err(WireError::Timeout(wait.first));
        }
        if let Some(first) = collected.first {
            exchange.first_byte += first;
            exchange.body = Bytes::from(collected.body);
            exchange.messages = collected.messages;
        }
        exchange.total += collected.total;
        exchange.truncated = exchange.truncated.or(collected.truncated);
        Ok(exchange)
    }

    /// Where messages go.
    pub(crate) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// Whether the stream has ended.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Closes the stream, which ends the session.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.stop.token().cancel();
    }
}

/// Reads up to the `endpoint` event: its data, and the events that came with it.
async fn first_event(
    stream: &mut Streaming,
    parser: &mut EventParser,
    shared: &Shared,
) -> Option<(String, Vec<Event>)> {
    loop {
        let chunk = stream.chunk().await.ok()??;
        shared.recorder.received(chunk.len());
        let (events, cap) = parser.push(&chunk);
        let mut events = events.into_iter();
        if let Some(endpoint) = events.by_ref().find(|event| event.name == "endpoint") {
            return Some((endpoint.data, events.collect()));
        }
        if cap.is_some() || !shared.budget.receive(chunk.len()) {
            return None;
        }
    }
}

impl Reader {
    async fn run(mut self, first: Vec<Event>) {
        let mut events = first;
        loop {
            for event in std::mem::take(&mut events) {
                self.pass_on(&event).await;
            }
            match self.stream.chunk().await {
                Ok(Some(chunk)) => {
                    self.shared.recorder.received(chunk.len());
                    let within_total = self.shared.budget.receive(chunk.len());
                    let (read, cap) = self.parser.push(&chunk);
                    events = read;
                    if let Some(cap) = cap.or((!within_total).then_some(Cap::Total)) {
                        self.closed.store(true, Ordering::Relaxed);
                        return self.waiting.end(|| Incoming::Over(cap)).await;
                    }
                }
                Ok(None) => return self.end("the server closed the stream").await,
                Err(OutboundError::Timeout { .. }) => return self.end("the stream grew too old").await,
                Err(_) => return self.end("the stream broke off").await,
            }
        }
    }

    async fn end(&self, reason: &str) {
        self.closed.store(true, Ordering::Relaxed);
        self.waiting.end(|| Incoming::Closed(reason.to_owned())).await;
    }

    /// Passes the messages of an event on.
    async fn pass_on(&mut self, event: &Event) {
        let messages = match jsonrpc::parse(event.data.as_bytes()) {
            Ok(messages) => messages,
            // Whose answer it was cannot be read.
            Err(Unreadable::Over(cap)) => return self.waiting.end(|| Incoming::Over(cap)).await,
            Err(Unreadable::NotMessages) => return,
        };
        for message in messages {
            if jsonrpc::is_request(&message) {
                self.answer(&message).await;
            }
            if !jsonrpc::is_response(&message) {
                self.shared.recorder.unsolicited(&message);
                if let Some(heard) = &self.like.heard {
                    heard.keep(&message);
                }
            }
            self.waiting.deliver(&message).await;
        }
    }

    async fn answer(&mut self, request: &Value) {
        self.answers += 1;
        if self.answers > MAX_ANSWERS {
            return;
        }
        self.like.raw = Some(heard::answer_to(request, self.like.heard.as_deref()).to_string().into());
        let sent = post(&self.client, &self.endpoint, &self.like, None);
        // A server that does not take the answer must not hold up the stream.
        let _ = timeout(Duration::from_secs(2), sent).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_origin_of_the_stream_may_be_announced() {
        let stream: Url = "https://mcp.example.com/sse".parse().expect("a URL");
        let departure = |endpoint: &str| Departure::of(&stream, &stream.join(endpoint).expect("a URL"));
        for (endpoint, expected) in [
            ("/messages?session=1", None),
            ("https://mcp.example.com:443/messages", None),
            ("//other.example/messages", Some(Departure::Origin)),
            ("https://mcp.example.com:8443/messages", Some(Departure::Origin)),
            ("http://mcp.example.com/messages", Some(Departure::Downgrade)),
            ("https://user@mcp.example.com/messages", Some(Departure::UserInformation)),
        ] {
            assert_eq!(departure(endpoint), expected, "{endpoint}");
        }
    }
}
