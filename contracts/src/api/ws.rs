//! Tickets for the WebSocket of progress-fanout.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A ticket: open `url` with it once, within 30 seconds.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct WsTicket {
    /// Single use; already in `url`.
    pub ticket: String,
    /// `wss://…/ws?ticket=…`
    pub url: String,
    /// Seconds that it is valid.
    pub expires_in: u32,
}

impl std::fmt::Debug for WsTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WsTicket { <redacted> }")
    }
}
