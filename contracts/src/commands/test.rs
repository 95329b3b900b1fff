//! Commands to test-orchestrator.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::audit::Level;
use crate::ids::{McpId, ScanId, TestId};

/// Asks for a security test of one MCP server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestRequested {
    /// The test to run; its item is already stored as `queued`.
    pub test_id: TestId,
    /// The server's endpoint (`http` or `https`).
    pub target: Url,
    /// Which checks to run.
    pub level: Level,
    /// Whether checks may call tools with probing arguments (catalogue section 2). The caller confirmed ownership.
    #[serde(default)]
    pub active: bool,
    /// The discovered MCP that the test belongs to, whose stored manifest feeds the supply-chain test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discovery_ref: Option<DiscoveryRef>,
}

/// One discovered MCP of one scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiscoveryRef {
    /// The scan.
    pub scan_id: ScanId,
    /// The MCP server that it found.
    pub mcp_id: McpId,
}
