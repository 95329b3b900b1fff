//! Who waits for which response, on a connection whose answers all come on one stream.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use tokio::sync::mpsc;

use crate::wire::inbox::{INBOX_LENGTH, Incoming, Wait};
use crate::wire::jsonrpc;
use crate::wire::record::lock;

/// The exchanges under way.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    entries: Mutex<Vec<Entry>>,
    next: AtomicU64,
}

#[derive(Debug, Clone)]
struct Entry {
    number: u64,
    ids: Vec<Value>,
    /// Takes responses that nobody else waits for.
    any: bool,
    inbox: mpsc::Sender<Incoming>,
}

/// A place in the list, given up when it drops.
#[derive(Debug)]
pub(crate) struct Place<'w> {
    waiting: &'w Waiting,
    number: u64,
    pub(crate) inbox: mpsc::Receiver<Incoming>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        lock(&self.waiting.entries).retain(|entry| entry.number != self.number);
    }
}

impl Waiting {
    /// Begins to wait.
    pub(crate) fn wait(&self, wait: &Wait) -> Place<'_> {
        let (sender, inbox) = mpsc::channel(INBOX_LENGTH);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let entry = Entry { number, ids: wait.ids.clone(), any: wait.any.is_some(), inbox: sender };
        lock(&self.entries).push(entry);
        Place { waiting: self, number, inbox }
    }

    /// Gives a message to those whom it concerns: a response to whoever asked, a notification to all.
    pub(crate) async fn deliver(&self, message: &Value) {
        for entry in self.concerned(message) {
            // Whoever stopped waiting needs it no more.
            let _ = entry.inbox.send(Incoming::Message(message.clone())).await;
        }
    }

    /// Tells all that the connection is of no use any more.
    pub(crate) async fn end(&self, last: impl Fn() -> Incoming) {
        let entries = lock(&self.entries).clone();
        for entry in entries {
            // Whoever stopped waiting needs it no more.
            let _ = entry.inbox.send(last()).await;
        }
    }

    fn concerned(&self, message: &Value) -> Vec<Entry> {
        let entries = lock(&self.entries);
        let of =
            |chosen: &dyn Fn(&Entry) -> bool| entries.iter().filter(|entry| chosen(entry)).cloned().collect::<Vec<_>>();
        if !jsonrpc::is_response(message) {
            return entries.clone();
        }
        let asking = of(&|entry| entry.ids.iter().any(|id| jsonrpc::same_id(message.get("id"), id)));
        if !asking.is_empty() {
            return asking;
        }
        // An error without id answers something unreadable, so most likely a raw body.
        let raw = of(&|entry| entry.any);
        let is_addressed = message.get("id").is_some_and(|id| !id.is_null());
        if raw.is_empty() && !is_addressed { entries.clone() } else { raw }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::connection::{EXCHANGE, FIRST_BYTE};

    fn wait(id: u64, any: Option<usize>) -> Wait {
        Wait { ids: vec![json!(id)], any, first: FIRST_BYTE, whole: EXCHANGE, exactly: None }
    }

    fn received(place: &mut Place<'_>) -> Vec<Value> {
        let message =
            |incoming| if let Incoming::Message(message) = incoming { Some(message["id"].clone()) } else { None };
        std::iter::from_fn(|| place.inbox.try_recv().ok()).filter_map(message).collect()
    }

    #[tokio::test]
    async fn responses_find_their_askers_and_notices_find_all() {
        let waiting = Waiting::default();
        let (mut first, mut second, mut raw) =
            (waiting.wait(&wait(1, None)), waiting.wait(&wait(2, None)), waiting.wait(&wait(3, Some(1))));
        for message in [
            json!({ "id": 2, "result": {} }),
            json!({ "id": "1", "result": {} }),
            json!({ "id": 99, "result": {} }),
            json!({ "method": "n" }),
        ] {
            waiting.deliver(&message).await;
        }
        assert_eq!(received(&mut first), [json!("1"), Value::Null]);
        assert_eq!(received(&mut second), [json!(2), Value::Null]);
        assert_eq!(received(&mut raw), [json!(99), Value::Null]);
        drop(first);
        assert_eq!(lock(&waiting.entries).len(), 2);
    }
}
