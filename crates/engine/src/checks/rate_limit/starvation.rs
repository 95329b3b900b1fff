//! Callers who starve others by asking for much at the same time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use futures_util::future::join_all;
use serde_json::json;

use super::throttling::{is_throttled, reading_calls};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_with, was_granted, without_control};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::checks::subject::over_network;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-004",
    title: "Starvation by concurrency",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Bound how many calls one caller may have under way, answer 429 beyond that, and keep slow work off the threads that answer.",
    tags: &[Tag::Cwe(400), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Calls at the same time.
const CALLS: usize = 20;
/// Requests of another kind beside them, at most.
const CONTROLS: usize = 20;
/// So many times as long as alone is starved.
const FACTOR: u32 = 5;
/// Below this nobody is starved, and the scheduler decides.
const NOISE: Duration = Duration::from_millis(300);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let calls = reading_calls(probe).await?;
    // The slowest one holds what there is to hold for longest.
    let Some(call) = calls.into_iter().max_by_key(|call| call.answer.exchange.total) else {
        return Ok(nothing_called());
    };
    let Some(tool) = probe.snapshot().tools.get(call.tool) else { return Ok(nothing_called()) };
    let control = || async { list_with(probe, 0, crate::probe::Request::burst).await };
    let mut before = Vec::with_capacity(3);
    for _ in 0..3 {
        let answer = control().await?;
        if is_throttled(&answer) {
            return Ok(Verdict::PASS);
        }
        if !was_granted(&answer) {
            return Ok(without_control(probe, &answer));
        }
        before.push(answer.total);
    }
    let Some(alone) = steady(&before) else {
        return Ok(Verdict::not_assessed(
            "unstable: the server needs now little and now much time for the same request",
        ));
    };
    let request = || {
        let params = json!({ "name": tool.name, "arguments": call.arguments });
        probe.request("tools/call", params).kind(CallKind::Burst).burst()
    };
    let is_over = AtomicBool::new(false);
    let calls = async {
        let answers = join_all((0..CALLS).map(|_| request().send())).await;
        is_over.store(true, Ordering::Relaxed);
        answers
    };
    // The first of these may get in before the calls; one of the next waits behind them, if any has to.
    let controls = async {
        let mut answers = Vec::new();
        while answers.len() < CONTROLS && !is_over.load(Ordering::Relaxed) {
            answers.push(control().await);
        }
        answers
    };
    let (calls, controls) = tokio::join!(calls, controls);
    let mut load = Load { alone, slowest: Duration::ZERO, errors: 0 };
    for (answer, is_control) in
        calls.into_iter().map(|answer| (answer, false)).chain(controls.into_iter().map(|answer| (answer, true)))
    {
        if let Ok(answer) = &answer
            && is_throttled(answer)
        {
            return Ok(Verdict::PASS);
        }
        load.add(answer, is_control)?;
    }
    let Some((kind, message)) = load.judge() else { return Ok(Verdict::PASS) };
    // Without this, the server may have gone down for a reason of its own.
    let after = control().await;
    if !after.is_ok_and(|answer| was_granted(&answer) && !load.is_starved(answer.total)) {
        return Ok(Verdict::not_assessed(
            "unstable: the server did not recover, so it cannot be told what the calls had to do with it",
        ));
    }
    let severity = over_network(Severity::Medium, probe.snapshot());
    let shown = match kind {
        "latency" => "a list took more than five times as long during 20 calls as before them",
        _ => "requests failed during 20 calls that succeed alone",
    };
    Ok(Draft::new(severity, Confidence::Likely, tool.location(), message)
        .distinct(kind)
        .sample(Sample::whole(shown, "load"))
        .into())
}

/// The longest of some times, if they are all of one kind.
fn steady(times: &[Duration]) -> Option<Duration> {
    let (shortest, longest) = (*times.iter().min()?, *times.iter().max()?);
    (longest <= NOISE || longest <= shortest * FACTOR).then_some(longest)
}

/// How requests fared under load.
#[derive(Debug)]
struct Load {
    /// The slowest control before.
    alone: Duration,
    /// The slowest control meanwhile.
    slowest: Duration,
    errors: usize,
}

impl Load {
    fn add(&mut self, answer: Result<Exchange, ProbeError>, is_control: bool) -> Result<(), ProbeError> {
        match answer {
            Ok(answer) if answer.status.is_some_and(|status| status >= 500) => self.errors += 1,
            Ok(answer) if is_control => self.slowest = self.slowest.max(answer.total),
            Ok(_) => {}
            Err(ProbeError::Timeout(waited)) if is_control => self.slowest = self.slowest.max(waited),
            Err(ProbeError::Timeout(_) | ProbeError::Unreachable(_)) => self.errors += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn is_starved(&self, time: Duration) -> bool {
        time > NOISE && time > self.alone * FACTOR
    }

    fn judge(&self) -> Option<(&'static str, &'static str)> {
        if self.errors > 0 {
            Some(("errors", "20 calls at the same time make requests fail that succeed alone"))
        } else if self.is_starved(self.slowest) {
            Some(("latency", "20 calls at the same time hold up everybody else"))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn long_waits_and_failures_count_and_ordinary_delays_do_not() {
        let kind = |alone: u64, slowest: u64, errors| {
            let [alone, slowest] = [alone, slowest].map(Duration::from_millis);
            Load { alone, slowest, errors }.judge().map(|(kind, _)| kind)
        };
        assert_eq!(kind(30, 600, 0), Some("latency"));
        assert_eq!(kind(30, 40, 1), Some("errors"));
        assert_eq!(kind(2, 40, 0), None);
        assert_eq!(kind(200, 800, 0), None);
    }

    #[test]
    fn a_control_that_jumps_is_no_control() {
        let of = |times: [u64; 3]| steady(&times.map(Duration::from_millis));
        assert_eq!(of([1, 200, 2]), Some(Duration::from_millis(200)));
        assert_eq!(of([400, 900, 500]), Some(Duration::from_millis(900)));
        assert_eq!(of([10, 900, 12]), None);
    }

    #[test]
    fn an_answer_of_the_tool_is_no_failure_of_the_server() {
        let mut load = Load { alone: Duration::from_millis(30), slowest: Duration::ZERO, errors: 0 };
        let failed = answered(200, r#"{"id":1,"result":{"isError":true,"content":[]}}"#);
        load.add(Ok(failed), false).expect("an answer");
        load.add(Ok(answered(502, "")), false).expect("an answer");
        load.add(Err(ProbeError::Unreachable("closed".into())), false).expect("a failure of the server");
        assert_eq!(load.errors, 2);
        assert!(load.add(Err(ProbeError::Stopped), true).is_err());
    }
}
