//! What waits to be sent on one connection.
//!
//! Readers put events in and never wait: a connection that cannot keep up loses its queue and is told to subscribe
//! again, so it costs the others nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use contracts::progress::Topic;
use tokio::sync::Notify;

use crate::entry_id::EntryId;

/// One event, serialised once and shared by all connections that it goes to.
#[derive(Debug)]
pub(crate) struct LiveEvent {
    /// Its id in the topic's stream.
    pub(crate) id: EntryId,
    /// What it is about.
    pub(crate) topic: Topic,
    /// The WebSocket message.
    pub(crate) text: Utf8Bytes,
}

/// The bounded queue of one connection.
#[derive(Debug)]
pub(crate) struct Outbox {
    capacity: usize,
    waiting: Mutex<Waiting>,
    filled: Notify,
}

/// What was waiting when the connection looked.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// Topics of which events were lost, without duplicates. Their subscriptions are void.
    pub(crate) lost: Vec<Topic>,
    /// Events in their order.
    pub(crate) events: VecDeque<Arc<LiveEvent>>,
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.events.is_empty()
    }

    fn lose(&mut self, topic: &Topic) {
        if !self.lost.contains(topic) {
            self.lost.push(topic.clone());
        }
    }
}

impl Outbox {
    /// An empty queue for at most `capacity` events.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, waiting: Mutex::default(), filled: Notify::new() }
    }

    /// Queues an event. On overflow everything queued is dropped and its topics count as lost.
    pub(crate) fn push(&self, event: &Arc<LiveEvent>) {
        let mut waiting = self.lock();
        // An event behind a lost one would be a gap that the client cannot see.
        if waiting.lost.contains(&event.topic) {
            return;
        }
        let was_empty = waiting.is_empty();
        if waiting.events.len() < self.capacity {
            waiting.events.push_back(Arc::clone(event));
        } else {
            for dropped in std::mem::take(&mut waiting.events) {
                waiting.lose(&dropped.topic);
            }
            waiting.lose(&event.topic);
        }
        drop(waiting);
        if was_empty {
            self.filled.notify_one();
        }
    }

    /// Voids a subscription whose events were lost before they got here.
    pub(crate) fn lose(&self, topic: &Topic) {
        let mut waiting = self.lock();
        waiting.events.retain(|event| event.topic != *topic);
        waiting.lose(topic);
        drop(waiting);
        self.filled.notify_one();
    }

    /// Waits until something is there to take. May return early; dropping the future loses nothing.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Moves what is waiting to `taken`, whose storage is reused for what comes next.
    pub(crate) fn take(&self, taken: &mut Waiting) {
        taken.lost.clear();
        taken.events.clear();
        std::mem::swap(&mut *self.lock(), taken);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // No code panics while it holds the lock, and every state of the queue is valid.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn event(topic: &str, sequence: u64) -> Arc<LiveEvent> {
        let topic: Topic = topic.parse().unwrap();
        let text = format!("{topic} {sequence}").into();
        Arc::new(LiveEvent { id: format!("1-{sequence}").parse().unwrap(), topic, text })
    }

    pub(crate) fn taken(outbox: &Outbox) -> (Vec<String>, Vec<String>) {
        let mut waiting = Waiting::default();
        outbox.take(&mut waiting);
        let lost = waiting.lost.iter().map(ToString::to_string).collect();
        (lost, waiting.events.iter().map(|event| event.text.to_string()).collect())
    }

    #[test]
    fn a_slow_connection_loses_all_of_its_queue_and_learns_which_topics() {
        let outbox = Outbox::new(3);
        for (topic, sequence) in
            [("test:a", 1), ("test:b", 1), ("test:a", 2), ("test:c", 1), ("test:a", 3), ("test:d", 1)]
        {
            outbox.push(&event(topic, sequence));
        }
        let (lost, events) = taken(&outbox);
        assert_eq!(lost, ["test:a", "test:b", "test:c"]);
        assert_eq!(events, ["test:d 1"], "a topic that lost nothing goes on; a lost one stays silent");
        outbox.push(&event("test:a", 4));
        assert_eq!(taken(&outbox), (vec![], vec!["test:a 4".to_owned()]), "taking starts anew");
    }

    #[test]
    fn events_keep_their_order_over_several_takes() {
        let outbox = Outbox::new(8);
        let mut seen = Vec::new();
        for sequence in 1..=9 {
            outbox.push(&event("test:a", sequence));
            if sequence % 4 == 0 {
                seen.extend(taken(&outbox).1);
            }
        }
        seen.extend(taken(&outbox).1);
        assert_eq!(seen, (1..=9).map(|sequence| format!("test:a {sequence}")).collect::<Vec<_>>());
    }

    #[test]
    fn a_lost_topic_takes_only_its_own_events_away() {
        let outbox = Outbox::new(8);
        outbox.push(&event("test:a", 1));
        outbox.push(&event("test:b", 1));
        outbox.lose(&"test:a".parse().unwrap());
        outbox.lose(&"test:a".parse().unwrap());
        assert_eq!(taken(&outbox), (vec!["test:a".to_owned()], vec!["test:b 1".to_owned()]));
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_also_by_what_came_before() {
        let outbox = Outbox::new(1);
        outbox.push(&event("test:a", 1));
        outbox.filled().await;
        outbox.lose(&"test:a".parse().unwrap());
        outbox.filled().await;
        assert_eq!(taken(&outbox).0, ["test:a"]);
    }
}
