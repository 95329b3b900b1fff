//! An answer, whole or as a bounded stream.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::client::Limits;
use crate::{OutboundError, error};

/// A whole answer, as far as the limits let it be read.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header fields in order, names in lower case; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body, cut at the limit.
    pub body: Bytes,
    /// Whether the body was cut because it is longer than the limit.
    pub truncated: bool,
    /// The address that answered.
    pub peer: Option<SocketAddr>,
    /// Where the answer came from, after redirects within the origin.
    pub url: Url,
    /// From the start of sending to the status line.
    pub first_byte: Duration,
    /// From the start of sending to the end of the body.
    pub total: Duration,
}

impl Response {
    /// The first header field of that name; case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// An answer whose body is read piece by piece. Dropping it closes the stream.
pub struct Streaming {
    /// HTTP status.
    pub status: u16,
    /// Header fields in order, names in lower case; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The address that answered.
    pub peer: Option<SocketAddr>,
    /// Where the answer came from, after redirects within the origin.
    pub url: Url,
    /// From the start of sending to the status line.
    pub first_byte: Duration,
    pub(crate) inner: reqwest::Response,
    pub(crate) started: Instant,
    pub(crate) limits: Limits,
    pub(crate) left: u64,
    pub(crate) truncated: bool,
}

impl Streaming {
    /// The first header field of that name; case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The next piece of the body; `None` at its end or at the size limit. Cancel safe.
    ///
    /// A wait longer than the idle limit, and a stream older than the total limit, end in [`OutboundError::Timeout`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, OutboundError> {
        if self.left == 0 {
            self.truncated = true;
            return Ok(None);
        }
        let end = self.started + self.limits.total;
        let idle = Instant::now() + self.limits.idle;
        let chunk = match timeout_at(idle.min(end), self.inner.chunk()).await {
            Ok(chunk) => chunk.map_err(|source| error::of_reqwest(&self.url, source))?,
            Err(_) if end <= idle => {
                return Err(OutboundError::Timeout { what: "end of the answer", limit: self.limits.total });
            }
            Err(_) => return Err(OutboundError::Timeout { what: "further byte", limit: self.limits.idle }),
        };
        let Some(mut chunk) = chunk else { return Ok(None) };
        if chunk.len() as u64 > self.left {
            chunk.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.truncated = true;
        }
        self.left -= chunk.len() as u64;
        Ok(Some(chunk))
    }

    /// Whether the body was cut because it is longer than the limit.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Time since the start of sending.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl std::fmt::Debug for Streaming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Streaming {{ status: {}, peer: {:?} }}", self.status, self.peer)
    }
}
