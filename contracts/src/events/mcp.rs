//! Facts about discovered servers.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::changes::{ChangeCounts, McpSummary};
use crate::ids::ScanId;

/// A scan found MCP servers that no earlier scan of the same source saw. One event for all of a scan, as each makes a mail: a
/// repository that is copied may bring hundreds. The first scan of a source has nothing to compare with and makes none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct McpDiscovered {
    /// The scan.
    pub scan_id: ScanId,
    /// What was scanned, for people.
    pub name: String,
    /// When the scan that it was compared with was asked for.
    pub previous_at: Timestamp,
    /// How many servers are new, and how many others differ.
    pub counts: ChangeCounts,
    /// The new servers, the riskiest first. At most 100; the scan has them all.
    pub mcps: Vec<McpSummary>,
}
