//! Discovery scans.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Status;
use crate::documents::UploadedTree;
use crate::ids::{McpId, ScanId};

/// Starts a scan of an uploaded tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateScan {
    /// What it is a tree of, for people: `backend@main`. 1 to 200 characters.
    pub name: String,
    /// The files that may configure MCP servers. At most 5 MiB in all.
    pub tree: UploadedTree,
}

/// A discovery scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scan {
    /// The scan.
    pub scan_id: ScanId,
    /// What was scanned, for people.
    pub name: String,
    /// How far it is.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What it found, once completed.
    #[serde(default)]
    pub discovered: Vec<DiscoveredMcp>,
    /// Files that configure MCP servers but could not be read.
    #[serde(default)]
    pub skipped: Vec<SkippedFile>,
    /// Why it failed, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// One MCP server that a scan found configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiscoveredMcp {
    /// The same server in the same file has the same id in every scan.
    pub mcp_id: McpId,
    /// Its name in the configuration.
    pub name: String,
    /// The client that the configuration is for: `claude-code`, `vscode`, `generic`.
    pub client: String,
    /// Path of the configuration file in the tree.
    pub config_path: String,
    /// Line of its entry, from 1, where the format keeps lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// `stdio`, `http` or `sse`.
    pub transport: String,
    /// URL without query and user information, for remote servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Program and arguments with secrets masked, for local servers.
    #[serde(default)]
    pub command: Vec<String>,
    /// Names of environment variables. Values are never stored.
    #[serde(default)]
    pub env_names: Vec<String>,
    /// Names of HTTP headers. Values are never stored.
    #[serde(default)]
    pub header_names: Vec<String>,
    /// Package and version, as `npm:@scope/name@1.2.3`, or without version where unpinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// How much harm it could do.
    pub risk: Risk,
    /// Why: `shell`, `filesystem`, `unpinned`, `inline secret`, …
    #[serde(default)]
    pub risk_reasons: Vec<String>,
}

/// How much harm a configured server could do, from its configuration alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Risk {
    /// Nothing stands out.
    Low,
    /// One reason to look.
    Medium,
    /// Powerful or careless.
    High,
}

/// A file that was found but could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SkippedFile {
    /// Path in the tree.
    pub path: String,
    /// Why.
    pub reason: String,
}
