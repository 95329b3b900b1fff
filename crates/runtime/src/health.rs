//! Whether this process does its work, for `/healthz`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How old the last successful receive may be: three long polls.
const STALE_AFTER: Duration = Duration::from_mins(1);

/// What the poller says about itself.
#[derive(Debug)]
pub(crate) struct Health {
    started: Instant,
    /// Milliseconds between `started` and the last sign of life.
    last_alive: AtomicU64,
    /// Every slot is busy: not receiving is right then, however long it takes.
    saturated: AtomicBool,
}

impl Health {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), last_alive: AtomicU64::new(0), saturated: AtomicBool::new(false) }
    }

    /// A receive succeeded.
    pub(crate) fn received(&self) {
        self.alive_at(Instant::now());
    }

    /// All slots are busy, or one became free again.
    pub(crate) fn set_saturated(&self, saturated: bool) {
        self.saturated.store(saturated, Ordering::Relaxed);
        // The clock of the next receive starts when the wait for a slot ends.
        self.alive_at(Instant::now());
    }

    /// Whether messages flow, or could.
    pub(crate) fn is_ok(&self) -> bool {
        self.is_ok_at(Instant::now())
    }

    fn alive_at(&self, now: Instant) {
        let milliseconds = u64::try_from(now.duration_since(self.started).as_millis()).unwrap_or(u64::MAX);
        self.last_alive.fetch_max(milliseconds, Ordering::Relaxed);
    }

    fn is_ok_at(&self, now: Instant) -> bool {
        let last_alive = Duration::from_millis(self.last_alive.load(Ordering::Relaxed));
        self.saturated.load(Ordering::Relaxed)
            || now.duration_since(self.started).saturating_sub(last_alive) <= STALE_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_unhealthy_unless_every_slot_is_busy() {
        let health = Health::new();
        let minute = Duration::from_mins(1);
        assert!(health.is_ok_at(health.started + minute));
        assert!(!health.is_ok_at(health.started + minute * 2));
        health.alive_at(health.started + minute);
        assert!(health.is_ok_at(health.started + minute * 2));
        health.set_saturated(true);
        assert!(health.is_ok_at(health.started + minute * 30));
        health.set_saturated(false);
        assert!(!health.is_ok_at(health.started + minute * 30));
    }
}
