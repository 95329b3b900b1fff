//! Answers that are kept with their entity tag (RFC 9110, section 8.8.3), so that GitHub need not send them again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use url::Url;

/// An answer that may still hold.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) etag: String,
    pub(super) body: Bytes,
    pub(super) next: Option<Url>,
}

/// Answers up to a number of bytes; the oldest go first. In memory only: files of repositories hold secrets.
#[derive(Debug)]
pub(super) struct Cache {
    room: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: HashMap<String, Kept>,
    /// Keys from the oldest on. A key that was kept again stands here twice; the first only goes too early.
    order: VecDeque<String>,
    bytes: usize,
}

impl Cache {
    pub(super) fn new(room: usize) -> Self {
        Self { room, state: Mutex::default() }
    }

    pub(super) fn get(&self, key: &str) -> Option<Kept> {
        self.state().kept.get(key).cloned()
    }

    pub(super) fn put(&self, key: String, kept: Kept) {
        let size = size_of(&key, &kept);
        if size > self.room / 4 {
            return;
        }
        let mut state = self.state();
        state.bytes += size;
        if let Some(old) = state.kept.insert(key.clone(), kept) {
            state.bytes -= size_of(&key, &old);
        }
        state.order.push_back(key);
        while state.bytes > self.room {
            let Some(oldest) = state.order.pop_front() else { return };
            if let Some(old) = state.kept.remove(&oldest) {
                state.bytes -= size_of(&oldest, &old);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size_of(key: &str, kept: &Kept) -> usize {
    // The key is held twice.
    2 * key.len() + kept.etag.len() + kept.body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let cache = Cache::new(1_000);
        let kept = |size| Kept { etag: String::new(), body: Bytes::from(vec![b'x'; size]), next: None };
        for number in 0..20 {
            cache.put(format!("k{number}"), kept(200));
        }
        assert!(cache.get("k19").is_some() && cache.get("k0").is_none());
        assert!(cache.state().bytes <= 1_000);
        cache.put("large".to_owned(), kept(900));
        assert!(cache.get("large").is_none() && cache.get("k19").is_some());
    }
}
