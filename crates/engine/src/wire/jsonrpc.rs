//! JSON-RPC 2.0 messages: bounded reading of what came, tolerant of what servers in the wild send.

use serde_json::{Value, json};

use crate::wire::record::Cap;

/// Deepest nesting that is read (catalogue section 9).
pub const MAX_DEPTH: usize = 64;
/// Most values in one message.
pub const MAX_NODES: usize = 200_000;

/// Why bytes are no messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// No JSON, or JSON that is neither an object nor an array of objects.
    NotMessages,
    /// Over a limit.
    Over(Cap),
}

/// Reads one message, or a batch of them. A byte order mark is skipped; invalid UTF-8 is not JSON.
pub fn parse(bytes: &[u8]) -> Result<Vec<Value>, Unreadable> {
    match document(bytes)? {
        message @ Value::Object(_) => Ok(vec![message]),
        Value::Array(batch) if !batch.is_empty() && batch.iter().all(Value::is_object) => Ok(batch),
        _ => Err(Unreadable::NotMessages),
    }
}

/// Reads one JSON value within the same bounds.
pub fn document(bytes: &[u8]) -> Result<Value, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !within_shape(bytes) {
        return Err(Unreadable::Over(Cap::Shape));
    }
    serde_json::from_slice(bytes).map_err(|_| Unreadable::NotMessages)
}

/// Whether the text stays within depth and number of values, judged before anything is allocated for it. For bytes
/// that are no JSON the answer means nothing, which is harmless: they are refused later.
fn within_shape(bytes: &[u8]) -> bool {
    let (mut depth, mut nodes, mut in_string, mut escaped) = (0_usize, 1_usize, false, false);
    for byte in bytes {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                nodes += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => nodes += 1,
            _ => {}
        }
        if depth > MAX_DEPTH || nodes > MAX_NODES {
            return false;
        }
    }
    true
}

/// Whether a message is a response: it has a result or an error and no method.
pub fn is_response(message: &Value) -> bool {
    (message.get("result").is_some() || message.get("error").is_some()) && message.get("method").is_none()
}

/// Whether a message is a request of the other side.
pub fn is_request(message: &Value) -> bool {
    message.get("method").is_some_and(Value::is_string) && message.get("id").is_some_and(|id| !id.is_null())
}

/// Whether a message is a notification.
pub fn is_notification(message: &Value) -> bool {
    message.get("method").is_some_and(Value::is_string) && message.get("id").is_none_or(Value::is_null)
}

/// Whether an echoed id means ours, whatever JSON type it came back as.
pub fn same_id(echoed: Option<&Value>, ours: &Value) -> bool {
    match (echoed, ours) {
        (Some(echoed), ours) if echoed == ours => true,
        (Some(Value::String(text)), Value::Number(number)) | (Some(Value::Number(number)), Value::String(text)) => {
            text.trim() == number.to_string()
        }
        (Some(Value::Number(echoed)), Value::Number(ours)) => echoed.as_f64() == ours.as_f64(),
        _ => false,
    }
}

/// What we answer to a request of a server: a ping is answered, everything else refused, because no client capability
/// was declared.
pub(crate) fn answer_to(request: &Value) -> Value {
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    if request.get("method").and_then(Value::as_str) == Some("ping") {
        json!({ "jsonrpc": "2.0", "id": id, "result": {} })
    } else {
        json!({ "jsonrpc": "2.0", "id": id, "error": { "code": -32601, "message": "the auditor declared no such capability" } })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn messages_are_read_within_limits_only() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse(b"\xef\xbb\xbf{\"id\":1}").expect("a message"), [json!({ "id": 1 })]);
        assert_eq!(parse(b"[{},{}]").expect("messages").len(), 2);
        assert_eq!(parse(nested(MAX_DEPTH - 1).as_bytes()).expect("messages").len(), 1);
        assert_eq!(parse(nested(MAX_DEPTH).as_bytes()), Err(Unreadable::Over(Cap::Shape)));
        assert_eq!(parse(format!("[{}1]", "1,".repeat(MAX_NODES)).as_bytes()), Err(Unreadable::Over(Cap::Shape)));
        // Brackets in strings are no nesting.
        assert!(parse(format!("{{\"a\":\"{}\\\"[\"}}", "[".repeat(500)).as_bytes()).is_ok());
        for bad in ["", "7", "null", "[]", "[1]", "<html>", "{\"a\":", "{} {}"] {
            assert_eq!(parse(bad.as_bytes()), Err(Unreadable::NotMessages), "{bad:?}");
        }
    }

    #[test]
    fn a_ping_is_answered_and_all_else_refused() {
        let ping = answer_to(&json!({ "id": "a", "method": "ping" }));
        assert_eq!(ping, json!({ "jsonrpc": "2.0", "id": "a", "result": {} }));
        let sampling = answer_to(&json!({ "id": 1, "method": "sampling/createMessage" }));
        assert_eq!(sampling["error"]["code"], -32601);
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn what_is_json_within_limits_is_read(text in "[a-z\"\\\\{}\\[\\]]{0,40}", number in any::<i64>()) {
            let message = json!({ "id": number, "params": { "text": text } });
            let read = parse(message.to_string().as_bytes());
            prop_assert_eq!(read, Ok(vec![message]));
        }
    }
}
