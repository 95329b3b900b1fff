//! Typed client of our own REST API and progress WebSocket, for the command line, the agent and the end-to-end tests.
//!
//! ```no_run
//! # async fn example() -> Result<(), api_client::ClientError> {
//! use contracts::api::auth::LoginRequest;
//!
//! let client = api_client::Client::new("https://api.mcp-audit.example".parse()?)?;
//! let login = LoginRequest { email: "ada@company.example".into(), password: "several short words".into() };
//! let client = client.with_token(client.login(&login).await?.access_token);
//! let newest = client.tests(Some(10), None).await?;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

mod client;
mod error;
mod progress;

pub use client::Client;
pub use error::ClientError;
pub use progress::ProgressSocket;
