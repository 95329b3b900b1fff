//! What a dashboard sees while a scan or test runs: the messages in Redis and on the WebSocket.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::{CheckId, Confidence, Grade, NamedTest, Severity, SeverityCounts};
use crate::ids::{InvalidId, ScanId, TestId};

/// What progress is about: `test:<id>` or `scan:<id>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Topic {
    /// A security test.
    Test(TestId),
    /// A discovery scan.
    Scan(ScanId),
}

/// Why a string is not a topic.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTopic {
    /// Neither a test nor a scan.
    #[error("a topic is `test:<id>` or `scan:<id>`")]
    Kind,
    /// The part behind the colon.
    #[error(transparent)]
    Id(#[from] InvalidId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(id) => write!(f, "test:{id}"),
            Self::Scan(id) => write!(f, "scan:{id}"),
        }
    }
}

impl FromStr for Topic {
    type Err = InvalidTopic;
    fn from_str(topic: &str) -> Result<Self, InvalidTopic> {
        match topic.split_once(':') {
            Some(("test", id)) => Ok(Self::Test(id.parse()?)),
            Some(("scan", id)) => Ok(Self::Scan(id.parse()?)),
            _ => Err(InvalidTopic::Kind),
        }
    }
}

impl TryFrom<String> for Topic {
    type Error = InvalidTopic;
    fn try_from(topic: String) -> Result<Self, InvalidTopic> {
        topic.parse()
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.to_string()
    }
}

/// One step of a scan or test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// A phase began.
    Phase {
        /// Which.
        phase: Phase,
    },
    /// A named test moved on.
    Group {
        /// The named test.
        test: NamedTest,
        /// Checks that are through.
        done: u32,
        /// Checks in all.
        total: u32,
    },
    /// A check raised a finding.
    Finding {
        /// The check.
        check: CheckId,
        /// Its title.
        title: String,
        /// Worst realistic effect.
        severity: Severity,
        /// How sure it is.
        confidence: Confidence,
        /// Where.
        location: String,
    },
    /// A scan of several repositories began to read one.
    Repository {
        /// `acme/backend`.
        name: String,
        /// Its place among those that are read, from 1.
        number: u32,
        /// How many there are.
        of: u32,
    },
    /// A scan waits, because the other side allows no more requests for now.
    Waiting {
        /// When it goes on.
        until: Timestamp,
    },
    /// A scan found an MCP server.
    Discovered {
        /// Its name.
        name: String,
    },
    /// The end of a test.
    TestCompleted {
        /// 0 to 100.
        score: u8,
        /// Absent where too little could be decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grade: Option<Grade>,
        /// Findings by severity.
        findings: SeverityCounts,
    },
    /// The end of a scan.
    ScanCompleted {
        /// How many MCP servers it found.
        discovered: u32,
    },
    /// The end of a scan or test that could not be done.
    Failed {
        /// A sentence that a person can act on.
        reason: String,
    },
}

impl Step {
    /// Whether nothing follows.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::TestCompleted { .. } | Self::ScanCompleted { .. } | Self::Failed { .. })
    }
}

/// The phases of a test (architecture section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Phase {
    /// Reaching the server.
    Connect,
    /// Listing what it offers.
    DiscoverTools,
    /// The level 1 tests.
    Level1,
    /// The level 2 tests.
    Level2,
    /// Score, findings, report request.
    Aggregate,
}

/// What a dashboard sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    /// Follow a topic.
    Subscribe {
        /// Which.
        topic: Topic,
        /// The last id already seen; absent for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Stop following.
    Unsubscribe {
        /// Which.
        topic: Topic,
    },
    /// Keep the connection open.
    Ping,
}

/// What the fan-out answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// All steps so far; live events follow.
    Snapshot {
        /// Which topic.
        topic: Topic,
        /// Id of the last step in it; absent where there was none yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// The steps, oldest first.
        steps: Vec<Progress>,
    },
    /// One step.
    Event {
        /// Which topic.
        topic: Topic,
        /// Its id: give it back as `after` to lose nothing when reconnecting.
        id: String,
        /// The step.
        step: Progress,
    },
    /// This connection was too slow or asked for steps that are gone: subscribe again.
    Resync {
        /// Which topic.
        topic: Topic,
    },
    /// A message was refused.
    Error {
        /// What was wrong with it.
        detail: String,
    },
    /// Answer to `ping`.
    Pong,
}
