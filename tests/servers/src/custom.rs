//! Servers that do not come from this framework.

mod hostile;
mod sdk;

use axum::Router;

use crate::access::Place;

/// A server of another make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Custom {
    /// Written with the Rust SDK, configured as its documentation recommends.
    Sdk,
    /// Attacks whoever audits it.
    Hostile,
}

impl Custom {
    pub(crate) fn router(self, place: &Place) -> Router {
        match self {
            Self::Sdk => sdk::router(place),
            Self::Hostile => hostile::router(),
        }
    }
}
