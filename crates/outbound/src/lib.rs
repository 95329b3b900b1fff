//! The HTTP client for addresses that a user, or worse a tested server, gave us.
//!
//! Every connection is guarded: the host is resolved here, each answer must be allowed by the [`Policy`], the
//! connection goes to exactly the checked addresses, and the peer is checked again once connected. Redirects go
//! nowhere by themselves, sizes and times are bounded, and nothing is decompressed.

mod address;
mod authority;
mod client;
mod error;
mod guard;
mod request;
mod response;

pub use address::{AddressClass, Policy, classify};
pub use authority::Authority;
pub use client::{Client, Limits};
pub use error::{CertificateFault, OutboundError};
pub use guard::addresses_of;
pub use request::Request;
pub use response::{Response, Streaming};
