//! Sessions of the revisions with a handshake.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::answer::random_id;
use crate::tokens::Principal;

/// Sessions at the same time; the one that was not used for longest makes room for the next.
const MOST: usize = 48;

/// The open sessions of a server.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: Mutex<BTreeMap<String, Session>>,
    count: AtomicU64,
    uses: AtomicU64,
    is_unlimited: bool,
}

/// One session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    /// The revision that was agreed on.
    pub(crate) revision: String,
    /// `clientInfo.name` of the handshake.
    pub(crate) client: String,
    /// Who opened it.
    pub(crate) principal: Principal,
    /// What the client says that it can be asked.
    pub(crate) capabilities: Value,
    /// Whether the client said that it is ready.
    pub(crate) is_ready: bool,
    /// When it was used last, counted in uses of all sessions.
    pub(crate) last_use: u64,
}

impl Sessions {
    /// No sessions yet, and no end of them.
    pub(crate) fn unlimited() -> Self {
        Self { is_unlimited: true, ..Self::default() }
    }

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
        let mut open = self.all();
        if !self.is_unlimited
            && open.len() >= MOST
            && let Some(idle) = open.iter().min_by_key(|(_, session)| session.last_use).map(|(id, _)| id.clone())
        {
            open.remove(&idle);
        }
        open.insert(id.clone(), Session { last_use: self.uses.fetch_add(1, Ordering::Relaxed), ..session });
        id
    }

    pub(crate) fn get(&self, id: &str) -> Option<Session> {
        let mut open = self.all();
        let session = open.get_mut(id)?;
        session.last_use = self.uses.fetch_add(1, Ordering::Relaxed);
        Some(session.clone())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_idle_session_makes_room() {
        let sessions = Sessions::default();
        let ids: Vec<String> = (0..MOST).map(|_| sessions.open(Session::default())).collect();
        assert!(sessions.get(&ids[0]).is_some());
        sessions.open(Session::default());
        assert!(sessions.get(&ids[0]).is_some() && sessions.get(&ids[1]).is_none());
    }
}
