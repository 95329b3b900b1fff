//! Tickets: the api makes one for a signed-in person, the WebSocket handshake uses it up.

use redis::RedisError;
use redis::aio::ConnectionManager;
use runtime::progress::{TicketHolder, ticket_key};

/// Longer than any ticket that the api makes.
const MAX_LENGTH: usize = 128;

/// Why a ticket opens nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TicketError {
    /// Made up, used before, or too old.
    #[error(
        "the ticket is unknown, used or expired: get a new one from `POST /v1/ws-tickets` and connect within 30 seconds"
    )]
    Invalid,
    /// Redis did not answer.
    #[error("tickets cannot be checked at the moment: try again in a few seconds")]
    Unavailable(#[source] RedisError),
}

/// Uses a ticket up and returns whose it was. Of two handshakes with one ticket only one gets it.
pub(crate) async fn redeem(mut redis: ConnectionManager, ticket: &str) -> Result<TicketHolder, TicketError> {
    if ticket.is_empty() || ticket.len() > MAX_LENGTH {
        return Err(TicketError::Invalid);
    }
    let holder: Option<String> =
        redis::cmd("GETDEL").arg(ticket_key(ticket)).query_async(&mut redis).await.map_err(TicketError::Unavailable)?;
    holder.and_then(|json| serde_json::from_str(&json).ok()).ok_or(TicketError::Invalid)
}
