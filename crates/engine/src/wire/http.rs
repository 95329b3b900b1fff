//! Streamable HTTP, of both eras.

use std::sync::Arc;
use std::time::Duration;

use ::http::Method;
use bytes::{Bytes, BytesMut};
use outbound::{Client, OutboundError, Request, Streaming};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::wire::connection::{
    BURST_BYTES, FIRST_BYTE, GRACE, LISTEN, MAX_MESSAGE_BYTES, MAX_NOTIFICATIONS, PART_BYTES, WHOLE_MESSAGE, WireError,
};
use crate::wire::event_stream::{Event, EventParser};
use crate::wire::heard::{self, Heard};
use crate::wire::jsonrpc::{self, Unreadable};
use crate::wire::message::Parts;
use crate::wire::record::{Cap, Exchange};
use crate::wire::shared::Shared;

const MAX_HEADER_BYTES: usize = 64 << 10;
const MAX_ERROR_BYTES: usize = 64 << 10;
const MAX_EVENTS: usize = 10_000;
/// How often the rest of one answer is asked for, and how long to wait before where the server does not say or says more.
const MAX_RESUMPTIONS: usize = 3;
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// An endpoint of streamable HTTP.
pub(crate) struct HttpConnection {
    client: Client,
    url: Url,
    /// Where what the server says unasked is kept beside the records of the run.
    heard: Option<Arc<Heard>>,
}

impl HttpConnection {
    pub(crate) fn new(client: Client, url: Url, heard: Option<Arc<Heard>>) -> Self {
        Self { client, url, heard }
    }

    pub(crate) async fn send(
        &self,
        parts: &Parts,
        session: Option<&str>,
        shared: &Shared,
    ) -> Result<Exchange, WireError> {
        let _permit = shared.permit(parts.burst).await?;
        let mut answer = post(&self.client, &self.url, parts, session).await?;
        let mut reading = Reading::new(parts, shared);
        if reading.headers_fit(&answer) {
            if is_event_stream(&answer) {
                let answers = Answers { connection: self, parts, session };
                reading.stream(&mut answer, parts, &answers).await?;
                // Rare: it should not enlarge every exchange.
                Box::pin(self.resume(&mut reading, &answers)).await?;
            } else {
                reading.whole(&mut answer).await?;
            }
        }
        Ok(reading.finish(answer, parts.template(true, shared)))
    }

    /// Asks for the rest of a stream that ended before its response. Servers of 2025-11-25 may close a stream at any time
    /// and be polled (Streamable HTTP, Resumability and Redelivery); those that marked no event have ended it.
    async fn resume(&self, reading: &mut Reading<'_>, answers: &Answers<'_>) -> Result<(), WireError> {
        let Answers { parts, session, .. } = answers;
        if parts.body().is_empty() || parts.read_for.is_some() || answers.is_modern() {
            return Ok(());
        }
        for _ in 0..MAX_RESUMPTIONS {
            let Some(last_event) = reading.last_event.take().filter(|_| reading.wants_more()) else { break };
            tokio::time::sleep(reading.retry.unwrap_or(PAUSE).min(LONGEST_PAUSE)).await;
            let mut rest = Parts { raw: Some(Bytes::new()), http_method: "GET".to_owned(), ..(*parts).clone() };
            rest.headers.retain(|(name, _)| name != "content-type");
            rest.headers.push(("last-event-id".to_owned(), last_event));
            let mut answer = post(&self.client, &self.url, &rest, *session).await?;
            if answer.status != 200 || !is_event_stream(&answer) {
                break;
            }
            reading.stream(&mut answer, parts, answers).await?;
        }
        Ok(())
    }

    /// Answers a request that a server of a legacy era sent on a stream. What becomes of the answer is the server's
    /// business.
    async fn answer(&self, request: &Value, parts: &Parts, session: Option<&str>) {
        let mut answer = parts.clone();
        answer.raw = Some(heard::answer_to(request, self.heard.as_deref()).to_string().into());
        "POST".clone_into(&mut answer.http_method);
        let sent = post(&self.client, &self.url, &answer, session);
        // A server that does not take the answer must not hold up the exchange.
        let _ = tokio::time::timeout(Duration::from_secs(2), sent).await;
    }
}

