//! Reports and their downloads.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Status;
use crate::documents::ReportFormat;
use crate::ids::{ReportId, TestId};

/// A report of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The report.
    pub report_id: ReportId,
    /// The test that it describes.
    pub test_id: TestId,
    /// How far it is.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Its files, once completed.
    #[serde(default)]
    pub files: Vec<DownloadableFile>,
    /// Why it failed, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A file with its download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DownloadableFile {
    /// Its format.
    pub format: ReportFormat,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// Presigned, bound to this one object, valid for five minutes.
    pub url: Url,
}

/// Asks for report files of a finished test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReport {
    /// The finished test.
    pub test_id: TestId,
    /// The formats, at least one.
    pub formats: Vec<ReportFormat>,
}
