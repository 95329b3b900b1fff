//! The handshake: who may connect.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contracts::api::problem::Problem;
use serde::Deserialize;
use tracing::{info, warn};

use crate::connection::Connection;
use crate::connections::Refusal;
use crate::fanout::Fanout;
use crate::origin;
use crate::ticket::{self, TicketError};

/// Longest message of a client: a topic and an id.
const MAX_MESSAGE_BYTES: usize = 4 * 1024;
/// The library's default of 128 KiB for each direction would be 2.5 GB for 10 000 clients.
const READ_BUFFER_BYTES: usize = 2 * 1024;
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// The routes: `GET /ws?ticket=…`.
pub fn router(fanout: Arc<Fanout>) -> Router {
    Router::new().route("/ws", get(connect)).fallback(not_found).with_state(fanout)
}

#[derive(Deserialize)]
struct TicketQuery {
    #[serde(default)]
    ticket: String,
}

async fn connect(
    State(fanout): State<Arc<Fanout>>,
    headers: HeaderMap,
    query: Result<Query<TicketQuery>, QueryRejection>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    // A malformed query holds no ticket.
    let ticket = query.map(|query| query.0.ticket).unwrap_or_default();
    match admit(&fanout, &headers, &ticket, upgrade).await {
        Ok(response) => response,
        Err(refused) => {
            metrics::counter!("mcp_audit_progress_refused_total", "status" => refused.status().as_str().to_owned())
                .increment(1);
            if let Refused::Ticket(TicketError::Unavailable(error)) = &refused {
                warn!("cannot check tickets: {error}");
            }
            refused.into_response()
        }
    }
}

/// The ticket comes last: a handshake that fails for another reason must not use it up.
async fn admit(
    fanout: &Arc<Fanout>,
    headers: &HeaderMap,
    ticket: &str,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refused> {
    let upgrade = upgrade.map_err(|rejection| Refused::NoWebSocket(rejection.body_text()))?;
    let origins = headers.get_all(header::ORIGIN).iter().map(HeaderValue::as_bytes);
    if !origin::is_allowed(origins, &fanout.allowed_origins) {
        return Err(Refused::Origin);
    }
    if fanout.shutdown.is_cancelled() {
        return Err(Refused::Full(Refusal::Full));
    }
    let holder = ticket::redeem(fanout.redis.get(), ticket).await?;
    let admission = fanout.connections.admit(&holder.org)?;
    let user = holder.user.as_ref().map(ToString::to_string).unwrap_or_default();
    info!(target: "audit", action = "progress.connect", outcome = "allowed", org = %holder.org, user, "opened a progress connection");
    let connection = Connection::new(fanout.new_connection_id(), holder.org, Arc::clone(fanout), admission);
    let tasks = fanout.tasks.clone();
    Ok(upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .on_upgrade(move |socket| tasks.track_future(connection.run(socket))))
}

async fn not_found() -> Response {
    Refused::Path.into_response()
}

/// Why a handshake was refused.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("there is nothing here: the WebSocket is at `/ws`")]
    Path,
    #[error("this is a WebSocket: {0}")]
    NoWebSocket(String),
    #[error("this page's origin may not connect: add it to the allowed origins of the service")]
    Origin,
    #[error(transparent)]
    Ticket(#[from] TicketError),
    #[error(transparent)]
    Full(#[from] Refusal),
}

impl Refused {
    fn status(&self) -> StatusCode {
        match self {
            Self::Path => StatusCode::NOT_FOUND,
            Self::NoWebSocket(_) => StatusCode::BAD_REQUEST,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::Ticket(TicketError::Invalid) => StatusCode::UNAUTHORIZED,
            Self::Ticket(TicketError::Unavailable(_)) | Self::Full(Refusal::Full) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Full(Refusal::Organisation) => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Path => "/problems/not-found",
            Self::NoWebSocket(_) => "/problems/no-websocket",
            Self::Origin => "/problems/origin-not-allowed",
            Self::Ticket(TicketError::Invalid) => "/problems/invalid-ticket",
            Self::Ticket(TicketError::Unavailable(_)) | Self::Full(Refusal::Full) => "/problems/unavailable",
            Self::Full(Refusal::Organisation) => "/problems/too-many-connections",
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        let problem = Problem {
            kind: self.kind().to_owned(),
            title: status.canonical_reason().unwrap_or("Refused").to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            instance: None,
        };
        let media_type = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, media_type)], axum::Json(problem)).into_response()
    }
}
