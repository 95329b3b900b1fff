//! Errors as problem details (RFC 9457).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Stable name of the kind of error, as a URI reference: `/problems/not-found`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here, and what to do about it.
    pub detail: String,
    /// Id of the request, to quote to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}
