//! What a service implements.

use std::fmt::Display;
use std::time::Duration;

use contracts::Envelope;

use crate::Incoming;

/// A service's reaction to one kind of message.
pub trait Handler: Send + Sync + 'static {
    /// What it consumes: one message type, or an enum of several made with [`one_of!`](crate::one_of).
    type Message: Incoming;

    /// Handles one message. It may see the same message again, after a crash or a lost acknowledgement, and must then
    /// not repeat its effects. `event.traceparent` is always set.
    fn handle(&self, event: Envelope<Self::Message>) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Why a message was not handled, and what happens to it. `?` on any error makes a [`Failure::Retry`].
#[derive(Debug)]
pub enum Failure {
    /// Try again later; after the queue's permitted number of receives the message goes to the dead-letter queue.
    Retry {
        /// How long to wait; by default exponentially longer with each receive.
        after: Option<Duration>,
        /// What went wrong.
        cause: anyhow::Error,
    },
    /// Never try again: the message goes to the dead-letter queue at once, alone.
    Reject {
        /// What is wrong with it.
        cause: anyhow::Error,
    },
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self::Retry { after: None, cause: cause.into() }
    }
}

/// Sends the message to the dead-letter queue with this reason.
pub fn reject(reason: impl Display) -> Failure {
    Failure::Reject { cause: anyhow::Error::msg(reason.to_string()) }
}

/// Tries again, but not before `after` has passed: what a rate limit or an open circuit asks for.
pub fn retry_after(after: Duration, cause: impl Into<anyhow::Error>) -> Failure {
    Failure::Retry { after: Some(after), cause: cause.into() }
}
