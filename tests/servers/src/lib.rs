//! Small MCP servers to audit. Each fixture is a sound server with one thing turned wrong, beside clean ones, one that
//! combines realistic weaknesses, and one that attacks the auditor. None of them executes, writes or deletes anything:
//! what looks dangerous is emulated.

mod access;
mod answer;
mod client;
mod custom;
mod fixtures;
mod flaw;
pub mod github;
mod handles;
mod http;
mod issuer;
mod json;
mod metadata;
mod pages;
mod recording;
mod running;
mod schema;
mod server;
mod serving;
mod sessions;
mod sse;
pub mod stdio;
mod tls;
mod tokens;
mod tool;
mod turns;

pub use fixtures::{ALL, Expected, Fixture, fixture};
pub use flaw::Flaw;
pub use issuer::Issuer;
pub use recording::Recorded;
pub use running::{Running, start, start_on};
pub use schema::violation;
pub use server::{Prompt, Resource, Server};
pub use tool::{Call, Reply, Tool};
