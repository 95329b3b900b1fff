//! What is counted and timed, for Prometheus. Per-tenant numbers are usage events and do not belong here.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::warn;

/// Upper bounds of histogram buckets, in seconds: from a fast API call to the longest test.
const SECONDS: [f64; 15] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 1800.0];

/// How often old samples are folded into the buckets.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts recording. One recorder serves all services of a process.
pub(crate) fn start() {
    RECORDER.get_or_init(|| {
        let installed = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
            .and_then(PrometheusBuilder::install_recorder);
        match installed {
            Ok(handle) => {
                let upkeep = handle.clone();
                tokio::spawn(async move {
                    let mut ticks = tokio::time::interval(UPKEEP_EVERY);
                    loop {
                        ticks.tick().await;
                        upkeep.run_upkeep();
                    }
                });
                describe();
                Some(handle)
            }
            Err(error) => {
                warn!("cannot record metrics, `/metrics` stays empty: {error}");
                None
            }
        }
    });
}

fn describe() {
    ::metrics::describe_counter!("mcp_audit_messages_total", "messages by outcome: handled, retried, rejected");
    ::metrics::describe_histogram!("mcp_audit_message_duration_seconds", "time that handling took");
    ::metrics::describe_histogram!("mcp_audit_queue_age_seconds", "age of a message when its handling began");
    ::metrics::describe_gauge!("mcp_audit_messages_running", "messages that are being handled");
    ::metrics::describe_counter!("mcp_audit_receive_errors_total", "receives that failed");
    ::metrics::describe_counter!("mcp_audit_http_requests_total", "answered HTTP requests by route and status");
    ::metrics::describe_histogram!("mcp_audit_http_request_duration_seconds", "time to the head of the HTTP answer");
}

/// All metrics in the Prometheus text format.
pub(crate) fn render() -> String {
    RECORDER.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}

/// What happened to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Done.
    Handled,
    /// It comes back.
    Retried,
    /// It went to the dead-letter queue.
    Rejected,
}

impl Verdict {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Handled => "handled",
            Self::Retried => "retried",
            Self::Rejected => "rejected",
        }
    }
}

/// One message, measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measurement {
    pub(crate) service: &'static str,
    /// A type of the catalogue, or `unreadable`: never a text from outside, which would make a series each.
    pub(crate) kind: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) duration: Duration,
    /// Absent where the queue did not say when the message was sent.
    pub(crate) queue_age: Option<Duration>,
}

impl Measurement {
    pub(crate) fn record(&self) {
        let labels = [("service", self.service), ("type", self.kind)];
        let outcome = self.verdict.as_str();
        ::metrics::counter!("mcp_audit_messages_total", "service" => self.service, "type" => self.kind, "outcome" => outcome)
            .increment(1);
        ::metrics::histogram!("mcp_audit_message_duration_seconds", &labels).record(self.duration);
        if let Some(queue_age) = self.queue_age {
            ::metrics::histogram!("mcp_audit_queue_age_seconds", &labels).record(queue_age);
        }
    }
}

/// Counts one message as running until it is dropped, however its handling ends.
#[derive(Debug)]
pub(crate) struct Running(&'static str);

impl Running {
    pub(crate) fn new(service: &'static str) -> Self {
        ::metrics::gauge!("mcp_audit_messages_running", "service" => service).increment(1.0);
        Self(service)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        ::metrics::gauge!("mcp_audit_messages_running", "service" => self.0).decrement(1.0);
    }
}
