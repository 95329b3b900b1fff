//! One WebSocket connection, from the handshake to its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use contracts::ids::OrgId;
use contracts::progress::{ClientMessage, ServerMessage, Topic};
use futures_util::SinkExt as _;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tracing::debug;

use crate::budget::Budget;
use crate::connections::Admission;
use crate::entry_id::EntryId;
use crate::fanout::Fanout;
use crate::history::{self, History};
use crate::hub::{Channel, ConnectionId};
use crate::outbox::{LiveEvent, Outbox, Waiting};

/// How many topics one connection may follow: a dashboard shows one test, or a list of running ones.
pub(crate) const MAX_TOPICS: usize = 32;
/// A client that takes no bytes for so long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a client may take to answer our closing frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long history may take: the other topics of this connection wait for it.
const HISTORY_TIMEOUT: Duration = Duration::from_secs(5);

const UNAVAILABLE: &str = "progress is not available at the moment: subscribe again in a few seconds or poll the API";

/// Why a connection ends.
enum End {
    /// The client closed it, broke it or fell silent: there is nobody to tell.
    Gone,
    /// We end it; the client is told why.
    Close(u16, &'static str),
}

/// A connection with its subscriptions. Dropping it ends them.
pub(crate) struct Connection {
    id: ConnectionId,
    org: OrgId,
    fanout: Arc<Fanout>,
    outbox: Arc<Outbox>,
    following: Following,
    budget: Budget,
    /// Frees the connection's place when it ends.
    _admission: Admission,
}

impl Connection {
    pub(crate) fn new(id: ConnectionId, org: OrgId, fanout: Arc<Fanout>, admission: Admission) -> Self {
        let outbox = Arc::new(Outbox::new(fanout.limits.queue));
        let budget = Budget::new(std::time::Instant::now());
        Self { id, org, fanout, outbox, following: Following::default(), budget, _admission: admission }
    }

    /// Serves the connection until it ends.
    pub(crate) async fn run(mut self, mut socket: WebSocket) {
        if let End::Close(code, reason) = self.serve(&mut socket).await {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
            let farewell = async {
                socket.send(Message::Close(Some(frame))).await?;
                // Without waiting for the answer the kernel could reset the connection before the frame is read.
                while let Some(message) = socket.recv().await {
                    message?;
                }
                Ok::<(), axum::Error>(())
            };
            // Whether the client heard it or not, the connection ends here.
            let _ = timeout(CLOSE_TIMEOUT, farewell).await;
        }
    }

