//! What happened on a topic before a client followed it.

use contracts::progress::{Progress, ServerMessage};
use redis::RedisError;
use redis::aio::ConnectionManager;
use redis::streams::StreamRangeReply;
use runtime::progress::{DecodeError, decode_step, topic_stream};

use crate::connection::text;
use crate::entry_id::{EntryId, InvalidEntryId};
use crate::hub::Channel;
use crate::outbox::LiveEvent;

/// Entries that one read fetches.
const PAGE: usize = 1_000;
/// Reads for one topic at most: beyond the length that writers keep, so that only a broken one is cut.
const MAX_PAGES: usize = 12;

/// The past of a topic.
#[derive(Debug)]
pub(crate) enum History {
    /// All steps.
    Snapshot {
        /// Id of the last one; absent where there is none yet.
        last: Option<EntryId>,
        /// Oldest first.
        steps: Vec<Progress>,
    },
    /// The steps behind the one that the client saw last, oldest first.
    Replay(Vec<LiveEvent>),
    /// The step that the client saw last is no longer kept, so some that it did not see may be lost as well.
    Gone,
}

/// Why the past could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Redis did not answer, or not in time.
    #[error("redis: {0}")]
    Redis(#[from] RedisError),
    /// Redis took too long for all of it.
    #[error("reading took too long")]
    Timeout,
    /// An entry is not one of ours.
    #[error("an entry of the stream is unreadable: {0}")]
    Step(#[from] DecodeError),
    /// An id is not one of Redis.
    #[error(transparent)]
    Id(#[from] InvalidEntryId),
    /// More than any writer keeps.
    #[error("the stream is longer than writers keep it")]
    TooLong,
}

/// Reads the steps of a topic: all, or those behind `after`.
///
/// The key contains the organisation of the connection, so a foreign topic is simply a stream that does not exist.
pub(crate) async fn read(
    redis: ConnectionManager,
    channel: &Channel,
    after: Option<EntryId>,
) -> Result<History, Unreadable> {
    // The one that was seen last is read as well: where it is still there, nothing behind it was cut off.
    let mut entries = range(redis, channel, after).await?.into_iter();
    let Some(after) = after else {
        let mut last = None;
        let mut steps = Vec::new();
        for (id, step) in entries {
            last = Some(id);
            steps.push(step);
        }
        return Ok(History::Snapshot { last, steps });
    };
    if entries.next().is_none_or(|(first, _)| first != after) {
        return Ok(History::Gone);
    }
    let event = |(id, step)| live_event(channel, id, step);
    Ok(History::Replay(entries.map(event).collect()))
}

/// Serialises an event, once for all who get it.
pub(crate) fn live_event(channel: &Channel, id: EntryId, step: Progress) -> LiveEvent {
    let message = ServerMessage::Event { topic: channel.topic.clone(), id: id.to_string(), step };
    LiveEvent { id, topic: channel.topic.clone(), text: text(&message) }
}

async fn range(
    mut redis: ConnectionManager,
    channel: &Channel,
    from: Option<EntryId>,
) -> Result<Vec<(EntryId, Progress)>, Unreadable> {
    let key = topic_stream(&channel.org, &channel.topic);
    let mut start = from.map_or_else(|| "-".to_owned(), |from| from.to_string());
    let mut entries = Vec::new();
    for _ in 0..MAX_PAGES {
        let page: StreamRangeReply =
            redis::cmd("XRANGE").arg(&key).arg(&start).arg("+").arg("COUNT").arg(PAGE).query_async(&mut redis).await?;
        let is_last = page.ids.len() < PAGE;
        for entry in &page.ids {
            entries.push((entry.id.parse()?, decode_step(&entry.map)?));
        }
        if is_last {
            return Ok(entries);
        }
        if let Some(entry) = page.ids.last() {
            start = format!("({}", entry.id);
        }
    }
    Err(Unreadable::TooLong)
}
