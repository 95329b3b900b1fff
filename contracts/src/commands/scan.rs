//! Commands to scan-worker.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::github::GitHubSource;
use crate::ids::ScanId;

/// Asks for the discovery of the MCP servers in one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanRequested {
    /// The scan to fill; its item is already stored as `queued`.
    pub scan_id: ScanId,
    /// Where to look.
    pub source: ScanSource,
}

/// Where a scan looks for MCP servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ScanSource {
    /// A tree that was uploaded through the API, stored as an [`UploadedTree`](crate::documents::UploadedTree).
    Upload {
        /// Its key in the manifests bucket.
        object_key: String,
    },
    /// A folder on the worker's own machine. Only workers started with `--local-root` accept it.
    Folder {
        /// Path below that root.
        path: String,
    },
    /// Repositories of GitHub. The worker has the token: a queue is no place for it.
    #[serde(rename = "github")]
    GitHub(GitHubSource),
}
