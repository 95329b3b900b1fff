//! What happens to one message, the same for the poller and for Lambda.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contracts::Envelope;
use contracts::catalog::CATALOG;
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use store::{OrgScope, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument as _, Span, error, info, info_span, warn};

use crate::delivery::Delivery;
use crate::incoming::{Incoming as _, ParseError};
use crate::metrics::{Measurement, Running, Verdict};
use crate::queue::ConsumedQueue;
use crate::trace::TraceParent;
use crate::{Failure, Handler, Parts, emf, heartbeat, reject};
use retry::Policy;

/// Longest delay of a retry that the handler does not time itself.
const MAX_RETRY_DELAY: Duration = Duration::from_mins(15);

/// A handler with what it needs around it.
pub(crate) struct Worker<H> {
    handler: Arc<H>,
    name: &'static str,
    store: Store,
    retries: Policy,
    in_lambda: bool,
}

impl<H> Clone for Worker<H> {
    fn clone(&self) -> Self {
        Self { handler: self.handler.clone(), store: self.store.clone(), ..*self }
    }
}

/// What the receiver of a message does with it at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It is handled, or safe in the dead-letter queue: acknowledge it.
    Acknowledge,
    /// It comes back by itself, now or later.
    Leave,
}

/// An envelope whose data is not looked at.
type Head = Envelope<Option<IgnoredAny>>;

impl<H: Handler> Worker<H> {
    pub(crate) fn new(handler: Arc<H>, parts: &Parts, in_lambda: bool) -> Self {
        let retries =
            Policy { initial: parts.settings.retry_delay, multiplier: 3.0, cap: MAX_RETRY_DELAY, budget: None };
        Self { handler, name: parts.name, store: parts.store.clone(), retries, in_lambda }
    }

    /// Handles one message and settles it. When `give_up` is cancelled first, the handler is stopped and the message
    /// given to the next receiver.
    pub(crate) async fn attend(
        &self,
        queue: &ConsumedQueue,
        delivery: &Delivery,
        give_up: &CancellationToken,
    ) -> Settled {
        let head: Result<Head, _> = serde_json::from_str(&delivery.body).map_err(ParseError::Envelope);
        let trace = TraceParent::continued(head.as_ref().ok().and_then(|head| head.traceparent.as_deref()));
        let span = info_span!(
            "message",
            message.id = head.as_ref().map_or("", |head| head.id.as_str()),
            message.type = head.as_ref().map_or("", |head| &head.kind),
            org = head.as_ref().map_or("", |head| head.org.as_str()),
            sqs.message_id = delivery.id,
            receive_count = delivery.receive_count,
            trace_id = %trace.trace_id(),
        );
        let trace = trace.enter(&span);
        trace.scope(self.attend_inside(queue, delivery, head, trace, give_up)).instrument(span).await
    }

    async fn attend_inside(
        &self,
        queue: &ConsumedQueue,
        delivery: &Delivery,
        head: Result<Head, ParseError>,
        trace: TraceParent,
        give_up: &CancellationToken,
    ) -> Settled {
        let _running = Running::new(self.name);
        let queue_age = delivery.queue_age(Timestamp::now());
        let started = Instant::now();
        let kind = head.as_ref().ok().and_then(|head| known_kind(&head.kind)).unwrap_or("unreadable");
        let result = tokio::select! {
            result = self.process(delivery, head, trace) => result,
            never = heartbeat::keep_hidden(queue, delivery) => match never {},
            () = give_up.cancelled() => {
                warn!("not finished when the process had to end: another worker starts over");
                self.release(queue, delivery).await;
                return Settled::Leave;
            }
        };
        let duration = started.elapsed();
        let (verdict, settled) = self.settle(queue, delivery, result, duration).await;
        let measurement = Measurement { service: self.name, kind, verdict, duration, queue_age };
        measurement.record();
        if self.in_lambda {
            emf::print(&measurement);
        }
        settled
    }

    /// Gives a message that was not handled to the next receiver.
    pub(crate) async fn release(&self, queue: &ConsumedQueue, delivery: &Delivery) {
        if let Err(error) = queue.hide(delivery, Duration::ZERO).await {
            warn!(
                sqs.message_id = delivery.id,
                "cannot give the message back, it returns after its visibility timeout: {error:#}"
            );
        }
    }