/// Sends a request, whatever is wrong with it, and waits for the header of the answer.
pub(crate) async fn post(
    client: &Client,
    url: &Url,
    parts: &Parts,
    session: Option<&str>,
) -> Result<Streaming, WireError> {
    let mut url = url.clone();
    if let Some(path) = &parts.path {
        url.set_path(path);
    }
    if parts.query.is_some() {
        url.set_query(parts.query.as_deref());
    }
    let method = Method::from_bytes(parts.http_method.as_bytes())
        .map_err(|_| OutboundError::Request(format!("`{}` is no HTTP method", parts.http_method)))?;
    let mut request = Request::new(method, url).body(parts.body());
    for (name, value) in parts.all_headers(session) {
        request = request.header(name, value);
    }
    let client = match parts.first_byte {
        Some(first_byte) if first_byte != FIRST_BYTE => {
            client.with_limits(outbound::Limits { first_byte, ..client.limits() })
        }
        _ => client.clone(),
    };
    Ok(client.send_streaming(request).await?)
}

/// Whether the answer is a stream of events.
pub(crate) fn is_event_stream(answer: &Streaming) -> bool {
    answer
        .header("content-type")
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream"))
}

/// Where answers to a server's own requests go.
struct Answers<'s> {
    connection: &'s HttpConnection,
    parts: &'s Parts,
    session: Option<&'s str>,
}

impl Answers<'_> {
    /// Whether the request is of the modern era, where a stream carries no requests and is never resumed.
    fn is_modern(&self) -> bool {
        self.parts.headers.iter().any(|(name, _)| name == "mcp-method")
    }
}

