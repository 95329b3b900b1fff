//! The one way to run a handler.
//!
//! A service implements [`Handler`] and calls [`run`]: inside Lambda that serves the Lambda runtime API, elsewhere it
//! polls the service's queue. Either way a message is handled at least once, never lost without an entry in the
//! dead-letter queue, and never silently. Services that answer HTTP call [`serve_http`] instead, or [`serve_gateway`] where
//! [`is_lambda`].
//!
//! Only this crate names SQS, SNS and Lambda.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

mod bus;
mod delivery;
mod emf;
mod gateway;
mod gateway_function;
mod handler;
mod health;
mod health_check;
mod heartbeat;
mod http;
mod incoming;
mod lambda;
mod lease;
mod message;
mod metrics;
mod parts;
mod poller;
pub mod progress;
mod queue;
pub mod redis_client;
mod secrets;
mod settings;
mod shutdown;
mod telemetry;
mod trace;

pub use bus::{Bus, BusError, Queue};
pub use gateway_function::{TaskHandler, serve_gateway};
pub use handler::{Failure, Handler, reject, retry_after};
pub use http::serve_http;
pub use incoming::{Incoming, ParseError};
pub use lambda::is_lambda;
pub use lease::{LeaseKeeper, keep_lease};
pub use parts::Parts;
pub use progress::ProgressPublisher;
pub use retry;
pub use secrets::settings;
pub use settings::{BusSettings, Settings};
pub use tokio_util::sync::CancellationToken;

/// For the expansion of [`one_of!`] only.
#[doc(hidden)]
pub mod macro_support {
    pub use contracts::{Envelope, Message};
    pub use serde_json::value::RawValue;

    pub use crate::incoming::parse_as;
}

/// Runs a handler until the process is asked to stop: inside Lambda for its invocations, elsewhere on the queue that
/// `--queue-url` names.
pub async fn run<H: Handler>(handler: H, parts: Parts) -> anyhow::Result<()> {
    let handler = std::sync::Arc::new(handler);
    let result = if is_lambda() { lambda::serve(handler, &parts).await } else { poller::poll(handler, &parts).await };
    parts.telemetry.shut_down().await;
    result
}
