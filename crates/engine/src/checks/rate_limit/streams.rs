//! Streams that one caller may hold open without end.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity, Transport};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::throttling::is_throttled;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError, Request};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-005",
    title: "Unlimited streams",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Low,
    remediation: "Bound how many streams one caller may hold open, and close the oldest or refuse the next with 429.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Streams at the same time.
const STREAMS: usize = 32;
/// How long they are held: a server that closes what is too much does so later than one that refuses it.
const HELD: Duration = Duration::from_secs(15);
/// The same on this machine, where nothing on the way delays a refusal.
const HELD_HERE: Duration = Duration::from_secs(2);
/// A stream that ends this much earlier than we do was ended by the server.
const TOLERANCE: Duration = Duration::from_millis(200);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.snapshot().transport == Transport::HttpSse {
        return Ok(Verdict::not_applicable("each stream of this transport is a session, which is judged as such"));
    }
    let held = if probe.snapshot().loopback { HELD_HERE } else { HELD };
    let mut fates = Vec::with_capacity(STREAMS);
    for opened in join_all((0..STREAMS).map(|_| stream(probe).read_for(held).burst().send())).await {
        fates.push(match opened {
            Ok(answer) => fate(&answer, held),
            Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => Fate::Refused,
            Err(error) => return Err(error),
        });
    }
    if fates.iter().all(|fate| *fate == Fate::NotOffered) {
        return Ok(Verdict::not_applicable("the server offers no streams that stay open"));
    }
    if fates.iter().any(|fate| *fate != Fate::Kept) {
        return Ok(Verdict::PASS);
    }
    let (location, message) = (location(probe), "one caller may hold 32 streams open at the same time");
    let severity = over_network(Severity::Low, probe.snapshot());
    let sample = Sample::whole(format!("32 streams kept for {} s", held.as_secs()), "streams");
    Ok(Draft::new(severity, Confidence::Confirmed, location, message).sample(sample).into())
}

/// A request for a stream that stays open, as the era has it.
fn stream(probe: &Probe) -> Request<'_> {
    if probe.is_modern() {
        // Which lists a server announces is its choice; asking for all of them is never wrong.
        let wanted = json!({ "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true });
        return probe.request("subscriptions/listen", json!({ "notifications": wanted }));
    }
    probe.request("", Value::Null).http_method("GET").replace_header("accept", "text/event-stream")
}

fn location(probe: &Probe) -> &'static str {
    if probe.is_modern() { "method:subscriptions/listen" } else { "method:GET" }
}

/// What became of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    /// Refused, or closed again.
    Refused,
    NotOffered,
}

fn fate(answer: &Exchange, held: Duration) -> Fate {
    let is_stream = answer
        .header("content-type")
        .is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream"));
    match answer.status {
        _ if is_throttled(answer) => Fate::Refused,
        Some(200..=299) if is_stream && answer.total + TOLERANCE >= held => Fate::Kept,
        Some(200..=299) if is_stream => Fate::Refused,
        _ => Fate::NotOffered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn only_a_stream_that_lasts_is_kept() {
        let of = |status, kind: &str, lasted: u64| {
            let mut answer = answered(status, "");
            answer.headers.push(("content-type".into(), kind.into()));
            answer.total = Duration::from_millis(lasted);
            fate(&answer, Duration::from_secs(2))
        };
        assert_eq!(of(200, "text/event-stream; charset=utf-8", 2_001), Fate::Kept);
        assert_eq!(of(200, "text/event-stream", 300), Fate::Refused);
        assert_eq!(of(429, "application/json", 1), Fate::Refused);
        assert_eq!(of(405, "text/plain", 1), Fate::NotOffered);
        assert_eq!(of(200, "application/json", 1), Fate::NotOffered);
    }
}
