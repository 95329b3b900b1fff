//! Tools that may be called without end.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;
use tokio::time::Instant;

use super::throttling::{is_throttled, reading_calls, slowed_down};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::checks::subject::{is_url, over_network};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::Tool;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-002",
    title: "Tool calls are not throttled",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Limit calls per client and tool, tighter for tools that reach other systems, and answer with an error that says when to try again.",
    tags: &[
        Tag::Cwe(770),
        Tag::Cwe(799),
        Tag::LlmTop10(6),
        Tag::Agentic(8),
        Tag::Spec("2026-07-28", "Tools: security considerations"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many calls, within how long.
const CALLS: usize = 60;
const WINDOW: Duration = Duration::from_secs(20);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let calls = reading_calls(probe).await?;
    let cheapest = calls.into_iter().min_by_key(|call| call.answer.exchange.total);
    let Some(call) = cheapest else { return Ok(nothing_called()) };
    let Some(tool) = probe.snapshot().tools.get(call.tool) else { return Ok(nothing_called()) };
    let request = || {
        probe
            .request("tools/call", json!({ "name": tool.name, "arguments": call.arguments }))
            .kind(CallKind::Burst)
            .burst()
    };
    let deadline = Instant::now() + WINDOW;
    let mut times = Vec::with_capacity(CALLS);
    let mut last = None;
    for _ in 0..CALLS {
        let answer = match tokio::time::timeout_at(deadline, request().send()).await {
            Ok(Ok(answer)) => answer,
            // A connection that is closed on us, or an answer that does not come, is a limit too.
            Ok(Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_))) => return Ok(Verdict::PASS),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                return Ok(Verdict::not_assessed(
                    "the tool needed more than 20 seconds for 60 calls, so nothing can be said about a limit",
                ));
            }
        };
        if is_throttled(&answer) {
            return Ok(Verdict::PASS);
        }
        times.push(answer.total);
        last = Some(answer);
    }
    let Some(last) = last.filter(|_| !slowed_down(&times)) else { return Ok(Verdict::PASS) };
    let severity = match (probe.is_http(), reaches_outside(tool)) {
        // A child serves nobody but the client that started it.
        (false, _) => Severity::Low,
        (true, outside) => over_network(if outside { Severity::High } else { Severity::Medium }, probe.snapshot()),
    };
    let message = "the server runs 60 calls of one tool in a row at full speed and sets no limit";
    let sample = Sample::whole("60 calls answered, none throttled", "rate").after(last.request.clone(), last.status);
    Ok(Draft::new(severity, Confidence::Likely, tool.location(), message).sample(sample).into())
}

/// Whether a call has an effect on other systems: it takes an address, or says that its world is open.
fn reaches_outside(tool: &Tool) -> bool {
    tool.hint("openWorldHint") == Some(true) || tool.parameters().any(|(name, schema)| is_url(name, schema))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{server, tool};

    #[test]
    fn addresses_and_open_worlds_reach_outside() {
        let reaches = |tool: serde_json::Value| reaches_outside(&server(&[tool]).tools[0]);
        assert!(reaches(tool("fetch_page", "", "url")));
        assert!(reaches(json!({"name": "get_news", "annotations": {"openWorldHint": true}})));
        assert!(!reaches(tool("get_weather", "", "city")));
    }
}
