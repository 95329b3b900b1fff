//! Long polling: everywhere but in Lambda.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::delivery::Delivery;
use crate::health::Health;
use crate::message::{Settled, Worker};
use crate::queue::ConsumedQueue;
use crate::{Handler, Parts, http};
use retry::Policy;

/// Most messages that SQS gives at once.
const RECEIVE_BATCH: usize = 10;

/// Between failing receives. Endless: a queue that is gone for an hour comes back.
const RECEIVE_RETRIES: Policy = Policy::forever(Duration::from_millis(500), Duration::from_secs(30));

/// How long giving messages back may take once the drain timeout is over.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(3);

/// Receives and handles messages until the process is asked to stop, then lets running handlers finish.
pub(crate) async fn poll<H: Handler>(handler: Arc<H>, parts: &Parts) -> anyhow::Result<()> {
    let url = parts.settings.queue_url.as_deref().context("no queue to consume: set QUEUE_URL or --queue-url")?;
    let queue = Arc::new(ConsumedQueue::open(aws_sdk_sqs::Client::new(&parts.aws), url).await?);
    let health = Arc::new(Health::new());
    if let Some(address) = parts.settings.listen {
        http::serve_operations(address, health.clone(), parts.shutdown.clone()).await?;
    }
    info!(
        queue = url,
        concurrency = parts.settings.concurrency,
        visibility_timeout_seconds = queue.visibility_timeout.as_secs(),
        "`{}` waits for messages",
        parts.name
    );
    let poller = Poller {
        worker: Worker::new(handler, parts, false),
        queue,
        health,
        wait_seconds: parts.settings.receive_wait_seconds,
        shutdown: parts.shutdown.clone(),
        give_up: give_up_after(parts.settings.drain_timeout, parts.shutdown.clone()),
    };
    poller.run(parts.settings.concurrency.get(), parts.name).await;
    info!("`{}` stopped", parts.name);
    Ok(())
}

/// The token that is cancelled when work had `drain_timeout` to finish after the request to stop.
fn give_up_after(drain_timeout: Duration, shutdown: CancellationToken) -> CancellationToken {
    let give_up = CancellationToken::new();
    let token = give_up.clone();
    tokio::spawn(async move {
        shutdown.cancelled().await;
        tokio::time::sleep(drain_timeout).await;
        token.cancel();
    });
    give_up
}

struct Poller<H> {
    worker: Worker<H>,
    queue: Arc<ConsumedQueue>,
    health: Arc<Health>,
    wait_seconds: u8,
    shutdown: CancellationToken,
    give_up: CancellationToken,
}

impl<H: Handler> Poller<H> {
    async fn run(&self, concurrency: usize, name: &'static str) {
        let slots = Arc::new(Semaphore::new(concurrency));
        let mut running = JoinSet::new();
        let mut delays = RECEIVE_RETRIES.delays();
        let mut failures = 0_u32;
        loop {
            while let Some(finished) = running.try_join_next() {
                report_panic(finished);
            }
            let Some(mut permits) = self.free_slots(&slots).await else { break };
            let received = tokio::select! {
                // Not cut short by the request to stop: SQS may have handed out messages that nobody would see then
                // until their visibility timeout is over.
                received = self.queue.receive(permits.num_permits(), self.wait_seconds) => received,
                () = self.give_up.cancelled() => break,
            };
            match received {
                Ok(deliveries) => {
                    if failures > 0 {
                        info!("receives messages again after {failures} failures");
                        failures = 0;
                        delays = RECEIVE_RETRIES.delays();
                    }
                    self.health.received();
                    for delivery in deliveries {
                        if self.shutdown.is_cancelled() {
                            self.worker.release(&self.queue, &delivery).await;
                        } else if let Some(permit) = permits.split(1) {
                            running.spawn(self.attend(delivery, permit));
                        } else {
                            // More than asked for; an emulator may do that.
                            self.worker.release(&self.queue, &delivery).await;
                        }
                    }
                }
                Err(error) => {
                    failures += 1;
                    ::metrics::counter!("mcp_audit_receive_errors_total", "service" => name).increment(1);
                    if failures == 1 {
                        error!("cannot receive messages, trying again: {error:#}");
                    }
                    let delay = delays.next().unwrap_or(RECEIVE_RETRIES.cap);
                    tokio::select! {
                        () = tokio::time::sleep(delay) => {}
                        () = self.shutdown.cancelled() => {}
                    }
                }
            }
        }
        self.drain(running).await;
    }

    /// Waits for a free slot and takes all that are free, up to a batch. `None` once the process should stop.
    async fn free_slots(&self, slots: &Arc<Semaphore>) -> Option<tokio::sync::OwnedSemaphorePermit> {
        if self.shutdown.is_cancelled() {
            return None;
        }
        let saturated = slots.available_permits() == 0;
        if saturated {
            self.health.set_saturated(true);
        }
        let first = tokio::select! {
            first = slots.clone().acquire_owned() => first.ok(),
            () = self.shutdown.cancelled() => None,
        };
        if saturated {
            self.health.set_saturated(false);
        }
        let mut permits = first?;
        // Nobody else takes slots, so these are still free.
        let more = u32::try_from(slots.available_permits().min(RECEIVE_BATCH - 1)).unwrap_or(0);
        if let Ok(rest) = slots.clone().try_acquire_many_owned(more) {
            permits.merge(rest);
        }
        Some(permits)
    }

    /// Handles one message on a task of its own; the permit is its slot.
    fn attend(
        &self,
        delivery: Delivery,
        permit: tokio::sync::OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + Send + 'static + use<H> {
        let (worker, queue, give_up) = (self.worker.clone(), self.queue.clone(), self.give_up.clone());
        async move {
            if worker.attend(&queue, &delivery, &give_up).await == Settled::Acknowledge
                && let Err(error) = queue.delete(&delivery).await
            {
                warn!(sqs.message_id = delivery.id, "cannot acknowledge the message, it is delivered again: {error:#}");
            }
            drop(permit);
        }
    }

    /// Lets handlers finish. When the drain timeout ends, `give_up` makes them return their messages.
    async fn drain(&self, mut running: JoinSet<()>) {
        if !running.is_empty() {
            info!("waiting for {} running messages", running.len());
        }
        let finished = async {
            while let Some(finished) = running.join_next().await {
                report_panic(finished);
            }
        };
        let too_late = async {
            self.give_up.cancelled().await;
            tokio::time::sleep(RELEASE_TIMEOUT).await;
        };
        tokio::select! {
            () = finished => {}
            () = too_late => warn!("some messages could not be given back, they return after their visibility timeout"),
        }
    }
}

/// Panics of handlers are caught closer to them; this one is a bug of ours.
fn report_panic(finished: Result<(), tokio::task::JoinError>) {
    if let Err(error) = finished {
        error!("handling a message broke, it returns after its visibility timeout: {error}");
    }
}
