//! How many connections there are, in all and per organisation, so that one organisation cannot use up the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contracts::ids::OrgId;

/// The open connections of this process.
#[derive(Debug)]
pub(crate) struct Connections {
    max_total: usize,
    max_per_org: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    per_org: HashMap<OrgId, usize>,
}

/// Why a connection is not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Another replica may have room.
    #[error("this server has no room for more connections: try again in a few seconds")]
    Full,
    /// Every replica counts for itself.
    #[error("your organisation has too many open connections: close some dashboards and try again")]
    Organisation,
}

/// A place for one connection; dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Admission {
    org: OrgId,
    connections: Arc<Connections>,
}

impl Connections {
    pub(crate) fn new(max_total: usize, max_per_org: usize) -> Self {
        Self { max_total, max_per_org, open: Mutex::default() }
    }

    /// Takes a place.
    pub(crate) fn admit(self: &Arc<Self>, org: &OrgId) -> Result<Admission, Refusal> {
        let mut open = self.lock();
        if open.total >= self.max_total {
            return Err(Refusal::Full);
        }
        let of_org = open.per_org.get(org).copied().unwrap_or(0);
        if of_org >= self.max_per_org {
            return Err(Refusal::Organisation);
        }
        open.per_org.insert(org.clone(), of_org + 1);
        open.total += 1;
        Ok(Admission { org: org.clone(), connections: Arc::clone(self) })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // No code panics while it holds the lock.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.total -= 1;
        if let Some(count) = open.per_org.get_mut(&self.org) {
            *count -= 1;
            if *count == 0 {
                open.per_org.remove(&self.org);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_in_all_and_per_organisation_and_come_back() {
        let (first, second, third): (OrgId, OrgId, OrgId) =
            ("org-1".parse().unwrap(), "org-2".parse().unwrap(), "org-3".parse().unwrap());
        let connections = Arc::new(Connections::new(3, 2));
        let held = [connections.admit(&first).unwrap(), connections.admit(&first).unwrap()];
        assert_eq!(connections.admit(&first).unwrap_err(), Refusal::Organisation);
        let other = connections.admit(&second).unwrap();
        assert_eq!(connections.admit(&third).unwrap_err(), Refusal::Full);
        drop(held);
        assert!(connections.admit(&first).is_ok());
        drop(other);
        assert_eq!(connections.lock().total, 0);
        assert!(connections.lock().per_org.is_empty(), "organisations that left must not stay in memory");
    }
}
