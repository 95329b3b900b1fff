//! What keeps clients from a server and is a finding by itself: the audit then says so instead of nothing.

use std::fmt;

use outbound::{CertificateFault, OutboundError};
use serde::{Deserialize, Serialize};

use crate::session::ConnectError;
use crate::wire::Departure;

/// Why no client should connect to a server. Whatever needs a connection is not assessed then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// Its certificate is not valid.
    Certificate {
        /// What is wrong with it, in one word.
        fault: CertificateFault,
        /// What is wrong with it.
        reason: String,
    },
    /// It sends messages, and credentials with them, elsewhere (HTTP+SSE).
    ForeignEndpoint {
        /// In which way.
        departure: Departure,
        /// Where to, without query and user information.
        endpoint: String,
    },
}

impl Obstacle {
    /// What a failure to connect says about the server. Most failures say nothing about it.
    pub(crate) fn of(error: &ConnectError) -> Option<Self> {
        match error {
            ConnectError::Unreachable(OutboundError::Certificate { fault, reason, .. }) => {
                Some(Self::Certificate { fault: *fault, reason: reason.clone() })
            }
            ConnectError::ForeignEndpoint { departure, endpoint } => {
                Some(Self::ForeignEndpoint { departure: *departure, endpoint: endpoint.clone() })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate { reason, .. } => write!(f, "its certificate is not valid: {reason}"),
            Self::ForeignEndpoint { .. } => {
                f.write_str("it announces a message endpoint where credentials must not go")
            }
        }
    }
}
