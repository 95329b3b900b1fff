//! Why a server cannot be audited.

use std::time::Duration;

use outbound::OutboundError;

use crate::wire::Departure;

/// Why a server cannot be audited. Each message says what a person can do.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address guard refused it.
    #[error("will not connect: {0}")]
    Refused(#[source] OutboundError),
    /// No connection, or no HTTP.
    #[error("{0}")]
    Unreachable(#[source] OutboundError),
    /// The connection was lost.
    #[error("the connection was lost: {0}; try again, and look at the server's log if it persists")]
    Closed(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}: check that the server is running and not overloaded")]
    Timeout(Duration),
    /// It answers, but it speaks no MCP.
    #[error("it does not answer as an MCP server{}: {hint}", status.map(|status| format!(" (status {status})")).unwrap_or_default())]
    NotMcp {
        /// HTTP status of its answer.
        status: Option<u16>,
        /// What may be wrong.
        hint: String,
    },
    /// It wants a credential, or another one.
    #[error("{}", if *given { "the server refuses the given credential: check it and its scopes" } else { "the server wants a credential: pass one, for instance as an `Authorization` header" })]
    NeedsCredentials {
        /// Whether one was given.
        given: bool,
        /// Its `WWW-Authenticate`, masked.
        challenge: Option<String>,
    },
    /// It announced a message endpoint of another origin, or with user information (HTTP+SSE), where the credential would
    /// follow.
    #[error(
        "the server announces a message endpoint where credentials must not go: serve both from one origin, and announce a path"
    )]
    ForeignEndpoint {
        /// In which way it leaves the origin.
        departure: Departure,
        /// Where it leads, without query and user information.
        endpoint: String,
    },
    /// The program could not be started.
    #[error("cannot start `{program}`: check that it is installed and in PATH")]
    Spawn {
        /// The program.
        program: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The program was to be cut off from the network, which this machine does not allow.
    #[error(
        "this machine cannot cut the server off from the network: install `bwrap` and allow user namespaces, or let the server use the network"
    )]
    NotIsolated,
    /// The program ended before it answered.
    #[error("{reason} before it answered: run the command by hand to see why; its last words: {last_words}")]
    Exited {
        /// How it ended.
        reason: String,
        /// The end of its stderr, masked.
        last_words: String,
    },
    /// The audit was cancelled.
    #[error("the test was stopped")]
    Stopped,
}
