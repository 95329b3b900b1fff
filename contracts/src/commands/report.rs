//! Commands to report-generator.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::documents::ReportFormat;
use crate::ids::{ReportId, TestId};

/// Asks for the report files of a finished test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReportRequested {
    /// The report to fill; its item is already stored as `queued`.
    pub report_id: ReportId,
    /// The finished test.
    pub test_id: TestId,
    /// The files to render, at least one.
    pub formats: Vec<ReportFormat>,
}
