//! Metered usage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::usage::Meter;

/// Usage of one calendar month (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// `2026-11`.
    pub month: String,
    /// Totals, one per meter that was used.
    pub totals: Vec<MeterTotal>,
}

/// Usage of one meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeterTotal {
    /// What is counted.
    pub meter: Meter,
    /// How many.
    pub quantity: u64,
}

/// Query of `GET /v1/usage`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsageQuery {
    /// `YYYY-MM`; the current month where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<String>,
}
