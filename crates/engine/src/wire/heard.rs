//! What a server says unasked on a connection of its own, and how its questions are answered there.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::wire::jsonrpc;
use crate::wire::record::lock;

/// How many messages are kept, and how many bytes of them: a server that says more has said enough.
const MAX_MESSAGES: usize = 64;
const MAX_BYTES: usize = 256 << 10;

/// The requests and notifications of a server on one connection. Bounded.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    kept: Mutex<Kept>,
    /// Whether the client declared that it can be asked, so that questions are declined instead of refused.
    declines: bool,
}

#[derive(Debug, Default)]
struct Kept {
    messages: Vec<Value>,
    bytes: usize,
}

impl Heard {
    /// For a client that declared that it can be asked.
    pub(crate) fn declining() -> Self {
        Self { declines: true, ..Self::default() }
    }

    /// Keeps a message.
    pub(crate) fn keep(&self, message: &Value) {
        let bytes = message.to_string().len();
        let mut kept = lock(&self.kept);
        if kept.messages.len() < MAX_MESSAGES && kept.bytes + bytes <= MAX_BYTES {
            kept.bytes += bytes;
            kept.messages.push(message.clone());
        }
    }

    /// How many messages are kept so far.
    pub(crate) fn count(&self) -> usize {
        lock(&self.kept).messages.len()
    }

    /// The messages after the first `count`.
    pub(crate) fn since(&self, count: usize) -> Vec<Value> {
        lock(&self.kept).messages.iter().skip(count).cloned().collect()
    }
}

/// What a request of a server is answered on a connection: a question is declined where the client said that it can be
/// asked, and refused elsewhere.
pub(crate) fn answer_to(request: &Value, heard: Option<&Heard>) -> Value {
    let method = request.get("method").and_then(Value::as_str).unwrap_or_default();
    match declined(method).filter(|_| heard.is_some_and(|heard| heard.declines)) {
        Some(result) => json!({ "jsonrpc": "2.0", "id": request.get("id"), "result": result }),
        None => jsonrpc::answer_to(request),
    }
}

/// The result that declines what a server asks of its client; `None` for what no client can be asked.
pub(crate) fn declined(method: &str) -> Option<Value> {
    Some(match method {
        "elicitation/create" => json!({ "action": "decline" }),
        "roots/list" => json!({ "roots": [] }),
        "sampling/createMessage" => json!({
            "role": "assistant",
            "content": { "type": "text", "text": "MCP Audit declines to write this." },
            "model": "none",
            "stopReason": "endTurn",
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_declined_only_where_they_may_be_asked() {
        let question = json!({ "jsonrpc": "2.0", "id": "q", "method": "elicitation/create", "params": {} });
        let heard = Heard::declining();
        assert_eq!(answer_to(&question, Some(&heard))["result"]["action"], "decline");
        assert_eq!(answer_to(&question, Some(&Heard::default()))["error"]["code"], -32601);
        assert_eq!(answer_to(&question, None)["error"]["code"], -32601);
        let unknown = json!({ "id": 1, "method": "client/shutDown" });
        assert_eq!(answer_to(&unknown, Some(&heard))["error"]["code"], -32601);
    }

    #[test]
    fn a_talkative_server_fills_no_memory() {
        let heard = Heard::default();
        for _ in 0..2 * MAX_MESSAGES {
            heard.keep(&json!({ "method": "notifications/message" }));
        }
        assert_eq!(heard.count(), MAX_MESSAGES);
        let heard = Heard::default();
        for _ in 0..4 {
            heard.keep(&json!({ "method": "a".repeat(MAX_BYTES / 2) }));
        }
        assert_eq!((heard.count(), heard.since(1).len()), (1, 0));
    }
}
