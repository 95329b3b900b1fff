//! Facts about reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::documents::ReportFile;
use crate::ids::{ReportId, TestId};

/// Every requested file of a report is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportReady {
    /// The report.
    pub report_id: ReportId,
    /// The test that it describes.
    pub test_id: TestId,
    /// Its files.
    pub files: Vec<ReportFile>,
}

/// A report could not be rendered. The findings are still in the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportFailed {
    /// The report.
    pub report_id: ReportId,
    /// The test that it should have described.
    pub test_id: TestId,
    /// A sentence that a person can act on.
    pub reason: String,
}
