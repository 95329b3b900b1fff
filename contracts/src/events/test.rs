//! Facts about tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::{CheckId, Grade, Level, SeverityCounts};
use crate::ids::{ReportId, TestId};

/// The orchestrator took up a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestStarted {
    /// The test.
    pub test_id: TestId,
    /// Display form of the target: no query, no user information.
    pub target: String,
    /// Which checks run.
    pub level: Level,
}

/// A security test finished, whatever it found. Published once per test; may be delivered more than once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestCompleted {
    /// The test.
    pub test_id: TestId,
    /// Display form of the target: no query, no user information.
    pub target: String,
    /// 0 to 100.
    pub score: u8,
    /// Absent where too little could be decided for a grade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Totals only: a queue message has a size limit, the findings are in the store.
    pub findings: SeverityCounts,
    /// Checks that could not run. Never counted as passed.
    #[serde(default)]
    pub not_assessed: Vec<CheckId>,
    /// The report that was requested for it.
    pub report_id: ReportId,
}

/// A security test could not be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestFailed {
    /// The test.
    pub test_id: TestId,
    /// Display form of the target: no query, no user information.
    pub target: String,
    /// A sentence that a person can act on.
    pub reason: String,
}
