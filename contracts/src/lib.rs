//! Every JSON that crosses a process boundary.
//!
//! The Rust types here are the source. JSON Schema, `asyncapi.yaml` and `openapi.json` are generated from them by
//! `make schemas` and checked in; a test fails when they drift, or when a file in `examples/` no longer parses.
//! Within a version only optional fields are added, and readers ignore fields that they do not know.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

pub mod api;
pub mod audit;
pub mod catalog;
pub mod commands;
pub mod documents;
pub mod envelope;
pub mod events;
pub mod generate;
pub mod github;
pub mod ids;
pub mod packages;
pub mod progress;
pub mod tasks;

pub use catalog::Message;
pub use envelope::Envelope;
