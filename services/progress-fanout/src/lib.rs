//! Streams the progress of tests and scans from Redis to open dashboard connections (architecture section 8).
//!
//! Replicas share nothing but Redis. Each follows all shard streams with one reader per shard; an event is serialised
//! once and goes to the bounded outbox of every connection that follows its topic.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

mod budget;
mod connection;
mod connections;
mod entry_id;
mod fanout;
mod history;
mod hub;
mod origin;
mod outbox;
mod readers;
mod server;
mod settings;
mod ticket;

pub use fanout::{Fanout, Limits};
pub use origin::AllowedOrigin;
pub use server::router;
pub use settings::Settings;
