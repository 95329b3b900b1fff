//! The right to run a test, renewed while it runs, so that two workers never test one server at the same time.

use std::time::Duration;

use contracts::ids::TestId;
use store::{OrgScope, Store};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// How long a claim holds without renewal: how long a crash delays the next worker.
pub(crate) const LEASE: Duration = Duration::from_secs(15);

/// Renews until dropped; cancels `lost` once the lease belongs to somebody else.
pub(crate) fn keep(store: Store, scope: OrgScope, test: TestId, worker: String, lost: CancellationToken) -> Keeper {
    let task = tokio::spawn(async move {
        let mut ticks = interval(LEASE / 3);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match store.renew_test(&scope, &test, &worker, LEASE).await {
                Ok(true) => {}
                Ok(false) => return lost.cancel(),
                // A passing fault of the store: two more ticks fit into the lease.
                Err(error) => warn!(test.id = %test, %error, "cannot renew the lease of a test, trying again"),
            }
        }
    });
    Keeper(task.abort_handle())
}

/// Stops renewing when dropped.
pub(crate) struct Keeper(tokio::task::AbortHandle);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}