    async fn serve(&mut self, socket: &mut WebSocket) -> End {
        let fanout = Arc::clone(&self.fanout);
        let limits = &fanout.limits;
        let oldest = Instant::now() + limits.max_age;
        let mut heard = Instant::now();
        let mut pings = interval_at(heard + limits.ping_every, limits.ping_every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut waiting = Waiting::default();
        let outbox = Arc::clone(&self.outbox);
        loop {
            let step = tokio::select! {
                () = fanout.shutdown.cancelled() => Err(End::Close(close_code::AWAY, "the server restarts: connect again")),
                () = sleep_until(oldest) => Err(End::Close(close_code::AWAY, "the session is over: connect again with a new ticket")),
                _ = pings.tick() => {
                    if heard.elapsed() >= limits.idle_timeout { Err(End::Gone) } else { send(socket, Message::Ping(bytes::Bytes::new())).await }
                }
                received = socket.recv() => match received {
                    Some(Ok(message)) => {
                        heard = Instant::now();
                        self.receive(socket, message).await
                    }
                    Some(Err(_)) | None => Err(End::Gone),
                },
                () = outbox.filled() => {
                    outbox.take(&mut waiting);
                    self.deliver(socket, &waiting).await
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Sends what waited: many events with one flush.
    async fn deliver(&mut self, socket: &mut WebSocket, waiting: &Waiting) -> Result<(), End> {
        for topic in &waiting.lost {
            self.unsubscribe(topic);
            metrics::counter!("mcp_audit_progress_resyncs_total").increment(1);
        }
        let sending = async {
            let mut delivered: u64 = 0;
            for topic in &waiting.lost {
                socket.feed(Message::Text(text(&ServerMessage::Resync { topic: topic.clone() }))).await?;
            }
            for event in &waiting.events {
                if self.following.accepts(event) {
                    socket.feed(Message::Text(event.text.clone())).await?;
                    delivered += 1;
                }
            }
            metrics::counter!("mcp_audit_progress_deliveries_total").increment(delivered);
            socket.flush().await
        };
        finished(timeout(SEND_TIMEOUT, sending).await)
    }

    async fn receive(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        let json = match message {
            Message::Text(json) => json,
            Message::Binary(_) => return Err(End::Close(close_code::UNSUPPORTED, "send JSON as text messages")),
            // The library answers both; the next read ends.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        if !self.budget.spend(std::time::Instant::now()) {
            return Err(End::Close(close_code::POLICY, "too many messages: send at most ten a second"));
        }
        match serde_json::from_str(&json) {
            Ok(ClientMessage::Subscribe { topic, after }) => self.subscribe(socket, topic, after).await,
            Ok(ClientMessage::Unsubscribe { topic }) => {
                self.unsubscribe(&topic);
                Ok(())
            }
            Ok(ClientMessage::Ping) => send(socket, Message::Text(text(&ServerMessage::Pong))).await,
            Err(error) => refuse(socket, format!("not a message of this service: {error}")).await,
        }
    }

    /// Follows a topic without a gap: live events are collected first, then the past is read and sent, then those of the
    /// collected events go out that the past did not contain.
    async fn subscribe(&mut self, socket: &mut WebSocket, topic: Topic, after: Option<String>) -> Result<(), End> {
        let after = match after.map(|id| id.parse::<EntryId>()).transpose() {
            Ok(after) => after,
            Err(error) => return refuse(socket, format!("`after` is {error}")).await,
        };
        if !self.following.has_room_for(&topic) {
            return refuse(
                socket,
                format!("a connection follows at most {MAX_TOPICS} topics: unsubscribe from one first"),
            )
            .await;
        }
        let channel = self.channel(&topic);
        if !self.fanout.readers.is_following(&channel) {
            return refuse(socket, UNAVAILABLE.to_owned()).await;
        }
        self.fanout.hub.subscribe(channel.clone(), self.id, Arc::clone(&self.outbox));
        // From here on dropping the connection ends the subscription.
        self.following.join(topic.clone(), after.unwrap_or(EntryId::START));

        let past = history::read(self.fanout.redis.get(), &channel, after);
        let past = timeout(HISTORY_TIMEOUT, past).await.unwrap_or_else(|_| Err(history::Unreadable::Timeout));
        match past {
            Ok(History::Snapshot { last, steps }) => {
                self.following.join(topic.clone(), last.unwrap_or(EntryId::START));
                let id = last.map(|last| last.to_string());
                send(socket, Message::Text(text(&ServerMessage::Snapshot { topic, id, steps }))).await
            }
            Ok(History::Replay(events)) => {
                let events = events.into_iter().map(Arc::new).collect();
                self.deliver(socket, &Waiting { lost: Vec::new(), events }).await
            }
            Ok(History::Gone) => {
                self.unsubscribe(&topic);
                send(socket, Message::Text(text(&ServerMessage::Resync { topic }))).await
            }
            Err(error) => {
                // The readers of the same Redis say it once, aloud.
                debug!(%error, "could not read the history of a topic");
                self.unsubscribe(&topic);
                refuse(socket, UNAVAILABLE.to_owned()).await
            }
        }
    }

    fn unsubscribe(&mut self, topic: &Topic) {
        if self.following.leave(topic) {
            self.fanout.hub.unsubscribe(&self.channel(topic), self.id);
        }
    }

    fn channel(&self, topic: &Topic) -> Channel {
        Channel { org: self.org.clone(), topic: topic.clone() }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        for topic in self.following.topics() {
            self.fanout.hub.unsubscribe(&self.channel(topic), self.id);
        }
    }
}

/// The topics of one connection, each with the last event that was sent.
#[derive(Debug, Default)]
struct Following(HashMap<Topic, EntryId>);

impl Following {
    fn has_room_for(&self, topic: &Topic) -> bool {
        self.0.len() < MAX_TOPICS || self.0.contains_key(topic)
    }

    /// Everything up to `last` counts as sent.
    fn join(&mut self, topic: Topic, last: EntryId) {
        self.0.insert(topic, last);
    }

    /// Returns whether the topic was followed.
    fn leave(&mut self, topic: &Topic) -> bool {
        self.0.remove(topic).is_some()
    }

    /// Whether to send the event: it is followed and newer than what was sent. It then counts as sent.
    fn accepts(&mut self, event: &LiveEvent) -> bool {
        match self.0.get_mut(&event.topic) {
            Some(last) if *last < event.id => {
                *last = event.id;
                true
            }
            _ => false,
        }
    }

    fn topics(&self) -> impl Iterator<Item = &Topic> {
        self.0.keys()
    }
}

/// The JSON of a message.
pub(crate) fn text(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message).expect("server messages are made of strings, numbers and lists").into()
}

async fn refuse(socket: &mut WebSocket, detail: String) -> Result<(), End> {
    send(socket, Message::Text(text(&ServerMessage::Error { detail }))).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    finished(timeout(SEND_TIMEOUT, socket.send(message)).await)
}

/// Whatever keeps a message from being sent, there is nobody to tell.
fn finished(sent: Result<Result<(), axum::Error>, Elapsed>) -> Result<(), End> {
    sent.map_err(|_| End::Gone)?.map_err(|_| End::Gone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::tests::event;

    fn topic(text: &str) -> Topic {
        text.parse().unwrap()
    }

    fn id(text: &str) -> EntryId {
        text.parse().unwrap()
    }

    #[test]
    fn joining_leaves_no_gap_and_repeats_nothing() {
        let mut following = Following::default();
        // Live events 2, 3 and 4 were collected while the past was read; it already contained 1 to 3.
        following.join(topic("test:a"), id("1-3"));
        let sent: Vec<u64> = (2..=4).filter(|sequence| following.accepts(&event("test:a", *sequence))).collect();
        assert_eq!(sent, [4]);
        assert!(!following.accepts(&event("test:a", 4)), "a reader that starts again repeats events");
        assert!(following.accepts(&event("test:a", 5)));
    }

    #[test]
    fn what_is_not_followed_is_not_sent() {
        let mut following = Following::default();
        assert!(!following.accepts(&event("test:a", 1)));
        following.join(topic("test:a"), EntryId::START);
        assert!(!following.accepts(&event("scan:a", 1)));
        assert!(following.accepts(&event("test:a", 1)));
        assert!(following.leave(&topic("test:a")));
        assert!(!following.leave(&topic("test:a")));
        assert!(!following.accepts(&event("test:a", 2)), "it was still in the queue when the topic was left");
    }

    #[test]
    fn the_number_of_topics_is_limited() {
        let mut following = Following::default();
        for number in 0..MAX_TOPICS {
            let topic = topic(&format!("test:{number}"));
            assert!(following.has_room_for(&topic));
            following.join(topic, EntryId::START);
        }
        assert!(!following.has_room_for(&topic("test:one-more")));
        assert!(following.has_room_for(&topic("test:0")), "to start again at a followed topic is no new one");
    }
}
