//! One way to send a message, whatever carries it.

use std::time::Duration;

use contracts::audit::Transport;
use outbound::OutboundError;

use crate::wire::http::HttpConnection;
use crate::wire::message::Parts;
use crate::wire::record::Exchange;
use crate::wire::shared::Shared;
use crate::wire::sse::{Departure, SseConnection};
use crate::wire::stdio::StdioConnection;

/// How long to wait for the first byte of an answer.
pub(crate) const FIRST_BYTE: Duration = Duration::from_secs(10);
/// How long a stream may be silent.
pub(crate) const IDLE: Duration = Duration::from_secs(15);
/// How long one exchange may take unless the options say otherwise.
pub(crate) const EXCHANGE: Duration = Duration::from_mins(1);
/// How long a message that is no stream may take from its first byte on, and how much longer for each of its parts: who
/// sends a byte now and then would otherwise hold each exchange for its whole time.
pub(crate) const WHOLE_MESSAGE: Duration = Duration::from_secs(15);
/// A part of a message that lengthens its time by a second.
pub(crate) const PART_BYTES: u64 = 64 << 10;
/// How long to go on reading after the response, to see a second one.
pub(crate) const GRACE: Duration = Duration::from_millis(100);
/// How long a stream is read that no message of ours asked for.
pub(crate) const LISTEN: Duration = Duration::from_secs(1);
/// Longest message.
pub(crate) const MAX_MESSAGE_BYTES: usize = 8 << 20;
/// How much of an answer to a burst is read: many are under way at once, and none of them is read for its content.
pub(crate) const BURST_BYTES: usize = 1 << 20;
/// Most notifications and requests of the server during one request.
pub(crate) const MAX_NOTIFICATIONS: usize = 1_000;

/// Why there is no exchange.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The guarded client refused or failed.
    #[error(transparent)]
    Outbound(OutboundError),
    /// The connection is gone: the child exited, the stream ended.
    #[error("{0}")]
    Closed(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The run has used up what it may send or receive.
    #[error("{0}")]
    Budget(String),
    /// The run was cancelled.
    #[error("the test was stopped")]
    Stopped,
    /// The endpoint that a stream announced is no place for credentials.
    #[error("the server announced a message endpoint where credentials must not go")]
    ForeignEndpoint {
        /// In which way.
        departure: Departure,
        /// Where it is, without query and user information.
        endpoint: String,
    },
    /// A child process could not be started.
    #[error("cannot start `{program}`")]
    Spawn {
        /// What was to be started.
        program: String,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<OutboundError> for WireError {
    fn from(error: OutboundError) -> Self {
        match error {
            OutboundError::Timeout { limit, .. } => Self::Timeout(limit),
            other => Self::Outbound(other),
        }
    }
}

/// A connection to the server.
pub(crate) enum Connection {
    /// Streamable HTTP: a request each.
    Http(HttpConnection),
    /// HTTP+SSE: requests out, one stream back.
    Sse(SseConnection),
    /// A child process.
    Stdio(StdioConnection),
}

impl Connection {
    /// How messages travel.
    pub(crate) fn transport(&self) -> Transport {
        match self {
            Self::Http(_) => Transport::StreamableHttp,
            Self::Sse(_) => Transport::HttpSse,
            Self::Stdio(_) => Transport::Stdio,
        }
    }

    /// Sends one request and reads its answer, within all limits. `session` is the session id of the connection.
    pub(crate) async fn send(
        &self,
        parts: &Parts,
        session: Option<&str>,
        shared: &Shared,
    ) -> Result<Exchange, WireError> {
        // What ends a session is no burden, and is owed to the server even when all else is used up.
        if parts.http_method != "DELETE" {
            shared.budget.take_request().map_err(WireError::Budget)?;
        }
        shared.recorder.sent(parts.method == "tools/call");
        let exchange = async {
            match self {
                Self::Http(http) => http.send(parts, session, shared).await,
                Self::Sse(sse) => sse.send(parts, shared).await,
                Self::Stdio(stdio) => stdio.send(parts, shared).await,
            }
        };
        let exchange = tokio::select! {
            exchange = exchange => exchange?,
            () = shared.cancel.cancelled() => return Err(WireError::Stopped),
        };
        if let Some(cap) = exchange.truncated {
            // A canary in a method would make each run look different.
            shared.recorder.cap(cap, &shared.template(parts.label()));
        }
        Ok(exchange)
    }

    /// Whether nothing can be sent any more.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Http(_) => false,
            Self::Sse(sse) => sse.is_closed(),
            Self::Stdio(stdio) => stdio.is_closed(),
        }
    }

    /// Ends it in order: closes the stream, stops the child.
    pub(crate) async fn close(&self) {
        match self {
            Self::Http(_) => {}
            Self::Sse(sse) => sse.close(),
            Self::Stdio(stdio) => stdio.close().await,
        }
    }
}
