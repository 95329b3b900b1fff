//! Keeps a message hidden while its handler runs, however long that takes.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tracing::warn;

use crate::delivery::Delivery;
use crate::queue::ConsumedQueue;

/// Extends the visibility timeout at every third of it, so that two beats may fail. Runs until it is dropped.
pub(crate) async fn keep_hidden(queue: &ConsumedQueue, delivery: &Delivery) -> Infallible {
    let period = (queue.visibility_timeout / 3).max(Duration::from_secs(1));
    let mut beats = tokio::time::interval_at(Instant::now() + period, period);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        beats.tick().await;
        match queue.hide(delivery, queue.visibility_timeout).await {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    warn!("cannot extend the visibility timeout, the message may be handled twice: {error:#}");
                }
                failing = true;
            }
        }
    }
}
