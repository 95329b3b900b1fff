//! Discovery scans.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Status;
use super::changes::ScanChanges;
use crate::audit::Finding;
use crate::documents::UploadedTree;
use crate::github::GitHubSource;
use crate::ids::{McpId, ScanId, UploadId};

/// Starts a scan of an uploaded tree or archive, or of repositories of GitHub: one of `tree`, `upload` and `github`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateScan {
    /// What it is a tree of, for people: `backend@main`. 1 to 200 characters.
    pub name: String,
    /// The files that may configure MCP servers or tell agents what to do, and manifests and lock files of the servers' code. At
    /// most 5 MiB in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<UploadedTree>,
    /// Repositories that the worker reads by itself, with the token that the organisation gave to the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github: Option<GitHubSource>,
    /// An archive that was sent to the address of this upload. One upload is for one scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<UploadId>,
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
    /// Files that configure MCP servers, or tell what they are made of, but could not be read.
    #[serde(default)]
    pub skipped: Vec<SkippedFile>,
    /// What is wrong in the files around the servers: instructions, skills, hooks, tasks, settings. Of scans of the command
    /// line; the API lists them under `/v1/scans/{scan_id}/findings`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FileFinding>,
    /// What differs from the last completed scan of the same repositories of GitHub. Absent for the first of them, which has
    /// nothing to be compared with, and for uploads, which nothing tells to be of the same tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<ScanChanges>,
    /// How many findings the API lists, once completed; absent in scans of the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding_count: Option<u32>,
    /// Why it failed, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A weakness in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileFinding {
    /// The weakness; its location is `file:<path>`.
    #[serde(flatten)]
    pub finding: Finding,
    /// Path of the file in the tree.
    pub path: String,
    /// Line where it begins, from 1; absent where it is about the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
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
    /// `stdio`, `http`, `sse`, `builtin` (a part of the client), or `unknown` where the file does not tell.
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
    /// What the file does with the server.
    #[serde(default)]
    pub kind: McpKind,
    /// The folder that the entry is for, where one file configures several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Whether the client is told not to use it.
    #[serde(default)]
    pub disabled: bool,
    /// Secrets that stand in the file itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<FoundSecret>,
    /// What is known about it; absent for servers that nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownMcp>,
    /// What was kept of the server's code for tests that refer to it; absent where the scan saw no manifest of it, and in
    /// scans of the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifests: Option<KeptManifests>,
}

/// Manifests and lock files that a scan kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptManifests {
    /// The folder of the server's code in the tree; empty for all of it. Servers of one folder share what was kept.
    pub folder: String,
    /// How many files were kept.
    pub files: u32,
    /// How many files were left out. Tests tell which, and why.
    #[serde(default)]
    pub left_out: u32,
}

/// What a file does with a server.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum McpKind {
    /// A client starts it or connects to it.
    #[default]
    Configured,
    /// It runs as a container.
    Deployed,
    /// A registry or a catalogue offers it.
    Listed,
    /// It is built here.
    Built,
}

/// A secret that stands in a configuration. Its value is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundSecret {
    /// Where it stands.
    pub place: SecretPlace,
    /// Name of the variable, header, option or parameter that holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its type: `github-token`; `secret` where only its name or its form betrays it.
    pub secret_type: String,
    /// The public beginning of its format and its length, for recognition: `ghp_… (40 characters)`.
    pub masked: String,
}

/// Where in a configuration a secret stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SecretPlace {
    /// In an environment variable.
    Environment,
    /// In an HTTP header.
    Header,
    /// In the launch command.
    Argument,
    /// In the URL.
    Url,
}

/// A server that the bundled registry knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownMcp {
    /// What people call it.
    pub name: String,
    /// Who publishes it.
    pub publisher: String,
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
