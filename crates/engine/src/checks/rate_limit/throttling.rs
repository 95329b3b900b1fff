//! What a limit looks like from outside.

use std::time::Duration;

use serde_json::Value;

use crate::probe::{Probe, ProbeError, ToolCall};
use crate::tool_class::ToolClass;
use crate::wire::Exchange;

/// Whether an answer is a limit: by status, or by an error that says so.
pub(crate) fn is_throttled(answer: &Exchange) -> bool {
    if matches!(answer.status, Some(402 | 429 | 503 | 529)) {
        return true;
    }
    let by_protocol = answer.error().map(|(_, message)| message.to_owned());
    let is_error = |result: &&Value| result.get("isError").and_then(Value::as_bool) == Some(true);
    let by_tool = answer.result().filter(is_error).map(Value::to_string);
    by_protocol.or(by_tool).is_some_and(|text| says_limit(&text))
}

fn says_limit(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    [
        "rate limit",
        "ratelimit",
        "rate-limit",
        "too many",
        "throttl",
        "quota",
        "billed",
        "slow down",
        "retry after",
        "try again later",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The benign calls of reading tools that were answered.
pub(super) async fn reading_calls(probe: &Probe) -> Result<Vec<&ToolCall>, ProbeError> {
    let tools = &probe.snapshot().tools;
    let is_reading = |call: &&ToolCall| tools.get(call.tool).is_some_and(|tool| tool.class == ToolClass::Read);
    let calls = probe.benign_calls().await?.iter();
    Ok(calls.filter(|call| !call.answer.is_error() && call.answer.result().is_some()).filter(is_reading).collect())
}

/// Whether the server made its caller wait: the last ten answers took more than twice as long as the first ten.
pub(crate) fn slowed_down(times: &[Duration]) -> bool {
    const PART: usize = 10;
    // Below this the clock and the scheduler decide, not the server.
    const NOISE: Duration = Duration::from_millis(100);
    if times.len() < 2 * PART {
        return false;
    }
    let (first, last) = (median(&times[..PART]), median(&times[times.len() - PART..]));
    last > first * 2 && last > NOISE
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn limits_are_recognised_and_other_errors_are_not() {
        assert!(is_throttled(&answered(429, "")));
        assert!(is_throttled(&answered(200, r#"{"id":1,"error":{"code":-32000,"message":"Rate limit exceeded"}}"#)));
        assert!(is_throttled(&answered(
            200,
            r#"{"id":1,"result":{"isError":true,"content":[{"type":"text","text":"Too many requests"}]}}"#
        )));
        assert!(!is_throttled(&answered(200, r#"{"id":1,"error":{"code":-32602,"message":"unknown tool"}}"#)));
        assert!(!is_throttled(&answered(
            200,
            r#"{"id":1,"result":{"content":[{"type":"text","text":"too many cooks"}]}}"#
        )));
    }

    #[test]
    fn delays_count_when_they_grow() {
        let times =
            |first: u64, last: u64| [[Duration::from_millis(first); 20], [Duration::from_millis(last); 20]].concat();
        assert!(slowed_down(&times(60, 200)));
        assert!(!slowed_down(&times(30, 50)));
        assert!(!slowed_down(&times(1, 5)));
        assert!(!slowed_down(&[Duration::from_secs(1)]));
    }
}
