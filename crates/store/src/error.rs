//! Why the store refused or failed. What is absent is `None`, not an error.

use std::error::Error;

/// Result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why a read or write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The caller does not hold the lease, or no longer.
    #[error("the lease on {what} is lost: stop working on it, its new holder goes on")]
    LeaseLost {
        /// The test or scan.
        what: String,
    },
    /// The cursor was not handed out for this list of this organisation.
    #[error("the cursor does not belong to this list: start again without one")]
    BadCursor,
    /// The month is not of the form `2026-11`.
    #[error("`{0}` is no month: write it as `2026-11`")]
    BadMonth(String),
    /// The item is in a state that rules the change out.
    #[error("{what} is {state}: this change is no longer possible")]
    Conflict {
        /// The item.
        what: String,
        /// `completed`, `failed`, `missing` or what differs.
        state: String,
    },
    /// One item would be larger than the database allows.
    #[error("{what} has {size_bytes} bytes, more than the {limit_bytes} that one item can hold: shorten it")]
    TooLarge {
        /// The item.
        what: String,
        /// Its size.
        size_bytes: usize,
        /// What is allowed.
        limit_bytes: usize,
    },
    /// Stored data is not what this version writes.
    #[error("{what} is damaged: restore it from the backup, or remove it")]
    Damaged {
        /// Item or object, and attribute.
        what: String,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The database or the object store did not do it; trying later may help.
    #[error("cannot {operation}: check that the table and the buckets exist and that this role may use them")]
    Unavailable {
        /// What was tried.
        operation: &'static str,
        /// The answer.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// Adapts an error of the SDK, for `map_err`.
    pub(crate) fn unavailable<E>(operation: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        move |source| Self::Unavailable { operation, source: source.into() }
    }

    /// Says what stored data cannot be used, and why.
    pub(crate) fn damaged(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Damaged { what: what.into(), source: source.into() }
    }
}
