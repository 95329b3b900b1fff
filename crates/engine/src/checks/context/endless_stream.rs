//! Answers that go on and on and never come to their result.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::exchanges::{Seen, exchanges};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Cap, Exchange, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-008",
    title: "Stream never ends",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Give every request a time-out on the server and answer with an error when it is over; report progress toward a total.",
    tags: &[Tag::Cwe(835), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let seen = exchanges(probe).await?;
    if seen.is_empty() {
        return Ok(nothing_read());
    }
    let longest = probe.options().longest_exchange;
    let draft = |Seen { location, exchange }: Seen<'_>| {
        is_endless(exchange, longest).then(|| {
            let shown = format!("{} messages in {} s, no response", exchange.messages.len(), exchange.total.as_secs());
            let message = "the answer is a stream of events that comes to no response";
            Draft::new(Severity::Medium, Confidence::Confirmed, location, message)
                .sample(Sample::whole(shown, "endless-stream").after(exchange.request.clone(), exchange.status))
        })
    };
    Ok(seen.into_iter().filter_map(draft).collect())
}

/// Whether an exchange was ended by our patience alone, while events came.
fn is_endless(exchange: &Exchange, longest: Duration) -> bool {
    // The limit of silence ends a stream, too; that one did not go on.
    let lasted = exchange.truncated == Some(Cap::Time) && exchange.total + Duration::from_millis(500) >= longest;
    lasted && !exchange.messages.is_empty() && exchange.response().is_none() && !approaches_total(&exchange.messages)
}

/// Whether progress is reported toward an end: a total, and values that grow and have not passed it.
fn approaches_total(messages: &[Value]) -> bool {
    let progress = |message: &Value| {
        let params = message
            .get("params")
            .filter(|_| message.get("method").is_some_and(|method| method == "notifications/progress"))?;
        Some((params.get("progress")?.as_f64()?, params.get("total")?.as_f64()?))
    };
    let steps: Vec<(f64, f64)> = messages.iter().filter_map(progress).collect();
    let grows = steps.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1 + f64::EPSILON);
    let same_end = steps.first().zip(steps.last()).is_some_and(|(first, last)| (first.1 - last.1).abs() < f64::EPSILON);
    !steps.is_empty() && grows && same_end && steps.iter().all(|(done, total)| done <= total)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn only_events_without_an_end_in_sight_are_endless() {
        let of = |messages: Vec<Value>, truncated, seconds| {
            let mut exchange = answered(200, "");
            exchange.messages = messages;
            exchange.truncated = truncated;
            exchange.total = Duration::from_secs(seconds);
            is_endless(&exchange, Duration::from_mins(1))
        };
        let step = |progress: u64, total: Value| json!({"method": "notifications/progress", "params": {"progress": progress, "total": total}});
        assert!(of(vec![step(1, Value::Null), step(2, Value::Null)], Some(Cap::Time), 60));
        assert!(of(vec![step(1, json!(2)), step(2, json!(3))], Some(Cap::Time), 60), "a total that moves away");
        assert!(!of(vec![step(1, json!(100)), step(2, json!(100))], Some(Cap::Time), 60));
        assert!(!of(vec![step(1, Value::Null)], Some(Cap::Time), 16), "silence after an event");
        assert!(!of(Vec::new(), Some(Cap::Time), 60), "silence");
        assert!(!of(vec![step(1, Value::Null), json!({"id": 1, "result": {}})], None, 60));
    }
}
