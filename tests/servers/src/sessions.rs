//! Sessions of the revisions with a handshake.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::answer::random_id;

/// The open sessions of a server.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: Mutex<BTreeMap<String, Session>>,
    count: AtomicU64,
}

/// One session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    /// The revision that was agreed on.
    pub(crate) revision: String,
    /// `clientInfo.name` of the handshake.
    pub(crate) client: String,
    /// Whether the client said that it is ready.
    pub(crate) is_ready: bool,
}

impl Sessions {
    /// Opens a session under a random id.
    pub(crate) fn open(&self, session: Session) -> String {
        self.open_as(random_id(), session)
    }

    /// Opens a session under the next number.
    pub(crate) fn open_numbered(&self, session: Session) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.open_as(format!("session-{number}"), session)
    }

    /// Opens a session under an id.
    pub(crate) fn open_as(&self, id: String, session: Session) -> String {
        self.all().insert(id.clone(), session);
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<Session> {
        self.all().get(id).cloned()
    }

    pub(crate) fn make_ready(&self, id: &str) {
        if let Some(session) = self.all().get_mut(id) {
            session.is_ready = true;
        }
    }

    /// Ends a session; false where there was none.
    pub(crate) fn end(&self, id: &str) -> bool {
        self.all().remove(id).is_some()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
