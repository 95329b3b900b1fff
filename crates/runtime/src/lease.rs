//! The right to work on a job, renewed while the work goes on, so that two workers never do it at the same time.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

/// Renews a lease until the keeper is dropped; cancels `lost` once the lease belongs to somebody else, which `renew` tells
/// with `false`. `lease` is how long a claim holds without renewal: how long a crash delays the next worker.
pub fn keep_lease<Renewing>(
    lease: Duration,
    mut renew: impl FnMut() -> Renewing + Send + 'static,
    lost: CancellationToken,
) -> LeaseKeeper
where
    Renewing: Future<Output = store::Result<bool>> + Send,
{
    let task = tokio::spawn(async move {
        let mut ticks = interval(lease / 3);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match renew().await {
                Ok(true) => {}
                Ok(false) => return lost.cancel(),
                // A passing fault of the store: two more ticks fit into the lease.
                Err(error) => warn!(%error, "cannot renew the lease of a job, trying again"),
            }
        }
    });
    LeaseKeeper(task.abort_handle())
}

/// Stops renewing when dropped.
#[must_use = "the lease is renewed until this is dropped"]
pub struct LeaseKeeper(tokio::task::AbortHandle);

impl Drop for LeaseKeeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}
