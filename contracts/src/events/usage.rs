//! Facts that are billed.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something billable happened. The envelope's id makes it count once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UsageRecorded {
    /// What is counted.
    pub meter: Meter,
    /// How many, at least 1.
    pub quantity: u64,
    /// When it happened; decides the hour that it is billed in.
    pub occurred_at: Timestamp,
}

/// What can be counted.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Meter {
    /// Finished scans.
    Scans,
    /// MCP servers found by scans.
    DiscoveredMcps,
    /// Finished tests.
    Tests,
    /// Requests sent to tested servers.
    TestRequests,
    /// Rendered report files.
    ReportFiles,
    /// Sent e-mails, one per recipient.
    Alerts,
}

/// An organisation used up what its plan includes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaExceeded {
    /// What is used up.
    pub meter: Meter,
    /// What the plan includes in a calendar month (UTC).
    pub limit: u64,
    /// What was used in this month so far.
    pub used: u64,
}
