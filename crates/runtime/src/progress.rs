//! Progress in Redis: what workers write and progress-fanout reads. Names and format live here, once.
//!
//! Every step is written twice in one atomic script: to the stream of its topic, from which a dashboard that connects
//! later gets all steps, and to the stream of its shard, which every replica of the fan-out follows. Both carry the
//! same id. The hash tag in the keys keeps a topic and its shard in one slot of a Redis cluster.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use contracts::ids::{OrgId, UserId};
use contracts::progress::{Progress, Step, Topic};
use jiff::Timestamp;
use redis::aio::ConnectionManager;
use redis::{FromRedisValue as _, RedisError, Script, Value};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tracing::{info, warn};

use crate::redis_client;
use retry::Breaker;

/// How many shard streams there are. Changing it needs a restart of all writers and readers at once.
pub const SHARDS: u8 = 8;

/// How long the steps of a topic can be replayed after the last one.
pub const KEPT_FOR: Duration = Duration::from_hours(24);

/// How long a WebSocket ticket is valid.
pub const TICKET_TTL: Duration = Duration::from_secs(30);

/// Steps per stream, about: far more than a test has, so that only a runaway writer is cut.
const MAX_STREAM_LENGTH: u32 = 10_000;

/// How long a handler may be held up by one step.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long no step is written after Redis failed, so that a test without Redis is not slower for it.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Key of the stream with all steps of one topic: field `step`.
pub fn topic_stream(org: &OrgId, topic: &Topic) -> String {
    format!("mcp-audit:{{progress-{}}}:topic:{org}:{topic}", shard_of(org, topic))
}

/// Key of the stream with the steps of all topics of one shard: the fields of a [`ShardEntry`].
pub fn shard_stream(shard: u8) -> String {
    format!("mcp-audit:{{progress-{shard}}}:shard")
}

/// Key of a WebSocket ticket, whose value is a [`TicketHolder`] as JSON. The ticket itself is not in it: who can list
/// keys cannot connect.
pub fn ticket_key(ticket: &str) -> String {
    format!("mcp-audit:ticket:{:x}", HexDigest(ticket))
}

struct HexDigest<'a>(&'a str);

impl std::fmt::LowerHex for HexDigest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Sha256::digest(self.0).iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The shard of a topic, the same in every process.
pub fn shard_of(org: &OrgId, topic: &Topic) -> u8 {
    Sha256::digest(format!("{org}:{topic}"))[0] % SHARDS
}

/// Who a WebSocket ticket was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHolder {
    /// The organisation whose topics the connection may follow.
    pub org: OrgId,
    /// The person, absent for an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

/// One entry of a shard stream.
#[derive(Debug, Clone, PartialEq)]
pub struct ShardEntry {
    /// The organisation that the topic belongs to.
    pub org: OrgId,
    /// What the step is about.
    pub topic: Topic,
    /// Id of the step in the topic's stream, which clients know it by.
    pub id: String,
    /// The step.
    pub step: Progress,
}

/// Why an entry of a stream is not one of ours.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A field is missing or no text.
    #[error("field `{0}` is missing or no text")]
    Field(&'static str),
    /// A field is malformed.
    #[error("field `{field}` is malformed: {reason}")]
    Malformed {
        /// Which.
        field: &'static str,
        /// Why.
        reason: String,
    },
}

impl ShardEntry {
    /// Reads an entry of a shard stream.
    pub fn decode(fields: &HashMap<String, Value>) -> Result<Self, DecodeError> {
        Ok(Self {
            org: parsed(fields, "org")?,
            topic: parsed(fields, "topic")?,
            id: text(fields, "id")?,
            step: decode_step(fields)?,
        })
    }
}

/// Reads an entry of a topic's stream.
#[expect(clippy::implicit_hasher, reason = "it is the map that the Redis client gives")]
pub fn decode_step(fields: &HashMap<String, Value>) -> Result<Progress, DecodeError> {
    serde_json::from_str(&text(fields, "step")?)
        .map_err(|error| DecodeError::Malformed { field: "step", reason: error.to_string() })
}

fn text(fields: &HashMap<String, Value>, name: &'static str) -> Result<String, DecodeError> {
    let value = fields.get(name).cloned().ok_or(DecodeError::Field(name))?;
    String::from_redis_value(value).map_err(|_| DecodeError::Field(name))
}

fn parsed<T>(fields: &HashMap<String, Value>, field: &'static str) -> Result<T, DecodeError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text(fields, field)?.parse().map_err(|error: T::Err| DecodeError::Malformed { field, reason: error.to_string() })
}

