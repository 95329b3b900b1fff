//! Sends commands again that were stored but never reached their queue, because the API or the queue failed in between.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

use contracts::ids::{ScanId, TestId};
use runtime::Queue;

use crate::commands;
use crate::state::Api;

/// A command that arrived is taken up long before.
const OLDER_THAN: Duration = Duration::from_mins(1);
/// How often a process that runs on looks for them.
pub const EVERY: Duration = Duration::from_secs(30);
/// Where workers are merely behind, sending again must not make their queue longer and longer.
const AGAIN_AFTER: Duration = Duration::from_mins(15);
/// Items of one sweep.
const AT_ONCE: u32 = 1_000;

/// Remembers what it has sent, so that it does not send it at once again.
pub(crate) struct Sweeper {
    api: Api,
    tests: Sent<TestId>,
    scans: Sent<ScanId>,
}

impl Sweeper {
    pub(crate) fn new(api: Api) -> Self {
        Self { api, tests: Sent::default(), scans: Sent::default() }
    }

    /// Returns how many commands it sent.
    pub(crate) async fn sweep(&mut self) -> anyhow::Result<usize> {
        let mut count = 0;
        let now = Instant::now();
        for (scope, test) in self.api.store.stale_queued_tests(OLDER_THAN, AT_ONCE).await? {
            if self.tests.is_due(&test.test_id, now) {
                self.api.bus.send(Queue::Test, &commands::test_requested(&scope, &test)).await?;
                self.tests.mark(test.test_id, now);
                count += 1;
            }
        }
        for (scope, scan) in self.api.store.stale_queued_scans(OLDER_THAN, AT_ONCE).await? {
            if self.scans.is_due(&scan.scan_id, now) {
                self.api.bus.send(Queue::Scan, &commands::scan_requested(&scope, &scan)).await?;
                self.scans.mark(scan.scan_id, now);
                count += 1;
            }
        }
        Ok(count)
    }
}

/// When commands were last sent again.
#[derive(Debug)]
struct Sent<Id>(HashMap<Id, Instant>);

impl<Id> Default for Sent<Id> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<Id: Eq + Hash> Sent<Id> {
    fn is_due(&self, id: &Id, now: Instant) -> bool {
        self.0.get(id).is_none_or(|sent| now.duration_since(*sent) >= AGAIN_AFTER)
    }

    fn mark(&mut self, id: Id, now: Instant) {
        self.0.retain(|_, sent| now.duration_since(*sent) < AGAIN_AFTER);
        self.0.insert(id, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_not_sent_again_and_again() {
        let mut sent = Sent::default();
        let now = Instant::now();
        assert!(sent.is_due(&1, now));
        sent.mark(1, now);
        assert!(!sent.is_due(&1, now + EVERY));
        assert!(sent.is_due(&2, now + EVERY));
        assert!(sent.is_due(&1, now + AGAIN_AFTER));
        sent.mark(2, now + AGAIN_AFTER);
        assert_eq!(sent.0.len(), 1, "what is long past must not stay in memory");
    }
}
