//! Waiting with a deadline.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep};

/// How often a condition is looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// Waits until `look` finds something. Past the deadline the error says what was waited for.
pub async fn until<T, F, L>(what: impl Display, within: Duration, mut look: L) -> anyhow::Result<T>
where
    L: FnMut() -> F,
    F: Future<Output = anyhow::Result<Option<T>>>,
{
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("waited {} s in vain for {what}", within.as_secs());
        }
        sleep(INTERVAL).await;
    }
}
