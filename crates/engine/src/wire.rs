//! The wire client: raw first, so that every byte that a server sends can be judged, and bounded in every direction, so
//! that a hostile server can neither hang the audit nor fill its memory. The engine uses no other client.

pub(crate) mod budget;
pub(crate) mod child;
pub(crate) mod connection;
pub mod event_stream;
pub(crate) mod heard;
pub(crate) mod http;
mod inbox;
pub(crate) mod isolation;
pub mod jsonrpc;
pub(crate) mod link;
pub(crate) mod message;
pub(crate) mod negotiate;
pub(crate) mod record;
pub(crate) mod shared;
mod sse;
pub(crate) mod stdio;
#[cfg(test)]
mod tests;
mod waiting;

pub use message::ClientIdentity;
pub use record::{Cap, CapHit, Exchange};
pub use sse::Departure;
