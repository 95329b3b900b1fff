//! Why a call did not give what was asked for.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use contracts::api::problem::Problem;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The API refused, and says why (RFC 9457).
    #[error("{}", Refusal(.0))]
    Problem(Box<Problem>),
    /// Something else than our API answered, such as a proxy.
    #[error("the server answered {status} without a problem document: check the address of the API")]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// The answer is not what this version of the client knows.
    #[error("the answer is not what this client expects: update the client")]
    Decode(#[source] serde_json::Error),
    /// The answer is larger than the client reads.
    #[error("the answer is larger than {limit_bytes} bytes")]
    TooLarge {
        /// What the client reads.
        limit_bytes: usize,
    },
    /// No answer.
    #[error("cannot reach the server")]
    Transport(#[source] reqwest::Error),
    /// The WebSocket failed.
    #[error("the progress connection failed: {0}")]
    WebSocket(String),
    /// The address cannot be used.
    #[error("`{0}` is no address of an API: write it as `https://api.example`")]
    Address(String),
    /// TLS cannot be set up on this machine.
    #[error("cannot prepare TLS")]
    Tls(#[source] Box<dyn Error + Send + Sync>),
    /// It did not end in time.
    #[error("{what} did not end within {} s", within.as_secs())]
    Deadline {
        /// What was waited for.
        what: String,
        /// How long.
        within: Duration,
    },
}

impl ClientError {
    /// HTTP status of the answer, where there was one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::Status { status } => Some(*status),
            Self::Transport(error) => error.status().map(|status| status.as_u16()),
            _ => None,
        }
    }

    /// What the API says about the refusal.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        // Addresses of downloads and tickets are secrets.
        Self::Transport(error.without_url())
    }
}

impl From<url::ParseError> for ClientError {
    fn from(error: url::ParseError) -> Self {
        Self::Address(error.to_string())
    }
}

struct Refusal<'a>(&'a Problem);

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { status, detail, instance, .. } = self.0;
        write!(f, "{detail} (status {status}")?;
        if let Some(instance) = instance {
            write!(f, ", request {instance}")?;
        }
        f.write_str(")")
    }
}
