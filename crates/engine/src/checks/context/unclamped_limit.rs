//! Limits that callers may set as high as they like.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::checks::input::slots::{Probed, unstable};
use crate::probe::{Answer, CallKind, Probe, ProbeError};
use crate::snapshot::Tool;
use crate::tool_class::{benign_arguments, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-005",
    title: "Limit is not clamped",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Clamp the limit to what a model can read, whatever the caller asks for, and give the rest page by page.",
    tags: &[Tag::Cwe(1284), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// What is asked for: a million, and once more with another number.
const HIGH: [u64; 2] = [1_000_000, 999_999];
/// How much more must come, and how much it must be.
const TIMES: usize = 10;
const LARGE_BYTES: usize = 256 << 10;
/// Tools that are tried.
const TOOLS: usize = 8;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut drafts = Vec::new();
    let (mut seen, mut called, mut is_sound, mut is_unstable) = (false, 0, false, false);
    for tool in &probe.snapshot().tools {
        let Some(parameter) = limit_of(tool) else { continue };
        seen = true;
        if !probe.permits(tool, CallKind::Probing) || called == TOOLS {
            continue;
        }
        match probe_tool(probe, tool, parameter).await {
            Ok(Probed::Proven(draft)) => drafts.push(*draft),
            Ok(Probed::Unstable) => is_unstable = true,
            Ok(Probed::Sound | Probed::NotPermitted) => is_sound = true,
            // What one tool does not answer says nothing of the others.
            Err(ProbeError::Timeout(_) | ProbeError::Budget(_)) => continue,
            Err(_) if !drafts.is_empty() => break,
            Err(error) => return Err(error),
        }
        called += 1;
    }
    Ok(match () {
        () if !seen => Verdict::not_applicable("no tool takes a limit"),
        () if called == 0 => nothing_called(),
        () if is_unstable && !is_sound && drafts.is_empty() => unstable(),
        () => Verdict::Decided(drafts),
    })
}

async fn probe_tool(probe: &Probe, tool: &Tool, parameter: &str) -> Result<Probed, ProbeError> {
    let Some(arguments) = benign_arguments(tool, &probe.canary()) else { return Ok(Probed::NotPermitted) };
    let benign = async || probe.call(tool, arguments.clone(), CallKind::Benign).await;
    let baseline = benign().await?;
    let mut large = None;
    for limit in HIGH {
        let mut arguments = arguments.clone();
        arguments[parameter] = json!(limit);
        let answer = probe.call(tool, arguments, CallKind::Probing).await?;
        if !is_unclamped(size(&baseline), size(&answer)) || answer.is_error() {
            // The other limit is hardly smaller, and that of the harmless call not larger.
            let is_unstable = large.is_some() || is_unclamped(size(&answer), size(&baseline));
            return Ok(if is_unstable { Probed::Unstable } else { Probed::Sound });
        }
        large = Some(answer.exchange);
    }
    let Some(exchange) = large else { return Ok(Probed::Sound) };
    if !is_unclamped(size(&benign().await?), exchange.body.len()) {
        return Ok(Probed::Unstable);
    }
    let pointer = format!("/inputSchema/properties/{}", parameter.replace('~', "~0").replace('/', "~1"));
    let message = "the tool returns as much as the caller asks for, more than a model can read";
    Ok(Probed::proven(
        Draft::new(Severity::Medium, Confidence::Confirmed, tool.at(&pointer), message)
            .sample(Sample::whole(exchange.text(), "size").after(exchange.request, exchange.status)),
    ))
}

/// Bytes of an answer, as far as it was read.
fn size(answer: &Answer) -> usize {
    answer.exchange.body.len()
}

fn is_unclamped(baseline: usize, answer: usize) -> bool {
    answer > LARGE_BYTES && answer >= baseline.saturating_mul(TIMES)
}

/// The parameter that says how much comes back.
fn limit_of(tool: &Tool) -> Option<&str> {
    const LIMITS: [&str; 12] =
        ["limit", "top", "take", "count", "results", "rows", "items", "records", "entries", "size", "n", "lines"];
    const OTHERS: [&str; 9] = ["length", "tokens", "depth", "width", "height", "font", "offset", "start", "bytes"];
    let is_number = |schema: &Value| schema["type"].as_str().is_some_and(|kind| matches!(kind, "integer" | "number"));
    let is_limit = |name: &str| {
        let words = split(name);
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        (has(&LIMITS) || name.eq_ignore_ascii_case("per_page") || name.eq_ignore_ascii_case("perPage")) && !has(&OTHERS)
    };
    tool.parameters().find(|(name, schema)| is_number(schema) && is_limit(name)).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::server;

    #[test]
    fn only_ten_times_as_much_and_a_quarter_mebibyte_count() {
        assert!(is_unclamped(20_000, 300_000));
        assert!(!is_unclamped(40_000, 300_000), "a large baseline");
        assert!(!is_unclamped(1_000, 200_000), "a small data set");
    }

    #[test]
    fn limits_are_numbers_that_count_what_comes_back() {
        let limit = |name: &str, kind: &str| {
            let definition = json!({"name": "list_notes", "inputSchema": {"properties": {name: {"type": kind}}}});
            limit_of(&server(&[definition]).tools[0]).is_some()
        };
        assert!(limit("max_results", "integer") && limit("pageSize", "number") && limit("per_page", "integer"));
        assert!(!limit("limit", "string") && !limit("font_size", "integer") && !limit("page", "integer"));
    }
}
