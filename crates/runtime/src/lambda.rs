//! Lambda with an SQS event source that reports partial batch failures.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use futures_util::StreamExt as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::delivery::Delivery;
use crate::message::{Settled, Worker};
use crate::queue::ConsumedQueue;
use crate::{Handler, Parts};

/// Whether Lambda started this process.
pub fn is_lambda() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Serves batches of messages until the environment is shut down.
pub(crate) async fn serve<H: Handler>(handler: Arc<H>, parts: &Parts) -> anyhow::Result<()> {
    let function = Function {
        worker: Worker::new(handler, parts, true),
        sqs: aws_sdk_sqs::Client::new(&parts.aws),
        queues: Mutex::default(),
        concurrency: parts.settings.concurrency.get(),
    };
    serve_invocations(parts, async |event| function.invoked(event).await).await
}

/// Serves invocations until the environment is shut down.
pub(crate) async fn serve_invocations<Event: DeserializeOwned, Answer: Serialize>(
    parts: &Parts,
    invoked: impl AsyncFn(Event) -> anyhow::Result<Answer>,
) -> anyhow::Result<()> {
    let (invoked, telemetry) = (&invoked, &parts.telemetry);
    let service = service_fn(move |event: LambdaEvent<Event>| async move {
        // Boxed: nested in the layers of `lambda_runtime`, these futures are deeper than rustc computes a layout.
        let answer = Box::pin(invoked(event.payload)).await;
        // The environment may freeze as soon as the answer is out.
        telemetry.flush().await;
        answer.map_err(|error| {
            error!("cannot handle the invocation: {error:#}");
            lambda_runtime::Error::from(error)
        })
    });
    tokio::select! {
        ended = lambda_runtime::run(service) => ended.map_err(|error| anyhow::anyhow!(error)).context("serve Lambda"),
        () = parts.shutdown.cancelled() => Ok(()),
    }
}

struct Function<H> {
    worker: Worker<H>,
    sqs: aws_sdk_sqs::Client,
    /// By ARN. Read once per environment, as queues keep their settings for longer than an environment lives.
    queues: Mutex<HashMap<String, Arc<ConsumedQueue>>>,
    concurrency: usize,
}

impl<H: Handler> Function<H> {
    /// Handles a batch. Fails as a whole, and is invoked again, only where the queue's own settings cannot be read.
    async fn invoked(&self, event: SqsEvent) -> anyhow::Result<SqsBatchResponse> {
        let mut batch = Vec::with_capacity(event.records.len());
        for record in event.records {
            let arn = record.event_source_arn.clone().context("a record does not say which queue it is from")?;
            let queue = self.queue(arn).await?;
            batch.push((queue, Delivery::from_lambda(record).context("a record has no message id or receipt handle")?));
        }
        // Lambda ends an invocation at its deadline by itself.
        let never = CancellationToken::new();
        let failed: Vec<String> = futures_util::stream::iter(batch)
            .map(|(queue, delivery)| {
                let never = &never;
                async move {
                    let settled = self.worker.attend(&queue, &delivery, never).await;
                    (settled == Settled::Leave).then_some(delivery.id)
                }
            })
            .buffer_unordered(self.concurrency)
            .filter_map(std::future::ready)
            .collect()
            .await;
        let mut response = SqsBatchResponse::default();
        response.set_failures(failed);
        Ok(response)
    }

    async fn queue(&self, arn: String) -> anyhow::Result<Arc<ConsumedQueue>> {
        let mut queues = self.queues.lock().await;
        if let Some(queue) = queues.get(&arn) {
            return Ok(queue.clone());
        }
        let queue = Arc::new(ConsumedQueue::open_arn(self.sqs.clone(), &arn).await?);
        queues.insert(arn, queue.clone());
        Ok(queue)
    }
}
