//! Scans that are repeated.
//!
//! A recurrence is a number of hours and a time that it is counted from, both in UTC: that says hourly, nightly and weekly,
//! and no month, leap day or change to daylight saving time makes an occurrence ambiguous.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::github::{GitHubSource, GitHubTarget};
use crate::ids::{ScanId, ScheduleId};

/// How many hours may lie between two scans: up to 30 days.
pub const EVERY_HOURS: std::ops::RangeInclusive<u16> = 1..=720;

/// What a schedule is to be. The same again changes nothing; anything else starts it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutScanSchedule {
    /// What its scans are called, for people. 1 to 200 characters.
    pub name: String,
    /// The repositories, as in `POST /v1/scans`.
    pub github: GitHubSource,
    /// Hours between two scans.
    #[schemars(range(min = 1, max = 720))]
    pub every_hours: u16,
    /// When scans are: at this time and every so many hours after it. May be past; at most a year ahead. Where it is absent,
    /// the first scan begins at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanSchedule {
    /// The schedule; whoever made it chose the id.
    pub schedule_id: ScheduleId,
    /// What its scans are called.
    pub name: String,
    /// What they read.
    pub github: ScheduledSource,
    /// Hours between two scans.
    pub every_hours: u16,
    /// The time that they are counted from.
    pub starts_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the next scan is due. It begins later where the one before still runs; scans that were missed are done once.
    pub next_at: Timestamp,
    /// Its last scan, whatever came of it; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_scan_id: Option<ScanId>,
}

/// Repositories of GitHub, as a schedule reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduledSource {
    /// The account or repository.
    pub target: GitHubTarget,
    /// Whether archived repositories of an account are scanned.
    pub include_archived: bool,
    /// Whether forks of an account are scanned.
    pub include_forks: bool,
}

impl From<GitHubSource> for ScheduledSource {
    fn from(source: GitHubSource) -> Self {
        let GitHubSource { target, include_archived, include_forks } = source;
        Self { target, include_archived, include_forks }
    }
}

/// All schedules of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanSchedules {
    /// By id. An organisation has 20 at most, so there are no pages.
    pub items: Vec<ScanSchedule>,
}