    /// Reads the message and runs the handler on a task of its own, so that a panic ends only that.
    async fn process(
        &self,
        delivery: &Delivery,
        head: Result<Head, ParseError>,
        trace: TraceParent,
    ) -> Result<(), Failure> {
        let head = head.map_err(reject)?;
        let with_data = self.with_data(delivery, &head).await?;
        let body = with_data.as_deref().map_or_else(|| serde_json::from_str(&delivery.body), Ok);
        let body: &RawValue = body.map_err(|error| reject(ParseError::Envelope(error)))?;
        let mut event = H::Message::parse(&head.kind, body).map_err(reject)?;
        event.traceparent = Some(trace.to_string());
        let handler = self.handler.clone();
        let work = trace.scope(async move { handler.handle(event).await }).instrument(Span::current());
        match AbortOnDropHandle::new(tokio::spawn(work)).await {
            Ok(result) => result,
            Err(error) => {
                let cause = error.try_into_panic().map_or_else(
                    |error| anyhow::anyhow!("the handler was stopped: {error}"),
                    |panic| anyhow::anyhow!("the handler panicked: {}", panic_text(panic.as_ref())),
                );
                Err(Failure::Retry { after: None, cause })
            }
        }
    }

    /// The envelope with the data that was sent by reference; `None` where the body has it already.
    async fn with_data(&self, delivery: &Delivery, head: &Head) -> Result<Option<Box<RawValue>>, Failure> {
        let Some(key) = &head.dataref else { return Ok(None) };
        let data = self.store.message_body(&OrgScope::of_event(head), key).await?;
        let data = data.ok_or_else(|| reject(ParseError::DataMissing { key: key.clone() }))?;
        with_data(&delivery.body, &data).map(Some).map_err(|error| reject(ParseError::Envelope(error)))
    }

    async fn settle(
        &self,
        queue: &ConsumedQueue,
        delivery: &Delivery,
        result: Result<(), Failure>,
        duration: Duration,
    ) -> (Verdict, Settled) {
        match result {
            Ok(()) => {
                info!(duration_seconds = duration.as_secs_f64(), "handled the message");
                (Verdict::Handled, Settled::Acknowledge)
            }
            Err(Failure::Retry { after, cause }) => {
                self.retry(queue, delivery, after, &cause).await;
                (Verdict::Retried, Settled::Leave)
            }
            Err(Failure::Reject { cause }) => {
                let reason = format!("{cause:#}");
                error!("rejected the message, it goes to the dead-letter queue: {reason}");
                match queue.bury(delivery, self.name, &reason).await {
                    Ok(()) => (Verdict::Rejected, Settled::Acknowledge),
                    Err(error) => {
                        self.retry(queue, delivery, None, &error.context("cannot write to the dead-letter queue"))
                            .await;
                        (Verdict::Retried, Settled::Leave)
                    }
                }
            }
        }
    }

    /// Logs why, and lets the message come back when it should.
    async fn retry(&self, queue: &ConsumedQueue, delivery: &Delivery, after: Option<Duration>, cause: &anyhow::Error) {
        let delay = if delivery.receive_count >= queue.max_receives {
            error!(
                "failed {} times, SQS moves the message to the dead-letter queue: {cause:#}",
                delivery.receive_count
            );
            // SQS does so at the next receive, which nothing is gained by delaying.
            Duration::ZERO
        } else {
            let delay = after.unwrap_or_else(|| self.retries.delay_after(delivery.receive_count));
            warn!("failed, trying again in {:.1} s: {cause:#}", delay.as_secs_f64());
            delay
        };
        if let Err(error) = queue.hide(delivery, delay).await {
            warn!("cannot time the retry, it comes after the visibility timeout: {error:#}");
        }
    }
}

/// The name in the catalogue, which is safe as a metric's label.
fn known_kind(kind: &str) -> Option<&'static str> {
    CATALOG.iter().map(|entry| entry.wire).find(|wire| *wire == kind)
}

/// Puts data back into an envelope that carried a reference to it.
fn with_data(body: &str, data: &[u8]) -> Result<Box<RawValue>, serde_json::Error> {
    let mut envelope: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body)?;
    envelope.insert("data".to_owned(), serde_json::from_slice(data)?);
    serde_json::value::to_raw_value(&envelope)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use contracts::Message as _;
    use contracts::events::report::ReportFailed;

    use super::*;

    #[test]
    fn data_by_reference_is_put_back() {
        let body = r#"{"specversion":"1.0","id":"m-1","source":"/services/report-generator","type":"report.failed.v1",
            "time":"2026-01-01T00:00:00Z","datacontenttype":"application/json","org":"org-1","dataref":"m-1"}"#;
        let head: Head = serde_json::from_str(body).unwrap();
        assert_eq!((head.dataref.as_deref(), head.data), (Some("m-1"), None));

        let data = br#"{"report_id":"r-1","test_id":"t-1","reason":"no font"}"#;
        let event = ReportFailed::parse(&head.kind, &with_data(body, data).unwrap()).unwrap();
        assert_eq!(event.data.reason, "no font");
        assert!(with_data(body, b"no json").is_err());
    }

    #[test]
    fn only_catalogued_types_become_labels() {
        assert_eq!(known_kind(ReportFailed::TYPE), Some(ReportFailed::TYPE));
        assert_eq!(known_kind("anything.else.v1"), None);
    }
}