/// Writes a step to its topic and its shard. Returns the id that the topic's stream gave it.
const PUBLISH: &str = r"
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'step', ARGV[5])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[1], '*', 'org', ARGV[3], 'topic', ARGV[4], 'id', id, 'step', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[2])
return id
";

/// Tells dashboards what happens. Redis is never the truth: without it steps are dropped and work goes on.
#[derive(Clone)]
pub struct ProgressPublisher(Option<Arc<Connected>>);

struct Connected {
    redis: ConnectionManager,
    script: Script,
    breaker: Breaker,
}

impl ProgressPublisher {
    /// Publishes to the Redis at `url`, or nowhere. Fails only when the URL is malformed.
    pub fn new(url: Option<&SecretString>) -> Result<Self, RedisError> {
        let Some(url) = url else {
            return Ok(Self(None));
        };
        let breaker = Breaker::new(1, PAUSE_AFTER_FAILURE);
        let redis = redis_client::connect(url)?;
        Ok(Self(Some(Arc::new(Connected { redis, script: Script::new(PUBLISH), breaker }))))
    }

    /// Publishes one step. Never fails and never holds the caller up for more than a second.
    pub async fn publish(&self, org: &OrgId, topic: &Topic, step: Step) {
        let Some(connected) = &self.0 else { return };
        if connected.breaker.check(REDIS).is_err() {
            return;
        }
        let progress = Progress { at: Timestamp::now(), step };
        match tokio::time::timeout(PATIENCE, connected.write(org, topic, &progress)).await {
            Ok(Ok(())) => {
                if connected.breaker.succeeded(REDIS) {
                    info!("progress reaches Redis again");
                }
            }
            Ok(Err(error)) => connected.failed(&error.to_string()),
            Err(_) => connected.failed("no answer in time"),
        }
    }
}

/// The one key of the breaker.
const REDIS: &str = "redis";

impl Connected {
    async fn write(&self, org: &OrgId, topic: &Topic, progress: &Progress) -> anyhow::Result<()> {
        let step = serde_json::to_string(progress)?;
        let mut redis = self.redis.clone();
        let _id: String = self
            .script
            .key(topic_stream(org, topic))
            .key(shard_stream(shard_of(org, topic)))
            .arg(MAX_STREAM_LENGTH)
            .arg(KEPT_FOR.as_secs())
            .arg(org.as_str())
            .arg(topic.to_string())
            .arg(step)
            .invoke_async(&mut redis)
            .await?;
        Ok(())
    }

    fn failed(&self, reason: &str) {
        if self.breaker.failed(REDIS) {
            warn!("cannot write progress to Redis, dashboards poll until it is back: {reason}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_other_processes_expect() {
        let (org, topic): (OrgId, Topic) = ("org-1".parse().unwrap(), "test:t-1".parse().unwrap());
        let shard = shard_of(&org, &topic);
        assert_eq!(shard, 0);
        assert_eq!(topic_stream(&org, &topic), "mcp-audit:{progress-0}:topic:org-1:test:t-1");
        assert_eq!(shard_stream(shard), "mcp-audit:{progress-0}:shard");
        assert_eq!(
            ticket_key("abc"),
            "mcp-audit:ticket:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn an_entry_is_read_whole_or_not_at_all() {
        let field = |value: &str| Value::BulkString(value.as_bytes().to_vec());
        let step = r#"{"at":"2026-01-01T00:00:00Z","kind":"discovered","name":"files"}"#;
        let mut fields: HashMap<String, Value> =
            [("org", "org-1"), ("topic", "scan:s-1"), ("id", "17-0"), ("step", step)]
                .map(|(name, value)| (name.to_owned(), field(value)))
                .into();
        let entry = ShardEntry::decode(&fields).unwrap();
        assert_eq!(
            (entry.org.as_str(), entry.topic.to_string().as_str(), entry.id.as_str()),
            ("org-1", "scan:s-1", "17-0")
        );
        assert_eq!(entry.step.step, Step::Discovered { name: "files".to_owned() });

        fields.insert("topic".to_owned(), field("report:r-1"));
        let error = ShardEntry::decode(&fields).unwrap_err();
        assert_eq!(error.to_string(), "field `topic` is malformed: a topic is `test:<id>` or `scan:<id>`");
        fields.remove("step");
        assert_eq!(decode_step(&fields).unwrap_err().to_string(), "field `step` is missing or no text");
    }
}
