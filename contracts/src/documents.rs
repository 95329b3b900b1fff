//! Documents in the object store that more than one service reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::scans::SkippedFile;

/// A file format of a report.
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
pub enum ReportFormat {
    /// For people: rendered with typst.
    Pdf,
    /// For browsers: one self-contained page.
    Html,
    /// The [`Audit`](crate::audit::Audit) itself.
    Json,
    /// SARIF 2.1.0, for code scanning tools.
    Sarif,
}

impl ReportFormat {
    /// Media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Sarif => "application/sarif+json",
        }
    }
}

/// One stored file of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportFile {
    /// Its format.
    pub format: ReportFormat,
    /// Its length in bytes.
    pub size_bytes: u64,
}

/// A tree of text files that a user uploaded for a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadedTree {
    /// Its files, at most 5 000.
    pub files: Vec<UploadedFile>,
}

/// One text file of a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadedFile {
    /// Relative path with `/`, without `..`.
    pub path: String,
    /// UTF-8 content.
    pub text: String,
}

/// The manifests and lock files of one folder of a scanned tree: what the servers in it are made of. Written by a scan, and
/// read by tests instead of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifests {
    /// The folder that they are of, as [`KeptManifests`](crate::api::scans::KeptManifests) names it.
    pub folder: String,
    /// The files with their paths in the tree, their secrets masked.
    pub files: Vec<UploadedFile>,
    /// Files that belong to them and could not be kept.
    #[serde(default)]
    pub left_out: Vec<SkippedFile>,
}
