//! One exchange with the server, as it was seen, and what the whole run saw beside it.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use contracts::audit::Traffic;
use serde_json::Value;

use crate::wire::jsonrpc;

/// A limit of catalogue section 9 that ended an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cap {
    /// 8 MiB in one message.
    Message,
    /// 1 MiB in one event of a stream.
    Event,
    /// 10 000 events in one stream.
    Events,
    /// 1 000 notifications during one request.
    Notifications,
    /// 64 KiB of header fields.
    Headers,
    /// 64 KiB in the body of an error.
    ErrorBody,
    /// 4 MiB in one line of a child process.
    Line,
    /// 64 MiB in the whole run.
    Total,
    /// JSON deeper than 64 levels or of more than 200 000 values.
    Shape,
    /// 15 s without a byte, or 60 s in all.
    Time,
}

/// One request and all that came back.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Template of the request; secrets as `{{credential}}`, canaries as `{{canary}}`.
    pub request: String,
    /// HTTP status; absent on stdio.
    pub status: Option<u16>,
    /// Header fields of the answer, in order; empty on stdio.
    pub headers: Vec<(String, String)>,
    /// Body as far as it was read. On stdio and HTTP+SSE the messages, one per line.
    pub body: Bytes,
    /// JSON-RPC messages in the body, in order. A batch is taken apart.
    pub messages: Vec<Value>,
    /// From the end of sending to the status line, or to the first message.
    pub first_byte: Duration,
    /// From the end of sending to the end of reading.
    pub total: Duration,
    /// The address that answered.
    pub peer: Option<SocketAddr>,
    /// The limit that ended the reading.
    pub truncated: Option<Cap>,
    /// `id` of the request; `None` where it was a notification or no JSON-RPC.
    pub id: Option<Value>,
}

impl Exchange {
    /// The response to our request: the message with our id, else the one with an id that only differs in its JSON
    /// type, else a response without id (servers answer unreadable requests so).
    pub fn response(&self) -> Option<&Value> {
        let responses = || self.messages.iter().filter(|message| jsonrpc::is_response(message));
        let ours = self.id.as_ref();
        responses()
            .find(|message| ours.is_some() && message.get("id") == ours)
            .or_else(|| responses().find(|message| ours.is_some_and(|id| jsonrpc::same_id(message.get("id"), id))))
            .or_else(|| responses().find(|message| message.get("id").is_none_or(Value::is_null)))
    }

    /// `result` of the response.
    pub fn result(&self) -> Option<&Value> {
        self.response()?.get("result")
    }

    /// Code and message of the response's error. A code that is no integer counts as 0.
    pub fn error(&self) -> Option<(i64, &str)> {
        let error = self.response()?.get("error")?;
        let code = error.get("code").and_then(Value::as_i64).unwrap_or(0);
        Some((code, error.get("message").and_then(Value::as_str).unwrap_or_default()))
    }

    /// The first header field of that name; case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the message got past every guard in front of the server's own code: it gave a result, or an error that
    /// only a dispatcher or a method gives. Errors of the transport (parse error, invalid request, header, session and
    /// version errors) and refusals by status are no sign of that.
    pub fn reached_application(&self) -> bool {
        if matches!(self.status, Some(300..=399 | 401 | 403 | 407 | 429)) {
            return false;
        }
        if self.result().is_some() {
            return true;
        }
        self.error().is_some_and(|(code, _)| match code {
            -32601 | -32602 | -32603 | -32002 => true,
            -32700 | -32600 | -32099..=-32000 => false,
            _ => true,
        })
    }

    /// Body as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The exchange as it is kept for the whole test: of what was cut off at a limit, the beginning and the responses. A
    /// server may send much of it.
    pub(crate) fn worth_keeping(mut self) -> Self {
        const BEGINNING: usize = 64 << 10;
        const OTHERS: usize = 32;
        if self.truncated.is_none() {
            return self;
        }
        if self.body.len() > BEGINNING {
            self.body = Bytes::copy_from_slice(&self.body[..BEGINNING]);
        }
        // How many came in a time says something; how many were read up to a count does not.
        if self.truncated == Some(Cap::Time) {
            return self;
        }
        let mut others = 0;
        self.messages.retain(|message| {
            others += usize::from(!jsonrpc::is_response(message));
            others <= OTHERS || jsonrpc::is_response(message)
        });
        self.messages.shrink_to_fit();
        self
    }

