//! Collects what comes for one request on connections that carry many: HTTP+SSE and stdio.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::wire::connection::{FIRST_BYTE, GRACE, IDLE, MAX_MESSAGE_BYTES, MAX_NOTIFICATIONS};
use crate::wire::jsonrpc;
use crate::wire::message::Parts;
use crate::wire::record::Cap;

/// Messages that wait to be read. A server that floods us is then held up by its own pipe.
pub(crate) const INBOX_LENGTH: usize = 256;

/// What the reader of a connection passes on.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A message.
    Message(Value),
    /// Something over a limit, which was skipped.
    Over(Cap),
    /// The end, and why.
    Closed(String),
}

/// What came for one request.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(crate) messages: Vec<Value>,
    pub(crate) body: Vec<u8>,
    pub(crate) first: Option<Duration>,
    pub(crate) total: Duration,
    pub(crate) truncated: Option<Cap>,
    /// Why the connection ended, if it did.
    pub(crate) closed: Option<String>,
}

/// What to wait for.
#[derive(Debug)]
pub(crate) struct Wait {
    /// A response to one of these ends the wait; none means that nothing is waited for.
    pub(crate) ids: Vec<Value>,
    /// So many responses end the wait, whatever their ids: for raw bodies, which a server may read otherwise than we do.
    pub(crate) any: Option<usize>,
    /// How long to wait for the first message.
    pub(crate) first: Duration,
    /// How long to wait for the end.
    pub(crate) whole: Duration,
    /// Waits exactly so long, whatever comes.
    pub(crate) exactly: Option<Duration>,
}

impl Wait {
    /// The usual wait for the response to a request.
    pub(crate) fn of(parts: &Parts) -> Self {
        Self {
            ids: parts.expected_id().into_iter().collect(),
            any: parts.expected_responses(),
            first: parts.first_byte.unwrap_or(FIRST_BYTE),
            whole: parts.whole.max(parts.first_byte.unwrap_or_default()),
            exactly: parts.read_for,
        }
    }

    fn is_answered_by(&self, message: &Value) -> bool {
        let answers = |id: &Value| jsonrpc::same_id(message.get("id"), id);
        jsonrpc::is_response(message)
            && (self.any.is_some() || message.get("id").is_none_or(Value::is_null) || self.ids.iter().any(answers))
    }
}

/// Throws away what came before the request that follows.
pub(crate) fn drain(inbox: &mut mpsc::Receiver<Incoming>) {
    // What is a notification has been recorded by the reader. Bounded: a flood is faster than this loop.
    for _ in 0..INBOX_LENGTH {
        match inbox.try_recv() {
            Ok(Incoming::Message(_) | Incoming::Over(_)) => {}
            Ok(Incoming::Closed(_)) | Err(_) => return,
        }
    }
}

/// Collects what comes for one request.
pub(crate) async fn collect(inbox: &mut mpsc::Receiver<Incoming>, wait: &Wait) -> Collected {
    let start = Instant::now();
    let mut collected = Collected::default();
    let mut notifications = 0;
    let mut missing = wait.any.unwrap_or(1);
    let mut grace: Option<Instant> = None;
    if wait.ids.is_empty() && wait.exactly.is_none() {
        return collected;
    }
    loop {
        let end = match (wait.exactly, grace) {
            (Some(exactly), _) => start + exactly,
            (None, Some(grace)) => grace,
            (None, None) if collected.first.is_none() => start + wait.first,
            (None, None) => (Instant::now() + IDLE).min(start + wait.whole),
        };
        let Ok(incoming) = timeout_at(end, inbox.recv()).await else {
            if wait.exactly.is_none() && grace.is_none() {
                collected.truncated = Some(Cap::Time);
            }
            break;
        };
        match incoming {
            Some(Incoming::Message(message)) => {
                let answered = wait.is_answered_by(&message);
                if !jsonrpc::is_response(&message) {
                    notifications += 1;
                } else if !answered {
                    // The late answer to a request that was given up.
                    continue;
                }
                collected.first.get_or_insert_with(|| start.elapsed());
                let text = message.to_string();
                if notifications > MAX_NOTIFICATIONS {
                    collected.truncated = Some(Cap::Notifications);
                    break;
                }
                if collected.body.len() + text.len() > MAX_MESSAGE_BYTES {
                    collected.truncated = Some(Cap::Message);
                    break;
                }
                collected.body.extend_from_slice(text.as_bytes());
                collected.body.push(b'\n');
                collected.messages.push(message);
                // What is refused as a whole is answered once, without an id.
                let is_whole = collected.messages.last().is_some_and(|last| last.get("id").is_none_or(Value::is_null));
                if answered {
                    missing = if is_whole { 0 } else { missing.saturating_sub(1) };
                }
                if missing == 0 && grace.is_none() {
                    grace = Some(Instant::now() + GRACE.min(Duration::from_millis(5)));
                }
            }
            Some(Incoming::Over(cap)) => {
                collected.first.get_or_insert_with(|| start.elapsed());
                collected.truncated = Some(cap);
                break;
            }
            Some(Incoming::Closed(reason)) => {
                collected.closed = Some(reason);
                break;
            }
            None => {
                collected.closed = Some("the connection is closed".to_owned());
                break;
            }
        }
    }
    collected.total = start.elapsed();
    collected
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::connection::EXCHANGE;

    fn wait(exactly: Option<Duration>) -> Wait {
        Wait { ids: vec![json!(2)], any: None, first: Duration::from_secs(10), whole: EXCHANGE, exactly }
    }

    fn sent(messages: Vec<Incoming>) -> mpsc::Receiver<Incoming> {
        let (sender, receiver) = mpsc::channel(INBOX_LENGTH);
        tokio::spawn(async move {
            for message in messages {
                if sender.send(message).await.is_err() {
                    return;
                }
            }
            sender.closed().await;
        });
        receiver
    }

    #[tokio::test(start_paused = true)]
    async fn the_response_ends_the_wait_and_late_ones_are_skipped() {
        let message = |message: Value| Incoming::Message(message);
        let mut inbox = sent(vec![
            message(json!({ "id": 1, "result": "late" })),
            message(json!({ "method": "notifications/progress" })),
            message(json!({ "id": "2", "result": "ours" })),
        ]);
        let collected = collect(&mut inbox, &wait(None)).await;
        assert_eq!((collected.messages.len(), collected.truncated), (2, None));
        assert!(collected.total < Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_floods_and_ends_are_told_apart() {
        let mut inbox = sent(Vec::new());
        let silent = collect(&mut inbox, &wait(None)).await;
        assert_eq!((silent.truncated, silent.first, silent.total), (Some(Cap::Time), None, Duration::from_secs(10)));

        let flood = || Incoming::Message(json!({ "method": "notifications/message" }));
        let mut inbox = sent((0..2 * MAX_NOTIFICATIONS).map(|_| flood()).collect());
        assert_eq!(collect(&mut inbox, &wait(None)).await.truncated, Some(Cap::Notifications));

        let mut inbox = sent(vec![flood(), Incoming::Closed("exited".to_owned())]);
        assert_eq!(collect(&mut inbox, &wait(None)).await.closed.as_deref(), Some("exited"));

        let mut inbox = sent(vec![flood()]);
        let listened = collect(&mut inbox, &wait(Some(Duration::from_secs(3)))).await;
        assert_eq!((listened.truncated, listened.total), (None, Duration::from_secs(3)));
    }
}
