//! Documents in the object store that more than one service reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// One file of an uploaded tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UploadedFile {
    /// Relative path with `/`, without `..`.
    pub path: String,
    /// UTF-8 content.
    pub text: String,
}
