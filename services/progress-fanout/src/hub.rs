//! Who follows what: from an organisation's topic to the connections that want its events.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contracts::ids::OrgId;
use contracts::progress::Topic;

use crate::outbox::{LiveEvent, Outbox};

/// Locks are held for one topic's delivery; more parts than cores keeps the readers out of each other's way.
const PARTS: usize = 64;

/// A topic of one organisation. The organisation is part of the key, so a topic's name alone leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Channel {
    /// From the connection's ticket, or from the event.
    pub(crate) org: OrgId,
    /// What is followed.
    pub(crate) topic: Topic,
}

/// Distinguishes the connections of this process.
pub(crate) type ConnectionId = u64;

type Followers = HashMap<ConnectionId, Arc<Outbox>>;
type Part = HashMap<Channel, Followers>;

/// All subscriptions of this process.
#[derive(Debug)]
pub(crate) struct Hub {
    hasher: RandomState,
    parts: Box<[Mutex<Part>]>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self { hasher: RandomState::new(), parts: (0..PARTS).map(|_| Mutex::default()).collect() }
    }

    /// From now on the connection's outbox receives the channel's events.
    pub(crate) fn subscribe(&self, channel: Channel, connection: ConnectionId, outbox: Arc<Outbox>) {
        self.part(&channel).entry(channel).or_default().insert(connection, outbox);
    }

    /// Ends a subscription. Events that are already in the outbox stay there.
    pub(crate) fn unsubscribe(&self, channel: &Channel, connection: ConnectionId) {
        let mut part = self.part(channel);
        if let Some(followers) = part.get_mut(channel) {
            followers.remove(&connection);
            if followers.is_empty() {
                part.remove(channel);
            }
        }
    }

    /// Whether anyone follows the channel, so that an event that nobody wants is not even serialised.
    pub(crate) fn is_followed(&self, channel: &Channel) -> bool {
        self.part(channel).contains_key(channel)
    }

    /// Hands an event to all followers. Never waits for one of them.
    pub(crate) fn publish(&self, channel: &Channel, event: &Arc<LiveEvent>) {
        if let Some(followers) = self.part(channel).get(channel) {
            for outbox in followers.values() {
                outbox.push(event);
            }
        }
    }

    /// Tells the followers of all matching channels that events were lost.
    pub(crate) fn lose(&self, matching: impl Fn(&Channel) -> bool) {
        for part in &self.parts {
            for (channel, followers) in &*lock(part) {
                if matching(channel) {
                    for outbox in followers.values() {
                        outbox.lose(&channel.topic);
                    }
                }
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the remainder is smaller than the number of parts")]
    fn part(&self, channel: &Channel) -> MutexGuard<'_, Part> {
        let index = self.hasher.hash_one(channel) % PARTS as u64;
        lock(&self.parts[index as usize])
    }
}

fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    // No code panics while it holds the lock, and every state of the map is valid.
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::tests::{event, taken};

    fn channel(org: &str, topic: &str) -> Channel {
        Channel { org: org.parse().unwrap(), topic: topic.parse().unwrap() }
    }

    fn follower(hub: &Hub, connection: ConnectionId, org: &str, topic: &str, capacity: usize) -> Arc<Outbox> {
        let outbox = Arc::new(Outbox::new(capacity));
        hub.subscribe(channel(org, topic), connection, Arc::clone(&outbox));
        outbox
    }

    #[test]
    fn an_event_reaches_the_followers_of_its_own_organisation_only() {
        let hub = Hub::new();
        let ours = follower(&hub, 1, "org-a", "test:t", 8);
        let foreign = follower(&hub, 2, "org-b", "test:t", 8);
        let other_topic = follower(&hub, 3, "org-a", "scan:t", 8);
        hub.publish(&channel("org-a", "test:t"), &event("test:t", 1));
        assert_eq!(taken(&ours).1, ["test:t 1"]);
        assert_eq!(taken(&foreign), (vec![], vec![]));
        assert_eq!(taken(&other_topic), (vec![], vec![]));
    }

    #[test]
    fn a_slow_follower_does_not_disturb_a_fast_one() {
        let hub = Hub::new();
        let slow = follower(&hub, 1, "org-a", "test:t", 2);
        let fast = follower(&hub, 2, "org-a", "test:t", 2);
        let mut seen = Vec::new();
        for sequence in 1..=5 {
            hub.publish(&channel("org-a", "test:t"), &event("test:t", sequence));
            seen.extend(taken(&fast).1);
        }
        assert_eq!(seen.len(), 5);
        assert_eq!(taken(&slow), (vec!["test:t".to_owned()], vec![]));
    }

    #[test]
    fn the_last_one_to_leave_removes_the_channel() {
        let hub = Hub::new();
        let first = follower(&hub, 1, "org-a", "test:t", 8);
        follower(&hub, 2, "org-a", "test:t", 8);
        hub.unsubscribe(&channel("org-a", "test:t"), 1);
        hub.publish(&channel("org-a", "test:t"), &event("test:t", 1));
        assert_eq!(taken(&first), (vec![], vec![]));
        assert!(hub.is_followed(&channel("org-a", "test:t")));
        hub.unsubscribe(&channel("org-a", "test:t"), 2);
        hub.unsubscribe(&channel("org-a", "test:t"), 2);
        assert!(!hub.is_followed(&channel("org-a", "test:t")));
    }

    #[test]
    fn a_gap_is_told_to_those_it_concerns() {
        let hub = Hub::new();
        let concerned = follower(&hub, 1, "org-a", "test:t", 8);
        let other = follower(&hub, 2, "org-b", "test:t", 8);
        hub.lose(|channel| channel.org.as_str() == "org-a");
        assert_eq!(taken(&concerned).0, ["test:t"]);
        assert_eq!(taken(&other), (vec![], vec![]));
    }
}
