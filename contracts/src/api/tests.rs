//! Security tests.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Status;
use crate::audit::{Level, Score, SeverityCounts, TestResult};
use crate::commands::test::DiscoveryRef;
use crate::ids::{ReportId, TestId};

/// Starts a test. Send it with an `Idempotency-Key` header, so that a repeated request starts no second one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTest {
    /// The server's endpoint (`http` or `https`). May be absent with a `discovery_ref` to a remote server: then it is the
    /// URL that the scan shows, without a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Url>,
    /// Which checks to run; 1 where absent.
    #[serde(default = "level_one")]
    pub level: Level,
    /// Allows probing calls. Only for servers that you may attack.
    #[serde(default)]
    pub active: bool,
    /// The discovered MCP that the test belongs to. The manifests that its scan kept tell what the server is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery_ref: Option<DiscoveryRef>,
}

fn level_one() -> Level {
    Level::One
}

/// A security test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    /// The test.
    pub test_id: TestId,
    /// Display form of the target: no query, no user information.
    pub target: String,
    /// Which checks run.
    pub level: Level,
    /// Whether probing calls are allowed.
    pub active: bool,
    /// How far it is.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// Score, once completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// Findings by severity, once completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<SeverityCounts>,
    /// Verdicts of the named tests, once completed.
    #[serde(default)]
    pub tests: Vec<TestResult>,
    /// Its report, once requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_id: Option<ReportId>,
    /// Why it failed, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}