    /// An exchange in which nothing came back in time.
    pub(crate) fn silent(request: String, id: Option<Value>, waited: Duration) -> Self {
        Self {
            request,
            status: None,
            headers: Vec::new(),
            body: Bytes::new(),
            messages: Vec::new(),
            first_byte: waited,
            total: waited,
            peer: None,
            truncated: Some(Cap::Time),
            id,
        }
    }
}

/// How many notifications and stray requests, and how many bytes of them, are kept for the checks.
const MAX_UNSOLICITED: usize = 1_000;
const MAX_UNSOLICITED_BYTES: usize = 4 << 20;
/// How many limits that were hit are kept.
const MAX_CAP_HITS: usize = 200;

/// A limit that the server made us hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapHit {
    /// Which.
    pub cap: Cap,
    /// The JSON-RPC method that was sent, or the HTTP method where there was none.
    pub method: String,
}

/// What a run saw, for all its connections. Bounded.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    requests: AtomicU64,
    tool_calls: AtomicU64,
    received_bytes: AtomicU64,
    unsolicited: Mutex<Unsolicited>,
    caps: Mutex<Vec<CapHit>>,
}

#[derive(Debug, Default)]
struct Unsolicited {
    messages: Vec<Value>,
    bytes: usize,
}

impl Recorder {
    /// Counts a message to the server.
    pub(crate) fn sent(&self, is_tool_call: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.tool_calls.fetch_add(u64::from(is_tool_call), Ordering::Relaxed);
    }

    /// Counts bytes from the server.
    pub(crate) fn received(&self, bytes: usize) {
        self.received_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Keeps a notification or a request of the server.
    pub(crate) fn unsolicited(&self, message: &Value) {
        let bytes = message.to_string().len();
        let mut kept = lock(&self.unsolicited);
        if kept.messages.len() < MAX_UNSOLICITED && kept.bytes + bytes <= MAX_UNSOLICITED_BYTES {
            kept.bytes += bytes;
            kept.messages.push(message.clone());
        }
    }

    /// Keeps a limit that was hit.
    pub(crate) fn cap(&self, cap: Cap, method: &str) {
        let mut caps = lock(&self.caps);
        if caps.len() < MAX_CAP_HITS {
            caps.push(CapHit { cap, method: method.to_owned() });
        }
    }

    /// All notifications and requests of the server so far.
    pub(crate) fn all_unsolicited(&self) -> Vec<Value> {
        lock(&self.unsolicited).messages.clone()
    }

    /// All limits hit so far.
    pub(crate) fn caps(&self) -> Vec<CapHit> {
        lock(&self.caps).clone()
    }

    /// Takes the traffic since the last call. The sum over all calls is exact, however many groups run side by side;
    /// what two groups share is counted for the one that ends first.
    pub(crate) fn take_traffic(&self) -> Traffic {
        Traffic {
            requests: self.requests.swap(0, Ordering::Relaxed),
            tool_calls: self.tool_calls.swap(0, Ordering::Relaxed),
            received_bytes: self.received_bytes.swap(0, Ordering::Relaxed),
        }
    }
}

/// Locks, also after a panic elsewhere: what is guarded here is valid after every statement.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(status: u16, message: Value) -> Exchange {
        let mut exchange = Exchange::silent(String::new(), Some(json!(7)), Duration::ZERO);
        exchange.status = Some(status);
        exchange.messages = vec![json!({ "method": "notifications/message" }), message];
        exchange
    }

    #[test]
    fn a_response_is_found_by_id_then_by_its_text_then_without() {
        let found = |id: Value| exchange(200, json!({ "id": id, "result": 1 })).result().is_some();
        assert!(found(json!(7)));
        assert!(found(json!("7")));
        assert!(found(Value::Null));
        assert!(!found(json!(8)));
        assert!(exchange(400, json!({ "error": { "code": -32700, "message": "bad" } })).error().is_some());
    }

    #[test]
    fn only_answers_of_the_application_count_as_reached() {
        let error = |code: i64| json!({ "id": 7, "error": { "code": code, "message": "" } });
        for (status, message, reached) in [
            (200, json!({ "id": 7, "result": {} }), true),
            (400, error(-32602), true),
            (404, error(-32601), true),
            (400, error(-32000), false),
            (400, error(-32020), false),
            (400, error(-32700), false),
            (401, error(-32602), false),
            (403, json!({ "id": 7, "result": {} }), false),
            (404, error(-32001), false),
        ] {
            assert_eq!(exchange(status, message.clone()).reached_application(), reached, "{status} {message}");
        }
    }
}
