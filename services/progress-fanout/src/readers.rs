//! Follows the shard streams, one reader each, and hands what is new to the hub.
//!
//! A reader remembers its place, so an interruption of Redis delays events but loses none. Where it finds that entries
//! were cut off before it read them, it says so to everyone concerned instead of leaving a silent gap.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::streams::{StreamId, StreamRangeReply, StreamReadReply};
use redis::{RedisError, RedisResult};
use runtime::progress::{SHARDS, ShardEntry, shard_of, shard_stream};
use runtime::redis_client;
use runtime::retry::Policy;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::entry_id::EntryId;
use crate::history::live_event;
use crate::hub::{Channel, Hub};

/// How long Redis waits for an entry before it answers that there is none.
const BLOCK: Duration = Duration::from_secs(5);
/// Answers later than this come from a dead connection.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(8);
/// Entries that one read fetches.
const BATCH: usize = 500;
const RETRIES: Policy = Policy::forever(Duration::from_millis(100), Duration::from_secs(2));

/// The readers of this process.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    /// By shard: the reader has its place, so nothing that is written from now on escapes it.
    following: [AtomicBool; SHARDS as usize],
}

impl Readers {
    /// Starts all readers. They end with `shutdown`. Fails only when the URL is malformed.
    pub(crate) fn start(
        url: &SecretString,
        hub: &Arc<Hub>,
        shutdown: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<Arc<Self>, RedisError> {
        let readers = Arc::new(Self::default());
        for shard in 0..SHARDS {
            // A connection of its own each, because a blocking read holds up everything else on the same one.
            let redis = redis_client::connect_with(url, RESPONSE_TIMEOUT)?;
            let reader = Reader { shard, redis, hub: Arc::clone(hub), readers: Arc::clone(&readers), place: None };
            let shutdown = shutdown.clone();
            tasks.spawn(async move { shutdown.run_until_cancelled(reader.run()).await });
        }
        Ok(readers)
    }

    /// Whether the channel's events arrive here. False only until Redis answered for the first time.
    pub(crate) fn is_following(&self, channel: &Channel) -> bool {
        self.following[usize::from(shard_of(&channel.org, &channel.topic))].load(Ordering::Acquire)
    }
}

struct Reader {
    shard: u8,
    redis: ConnectionManager,
    hub: Arc<Hub>,
    readers: Arc<Readers>,
    /// The last entry that was read; absent until the end of the stream was looked up.
    place: Option<EntryId>,
}

impl Reader {
    async fn run(mut self) {
        loop {
            if let Err(cause) = self.read_on().await {
                metrics::counter!("mcp_audit_progress_interruptions_total").increment(1);
                warn!(shard = self.shard, "cannot read progress from Redis, trying again until it is back: {cause}");
                self.recover().await;
                info!(shard = self.shard, "reads progress from Redis again");
            }
        }
    }

    /// Waits until Redis is back.
    async fn recover(&mut self) {
        for delay in RETRIES.delays() {
            tokio::time::sleep(delay).await;
            match self.find_place().await {
                Ok(()) => return,
                Err(cause) => debug!(shard = self.shard, "still cannot read progress from Redis: {cause}"),
            }
        }
    }

    /// Reads one batch. Looks up its place first where it has none.
    async fn read_on(&mut self) -> RedisResult<()> {
        let Some(place) = self.place else { return self.find_place().await };
        let reply: Option<StreamReadReply> = redis::cmd("XREAD")
            .arg("COUNT")
            .arg(BATCH)
            .arg("BLOCK")
            .arg(BLOCK.as_millis())
            .arg("STREAMS")
            .arg(shard_stream(self.shard))
            .arg(place.to_string())
            .query_async(&mut self.redis)
            .await?;
        let entries: Vec<StreamId> = reply.into_iter().flat_map(|reply| reply.keys).flat_map(|key| key.ids).collect();
        for entry in &entries {
            self.hand_on(entry);
            // Followers get a turn between two events; otherwise a burst would overflow those who are not slow at all.
            tokio::task::yield_now().await;
        }
        if entries.len() == BATCH {
            // So far behind that the end of what is kept may have come near.
            self.find_place().await?;
        }
        Ok(())
    }

    fn hand_on(&mut self, entry: &StreamId) {
        match entry.id.parse() {
            Ok(id) => self.place = Some(id),
            Err(error) => warn!(shard = self.shard, id = entry.id, "redis gave an entry without a place: {error}"),
        }
        let read = match ShardEntry::decode(&entry.map) {
            Ok(read) => read,
            Err(error) => {
                return warn!(shard = self.shard, id = entry.id, "passed over an entry that is not progress: {error}");
            }
        };
        let channel = Channel { org: read.org, topic: read.topic };
        if !self.hub.is_followed(&channel) {
            return;
        }
        match read.id.parse() {
            Ok(id) => self.hub.publish(&channel, &Arc::new(live_event(&channel, id, read.step))),
            Err(error) => warn!(shard = self.shard, id = entry.id, "passed over progress without an id: {error}"),
        }
    }

    /// Looks up the end of the stream at the start; later, whether all entries since its place are still there.
    async fn find_place(&mut self) -> RedisResult<()> {
        let first = self.edge("XRANGE", "-", "+").await?;
        let last = self.edge("XREVRANGE", "+", "-").await?;
        match self.place {
            None => self.place = Some(last.unwrap_or(EntryId::START)),
            Some(place) if is_unbroken(place, first, last) => {}
            Some(_) => {
                warn!(
                    shard = self.shard,
                    "progress was cut off before it was read, telling those who follow to start again"
                );
                self.place = Some(last.unwrap_or(EntryId::START));
                let shard = self.shard;
                self.hub.lose(|channel| shard_of(&channel.org, &channel.topic) == shard);
            }
        }
        self.readers.following[usize::from(self.shard)].store(true, Ordering::Release);
        Ok(())
    }

    /// The first entry in the direction of `command`.
    async fn edge(&mut self, command: &str, start: &str, end: &str) -> RedisResult<Option<EntryId>> {
        let key = shard_stream(self.shard);
        let reply: StreamRangeReply =
            redis::cmd(command).arg(key).arg(start).arg(end).arg("COUNT").arg(1).query_async(&mut self.redis).await?;
        Ok(reply.ids.first().and_then(|entry| entry.id.parse().ok()))
    }
}

/// Whether a stream from `first` to `last` still has everything behind `place`: what was read last is at or behind its
/// start, as streams are cut at their start only, and not beyond its end, as after a failover to older data.
fn is_unbroken(place: EntryId, first: Option<EntryId>, last: Option<EntryId>) -> bool {
    match (first, last) {
        (Some(first), Some(last)) => place == EntryId::START || (first <= place && place <= last),
        _ => place == EntryId::START,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_noticed_wherever_it_comes_from() {
        let id = |text: &str| text.parse::<EntryId>().unwrap();
        let unbroken = |place: &str, first: &str, last: &str| is_unbroken(id(place), Some(id(first)), Some(id(last)));
        assert!(unbroken("5-0", "1-0", "9-0"));
        assert!(unbroken("5-0", "5-0", "5-0"));
        assert!(unbroken("0-0", "1-0", "9-0"), "it was empty before");
        assert!(!unbroken("5-0", "6-0", "9-0"), "the start was cut off");
        assert!(!unbroken("5-0", "1-0", "4-0"), "Redis went back to older data");
        assert!(!is_unbroken(id("5-0"), None, None), "Redis lost everything");
        assert!(is_unbroken(EntryId::START, None, None));
    }
}
