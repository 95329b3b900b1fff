//! What differs between two scans of the same source.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scans::Risk;
use crate::ids::{McpId, ScanId};

/// What is new, gone and changed since the last scan of the same repositories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanChanges {
    /// The scan that it was compared with.
    pub previous_scan_id: ScanId,
    /// When that one was asked for.
    pub previous_at: Timestamp,
    /// How many servers.
    pub counts: ChangeCounts,
    /// Servers that no scan saw before, the riskiest first. At most 100.
    pub new: Vec<McpSummary>,
    /// Servers that are no longer configured, by path. At most 100.
    pub gone: Vec<McpSummary>,
    /// Servers that are configured otherwise, by path. At most 100.
    pub changed: Vec<ChangedMcp>,
}

/// How many servers differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeCounts {
    /// Seen for the first time. Those of a repository that no earlier scan could read are new, too.
    pub new: u32,
    /// No longer configured, in what the scan may see: GitHub does not tell a deleted repository from one that is hidden.
    pub gone: u32,
    /// Configured otherwise.
    pub changed: u32,
    /// Not seen this time, in a repository or file that could not be read: they count as neither gone nor changed.
    #[serde(default)]
    pub unread: u32,
}

/// A server in a few words. Long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct McpSummary {
    /// The same server in the same file has the same id in every scan.
    pub mcp_id: McpId,
    /// Its name in the configuration.
    pub name: String,
    /// The client that the configuration is for.
    pub client: String,
    /// The configuration file: `acme/backend/.mcp.json`.
    pub config_path: String,
    /// `stdio`, `http`, `sse`, `builtin` or `unknown`.
    pub transport: String,
    /// What is connected to or started: the URL, else the package, else the command with secrets masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// How much harm it could do.
    pub risk: Risk,
}

/// A server that is configured otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedMcp {
    /// The server as it is now.
    pub mcp: McpSummary,
    /// What is different.
    pub changes: Vec<McpChange>,
}

/// One difference. Long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct McpChange {
    /// What of the server.
    pub part: McpPart,
    /// What it was; absent where it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is; absent where it is not there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What of a server can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum McpPart {
    /// What the file does with it.
    Kind,
    /// How it is spoken to.
    Transport,
    /// Where it is.
    Url,
    /// Program and arguments.
    Command,
    /// Package and version.
    Package,
    /// Names of environment variables.
    Environment,
    /// Names of HTTP headers.
    Headers,
    /// Secrets that stand in the file, masked.
    Secrets,
    /// How much harm it could do, and why.
    Risk,
    /// Whether the client is told not to use it.
    Disabled,
}
