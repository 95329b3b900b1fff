//! What a schedule invokes a function for that else only answers requests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A task, as EventBridge Scheduler passes it on: `{"task": "sweep"}`. Each is one more kind; one that is not known is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// The api sends commands again that were stored and never reached their queue.
    Sweep,
    /// The api starts the scans of schedules that are due.
    StartDueScans,
}
