//! How many messages a client may send.

use std::time::{Duration, Instant};

/// Enough for a reconnecting dashboard to subscribe to everything at once, twice.
const BURST: u32 = 80;
/// One more message is allowed after each of these.
const REFILL: Duration = Duration::from_millis(100);

/// A token bucket for the messages of one connection: each may cost a read of Redis.
#[derive(Debug)]
pub(crate) struct Budget {
    left: u32,
    refilled: Instant,
}

impl Budget {
    pub(crate) fn new(now: Instant) -> Self {
        Self { left: BURST, refilled: now }
    }

    /// Counts one message; false where it is one too many.
    pub(crate) fn spend(&mut self, now: Instant) -> bool {
        let earned = now.saturating_duration_since(self.refilled).as_millis() / REFILL.as_millis();
        let earned = u32::try_from(earned).unwrap_or(BURST).min(BURST);
        if self.left + earned >= BURST {
            self.left = BURST;
            self.refilled = now;
        } else {
            self.left += earned;
            self.refilled += REFILL * earned;
        }
        let enough = self.left > 0;
        self.left = self.left.saturating_sub(1);
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_refused_and_a_pause_forgives() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        assert_eq!((0..BURST + 5).filter(|_| budget.spend(start)).count(), BURST as usize);
        assert!(!budget.spend(start + REFILL / 2));
        assert!(budget.spend(start + REFILL));
        assert!(!budget.spend(start + REFILL));
        let rested = start + REFILL * 1000;
        assert_eq!((0..BURST + 5).filter(|_| budget.spend(rested)).count(), BURST as usize, "no hoarding");
    }
}
