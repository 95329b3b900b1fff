//! The result of a security test: findings, outcomes of checks, score. What the engine returns, the store keeps and
//! the reports show.

mod check;
mod finding;
mod score;
mod severity;
mod target;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::{CheckId, CheckResult, InvalidCheckId, Level, NamedTest, Need, Outcome, TestResult, Verdict};
pub use finding::{Evidence, Finding, Fingerprint, Reference, Triage};
pub use score::{Coverage, Grade, Score};
pub use severity::{Confidence, Severity, SeverityCounts};
pub use target::display_url;

/// Everything that one security test found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// Version of this document: 1.
    pub version: u32,
    /// Version of the engine that ran.
    pub engine_version: String,
    /// What was tested.
    pub target: TargetSummary,
    /// Which checks were asked for.
    pub level: Level,
    /// Whether probing calls were allowed.
    pub active: bool,
    /// Start of the first request.
    pub started_at: Timestamp,
    /// End of the last check.
    pub finished_at: Timestamp,
    /// Score, grade and coverage.
    pub score: Score,
    /// The named tests of the level, in their fixed order.
    pub tests: Vec<TestResult>,
    /// Findings, worst first: severity, confidence, check, location.
    pub findings: Vec<Finding>,
    /// The outcome of every check of the level, in the order of the catalogue.
    pub checks: Vec<CheckResult>,
    /// What the run sent and received.
    pub traffic: Traffic,
    /// Why this is not the whole answer that was asked for: what was stopped, not offered, or could not be decided. Empty
    /// where every applicable check with all it needs reached a verdict. What was not given counts in the coverage only.
    #[serde(default)]
    pub incomplete: Vec<String>,
    /// What a reader must know to judge the result.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// The audited server as it presented itself. Every text is masked and made harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetSummary {
    /// Identity that fingerprints use (catalogue section 7).
    pub key: String,
    /// For people: URL without query and user information, or the command's program.
    pub display: String,
    /// How it was reached.
    pub transport: Transport,
    /// Protocol revisions that were spoken, newest first: `2026-07-28`.
    pub protocol_versions: Vec<String>,
    /// `serverInfo.name`, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// `serverInfo.version`, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
    /// How many tools it lists.
    pub tools: u32,
    /// How many prompts it lists.
    pub prompts: u32,
    /// How many resources and resource templates it lists.
    pub resources: u32,
}

/// A transport of the MCP specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Transport {
    /// Streamable HTTP (2025-03-26 and later).
    StreamableHttp,
    /// HTTP+SSE (2024-11-05).
    HttpSse,
    /// Standard input and output of a child process.
    Stdio,
}

/// What a run sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    /// Messages sent to the server.
    pub requests: u64,
    /// Of these, `tools/call`.
    pub tool_calls: u64,
    /// Bytes received, after transfer decoding.
    pub received_bytes: u64,
}
