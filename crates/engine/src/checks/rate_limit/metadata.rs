//! Lists that may be asked for without end.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tokio::time::Instant;

use super::throttling::{is_throttled, slowed_down};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, refused, was_granted};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-001",
    title: "Metadata is not throttled",
    test: NamedTest::RateLimit,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Limit requests per client, by token or else by address, and answer 429 with `Retry-After` beyond the limit.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many lists, within how long, how many of them at a time.
pub(super) const LISTS: usize = 40;
pub(super) const WINDOW: Duration = Duration::from_secs(10);
pub(super) const AT_A_TIME: usize = 4;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let modern = probe.is_modern();
    let method = list_method(probe.snapshot(), modern);
    let deadline = Instant::now() + WINDOW;
    let mut answers =
        stream::iter(0..LISTS).map(|_| probe.request(method, json!({})).burst().send()).buffered(AT_A_TIME);
    let mut times = Vec::with_capacity(LISTS);
    let mut last = None;
    loop {
        let answer = match tokio::time::timeout_at(deadline, answers.next()).await {
            Ok(None) => break,
            Ok(Some(Ok(answer))) => answer,
            // A connection that is closed on us, or an answer that does not come, is a limit too.
            Ok(Some(Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)))) => return Ok(Verdict::PASS),
            Ok(Some(Err(error))) => return Err(error),
            Err(_) => {
                return Ok(Verdict::not_assessed(
                    "the server needed more than 10 seconds for 40 lists, so nothing can be said about a limit",
                ));
            }
        };
        if is_throttled(&answer) {
            return Ok(Verdict::PASS);
        }
        if !was_granted(&answer) {
            return Ok(refused());
        }
        times.push(answer.total);
        last = Some(answer);
    }
    if slowed_down(&times) {
        return Ok(Verdict::PASS);
    }
    let snapshot = probe.snapshot();
    let severity = severity(snapshot.loopback, !probe.has_credential() || snapshot.anonymous == Some(true));
    let message = "the server answers 40 lists in a row at full speed and sets no limit";
    let draft = Draft::new(severity, Confidence::Likely, format!("method:{method}"), message);
    Ok(match last {
        Some(answer) => draft
            .sample(
                Sample::whole("40 lists answered, none throttled", "rate").after(answer.request.clone(), answer.status),
            )
            .into(),
        None => Verdict::PASS,
    })
}

fn severity(loopback: bool, anonymous: bool) -> Severity {
    match (loopback, anonymous) {
        (true, _) => Severity::Info,
        (false, true) => Severity::Medium,
        (false, false) => Severity::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_reach_the_server_decides() {
        assert_eq!(
            [severity(true, true), severity(false, true), severity(false, false)],
            [Severity::Info, Severity::Medium, Severity::Low]
        );
    }
}
