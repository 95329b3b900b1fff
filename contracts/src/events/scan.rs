//! Facts about scans.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::ScanId;

/// A worker took up a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanStarted {
    /// The scan.
    pub scan_id: ScanId,
}

/// A scan finished; its discovered MCPs are in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanCompleted {
    /// The scan.
    pub scan_id: ScanId,
    /// How many MCP servers it found.
    pub discovered: u32,
    /// How many configuration files it found but could not read.
    pub skipped: u32,
}

/// A scan could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanFailed {
    /// The scan.
    pub scan_id: ScanId,
    /// A sentence that a person can act on.
    pub reason: String,
}
