//! What a server does otherwise each second time.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Counts requests of each kind.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<BTreeMap<String, u64>>);

impl Turns {
    /// Counts a request; true for each second one of its kind.
    pub(crate) fn is_second(&self, kind: &str) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(kind.to_owned()).or_default();
        *count += 1;
        count.is_multiple_of(2)
    }
}
