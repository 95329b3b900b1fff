//! `/v1/ws-tickets`: how a signed-in person opens the progress WebSocket, to which a browser cannot send headers.

use anyhow::{Context as _, anyhow};
use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::api::ws::WsTicket;
use redis::aio::ConnectionManager;
use runtime::progress::{TICKET_TTL, TicketHolder, ticket_key};
use store::Membership;

use crate::extract::Member;
use crate::problem::{ApiError, Result};
use crate::state::Api;

pub(crate) async fn create(State(api): State<Api>, Member(member): Member) -> Result<(StatusCode, Answer<WsTicket>)> {
    let unavailable = |source| ApiError::Unavailable {
        detail: "live progress is not available at the moment: poll the test instead",
        source,
    };
    let redis = api.redis.clone().ok_or_else(|| unavailable(anyhow!("no Redis is configured: set REDIS_URL")))?;
    // 256 bits from the operating system's generator: it cannot be guessed within its 30 seconds, or ever.
    let ticket = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    keep(redis, &ticket, &member).await.map_err(unavailable)?;
    let mut url = api.progress_url.clone();
    url.query_pairs_mut().append_pair("ticket", &ticket);
    let expires_in = u32::try_from(TICKET_TTL.as_secs()).unwrap_or(u32::MAX);
    Ok((StatusCode::CREATED, Answer(WsTicket { ticket, url: url.into(), expires_in })))
}

async fn keep(mut redis: ConnectionManager, ticket: &str, member: &Membership) -> anyhow::Result<()> {
    let holder = TicketHolder { org: member.scope.org().clone(), user: Some(member.user.clone()) };
    let holder = serde_json::to_string(&holder).context("write the ticket's holder")?;
    let mut command = redis::cmd("SET");
    command.arg(ticket_key(ticket)).arg(holder).arg("EX").arg(TICKET_TTL.as_secs());
    command.query_async::<()>(&mut redis).await.context("keep the ticket in Redis")
}
