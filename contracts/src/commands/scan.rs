//! Commands to scan-worker.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::github::GitHubSource;
use crate::ids::{ScanId, UploadId};

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
    /// An archive that was uploaded to the object store. Its key follows from the organisation and the upload.
    Archive(UploadedArchive),
    /// A folder on the worker's own machine. Only workers started with `--local-root` accept it.
    Folder {
        /// Path below that root.
        path: String,
    },
    /// Repositories of GitHub. The worker has the token: a queue is no place for it.
    #[serde(rename = "github")]
    GitHub(GitHubSource),
}

/// What an uploaded archive was announced to be. Another one is not scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadedArchive {
    /// The upload.
    pub upload_id: UploadId,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of it, as 64 small hexadecimal digits, where the client gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
