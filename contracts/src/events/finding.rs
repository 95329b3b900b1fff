//! Facts about findings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::Finding;
use crate::ids::TestId;

/// A test that is still running raised a critical finding. Others travel in the store only; the envelope's `severity` repeats the finding's for filters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingRaised {
    /// The test.
    pub test_id: TestId,
    /// Display form of the target: no query, no user information.
    pub target: String,
    /// The finding, its evidence already masked.
    pub finding: Finding,
}
