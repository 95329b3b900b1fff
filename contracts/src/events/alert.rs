//! Facts about alerts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, ScanId, TestId};

/// An e-mail about a test left for its recipients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertSent {
    /// The test that it is about.
    pub test_id: TestId,
    /// Why it was sent.
    pub kind: AlertKind,
    /// The event that caused it.
    pub cause: MessageId,
    /// To how many addresses. The addresses themselves are personal data and stay in the store.
    pub recipients: u32,
}

/// An e-mail about what a scan found left for its recipients. [`AlertSent`] is of tests only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanAlerted {
    /// The scan that it is about.
    pub scan_id: ScanId,
    /// The event that caused it.
    pub cause: MessageId,
    /// To how many addresses.
    pub recipients: u32,
}

/// Why people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A critical finding, told at once.
    CriticalFinding,
    /// The summary of a finished test.
    Summary,
    /// A test that could not be done.
    Failure,
}