/// An answer while it is read.
pub(crate) struct Reading<'s> {
    shared: &'s Shared,
    id: Option<Value>,
    expected: Option<usize>,
    body: BytesMut,
    messages: Vec<Value>,
    notifications: usize,
    events: usize,
    truncated: Option<Cap>,
    is_burst: bool,
    /// The id of the last event, and how long to wait before the rest is asked for.
    last_event: Option<String>,
    retry: Option<Duration>,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(parts: &Parts, shared: &'s Shared) -> Self {
        Self {
            shared,
            id: parts.expected_id(),
            expected: parts.expected_responses(),
            body: BytesMut::new(),
            messages: Vec::new(),
            notifications: 0,
            events: 0,
            truncated: None,
            is_burst: parts.burst,
            last_event: None,
            retry: None,
        }
    }

    /// Whether as much of an answer to a burst was read as is wanted. No limit of the server's is hit by that.
    fn is_enough(&self) -> bool {
        self.is_burst && self.body.len() >= BURST_BYTES
    }

    /// Whether a response is still to come.
    fn wants_more(&self) -> bool {
        self.truncated.is_none() && !self.is_enough() && !self.has_response()
    }

    /// Whether the header fields are within their limit.
    pub(crate) fn headers_fit(&mut self, answer: &Streaming) -> bool {
        let bytes = answer.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        self.receive(bytes);
        if bytes > MAX_HEADER_BYTES {
            self.truncated = Some(Cap::Headers);
        }
        self.truncated.is_none()
    }

    /// Reads a body that is one message, or no message at all.
    pub(crate) async fn whole(&mut self, answer: &mut Streaming) -> Result<(), WireError> {
        let (limit, cap) =
            if answer.status >= 400 { (MAX_ERROR_BYTES, Cap::ErrorBody) } else { (MAX_MESSAGE_BYTES, Cap::Message) };
        let begun = Instant::now();
        while self.truncated.is_none() && !self.is_enough() {
            let due = begun + WHOLE_MESSAGE + Duration::from_secs(self.body.len() as u64 / PART_BYTES);
            let Ok(chunk) = timeout_at(due, answer.chunk()).await else {
                self.truncated = Some(Cap::Time);
                break;
            };
            let Some(chunk) = self.chunk(chunk)? else { break };
            let fits = (limit - self.body.len()).min(chunk.len());
            self.body.extend_from_slice(&chunk[..fits]);
            if fits < chunk.len() || (answer.truncated() && self.truncated.is_none()) {
                self.truncated = Some(cap);
            }
        }
        if self.truncated.is_none() && !self.is_enough() {
            match jsonrpc::parse(&self.body) {
                Ok(messages) => self.keep(messages),
                Err(Unreadable::Over(cap)) => self.truncated = Some(cap),
                Err(Unreadable::NotMessages) => {}
            }
        }
        Ok(())
    }

    /// Reads a stream of events until the response has come, or for as long as the probe wants.
    async fn stream(&mut self, answer: &mut Streaming, parts: &Parts, answers: &Answers<'_>) -> Result<(), WireError> {
        let mut parser = EventParser::new();
        let wanted = parts.read_for.or_else(|| parts.body().is_empty().then_some(LISTEN));
        let mut end = wanted.map(|wanted| Instant::now() + wanted);
        loop {
            let chunk = match end {
                Some(end) => match timeout_at(end, answer.chunk()).await {
                    Ok(chunk) => chunk,
                    // The wanted time, or that of grace after the response, is over.
                    Err(_) => return Ok(()),
                },
                None => answer.chunk().await,
            };
            let Some(chunk) = self.chunk(chunk)? else {
                if answer.truncated() {
                    self.truncated = self.truncated.or(Some(Cap::Message));
                }
                self.retry = parser.retry().or(self.retry);
                if let Some(event) = parser.finish() {
                    self.event(&event, answers).await;
                }
                return Ok(());
            };
            self.body.extend_from_slice(&chunk);
            let (events, cap) = parser.push(&chunk);
            for event in &events {
                self.event(event, answers).await;
            }
            self.truncated = self.truncated.or(cap);
            if self.truncated.is_some() || self.is_enough() {
                return Ok(());
            }
            if end.is_none() && self.has_response() {
                end = Some(Instant::now() + GRACE);
            }
        }
    }

    async fn event(&mut self, event: &Event, answers: &Answers<'_>) {
        self.events += 1;
        if self.events > MAX_EVENTS {
            self.truncated = Some(Cap::Events);
        }
        if let Some(id) = event.id.as_ref().filter(|id| !id.is_empty()) {
            self.last_event = Some(id.clone());
        }
        // A priming event is empty; a text that is no message says nothing either.
        let messages = match jsonrpc::parse(event.data.as_bytes()) {
            Ok(messages) => messages,
            Err(Unreadable::Over(cap)) => return self.truncated = Some(cap),
            Err(Unreadable::NotMessages) => return,
        };
        if let Some(heard) = &answers.connection.heard {
            messages.iter().filter(|message| !jsonrpc::is_response(message)).for_each(|message| heard.keep(message));
        }
        for request in messages.iter().filter(|message| jsonrpc::is_request(message)) {
            if !answers.is_modern() && self.notifications < MAX_NOTIFICATIONS {
                answers.connection.answer(request, answers.parts, answers.session).await;
            }
        }
        self.keep(messages);
    }

    fn keep(&mut self, messages: Vec<Value>) {
        for message in messages {
            if !jsonrpc::is_response(&message) {
                self.notifications += 1;
                if self.notifications > MAX_NOTIFICATIONS {
                    self.truncated = Some(Cap::Notifications);
                    return;
                }
                self.shared.recorder.unsolicited(&message);
            }
            self.messages.push(message);
        }
    }

    fn has_response(&self) -> bool {
        if let Some(expected) = self.expected {
            return self.messages.iter().filter(|message| jsonrpc::is_response(message)).count() >= expected;
        }
        let Some(id) = &self.id else { return false };
        self.messages.iter().any(|message| {
            jsonrpc::is_response(message)
                && (message.get("id").is_none_or(Value::is_null) || jsonrpc::same_id(message.get("id"), id))
        })
    }

    /// Counts a chunk. A time limit ends the reading but keeps what came; a broken connection is an error.
    fn chunk(&mut self, chunk: Result<Option<Bytes>, OutboundError>) -> Result<Option<Bytes>, WireError> {
        match chunk {
            Ok(Some(chunk)) => {
                self.receive(chunk.len());
                Ok(Some(chunk))
            }
            Ok(None) => Ok(None),
            Err(OutboundError::Timeout { .. }) => {
                self.truncated = Some(Cap::Time);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn receive(&mut self, bytes: usize) {
        self.shared.recorder.received(bytes);
        if !self.shared.budget.receive(bytes) {
            self.truncated = Some(Cap::Total);
        }
    }

    /// The exchange as it was.
    pub(crate) fn finish(self, answer: Streaming, request: String) -> Exchange {
        Exchange {
            request,
            status: Some(answer.status),
            total: answer.elapsed(),
            first_byte: answer.first_byte,
            peer: answer.peer,
            headers: answer.headers,
            body: self.body.freeze(),
            messages: self.messages,
            truncated: self.truncated,
            id: self.id,
        }
    }
}
