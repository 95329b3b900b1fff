//! W3C trace context (`traceparent`, Recommendation of 23 November 2021): one trace from click to invoice.

use std::fmt;
use std::str::FromStr;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

tokio::task_local! {
    /// What the running handler or request belongs to. Tasks that it spawns do not inherit it.
    static CURRENT: TraceParent;
}

/// One position in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceParent {
    trace_id: TraceId,
    span_id: SpanId,
    flags: TraceFlags,
}

/// Why a `traceparent` cannot be used; the specification asks to start a new trace then.
#[derive(Debug, thiserror::Error)]
#[error("no W3C traceparent")]
pub(crate) struct InvalidTraceParent;

impl TraceParent {
    /// Starts a new, sampled trace.
    pub(crate) fn random() -> Self {
        // Zero means "invalid" in both places.
        let trace_id = TraceId::from(rand::random::<u128>().max(1));
        let span_id = SpanId::from(rand::random::<u64>().max(1));
        Self { trace_id, span_id, flags: TraceFlags::SAMPLED }
    }

    /// Continues what a message or request carries; starts a new trace where that is nothing usable.
    pub(crate) fn continued(traceparent: Option<&str>) -> Self {
        traceparent.and_then(|text| text.parse().ok()).unwrap_or_else(Self::random)
    }

    /// Where the running code is, or else a new trace.
    pub(crate) fn current() -> Self {
        Self::of_span(&Span::current())
            .or_else(|| CURRENT.try_with(|current| *current).ok())
            .unwrap_or_else(Self::random)
    }

    /// Makes `span` a child of this position and returns the span's own position. Without an exporter spans have none,
    /// and what they cause continues from here.
    pub(crate) fn enter(self, span: &Span) -> Self {
        let parent = SpanContext::new(self.trace_id, self.span_id, self.flags, true, TraceState::default());
        // Fails where no exporter is configured, which is not an error.
        drop(span.set_parent(Context::new().with_remote_span_context(parent)));
        Self::of_span(span).unwrap_or(self)
    }

    /// Runs `work` as part of this trace.
    pub(crate) async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }

    /// The trace as logs show it: 32 hexadecimal digits.
    pub(crate) fn trace_id(self) -> TraceId {
        self.trace_id
    }

    fn of_span(span: &Span) -> Option<Self> {
        let context = span.context();
        let position = context.span().span_context().clone();
        position.is_valid().then(|| Self {
            trace_id: position.trace_id(),
            span_id: position.span_id(),
            flags: position.trace_flags(),
        })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace_id, self.span_id, self.flags & TraceFlags::SAMPLED)
    }
}

impl FromStr for TraceParent {
    type Err = InvalidTraceParent;

    /// Section 3.2.2: later versions may append fields, version `ff` is forbidden, digits are lower case.
    fn from_str(text: &str) -> Result<Self, InvalidTraceParent> {
        let hex = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        let parts: Vec<&str> = text.split('-').collect();
        let &[version, trace_id, span_id, flags, ref rest @ ..] = parts.as_slice() else {
            return Err(InvalidTraceParent);
        };
        let legal = hex(version, 2) && hex(trace_id, 32) && hex(span_id, 16) && hex(flags, 2);
        if !legal || version == "ff" || (version == "00" && !rest.is_empty()) {
            return Err(InvalidTraceParent);
        }
        let trace_id = TraceId::from_hex(trace_id).map_err(|_| InvalidTraceParent)?;
        let span_id = SpanId::from_hex(span_id).map_err(|_| InvalidTraceParent)?;
        let flags = u8::from_str_radix(flags, 16).map_err(|_| InvalidTraceParent)?;
        if trace_id == TraceId::INVALID || span_id == SpanId::INVALID {
            return Err(InvalidTraceParent);
        }
        Ok(Self { trace_id, span_id, flags: TraceFlags::new(flags) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn a_traceparent_survives_the_round_trip() {
        assert_eq!(KNOWN.parse::<TraceParent>().unwrap().to_string(), KNOWN);
        let fresh = TraceParent::random();
        assert_eq!(fresh.to_string().parse::<TraceParent>().unwrap(), fresh);
        let later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-later";
        assert!(later.parse::<TraceParent>().is_ok());
    }

    #[test]
    fn an_unusable_traceparent_starts_a_new_trace() {
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        ] {
            assert!(bad.parse::<TraceParent>().is_err(), "{bad:?} was accepted");
        }
        assert_ne!(TraceParent::continued(None), TraceParent::continued(None));
    }

    #[tokio::test]
    async fn what_runs_inside_a_scope_belongs_to_it() {
        let known: TraceParent = KNOWN.parse().unwrap();
        assert_eq!(known.scope(async { TraceParent::current() }).await, known);
        assert_ne!(TraceParent::current(), known);
    }
}
