//! Methods and tools that do not exist.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{send_as, shown, unknown_call_as};
use crate::checks::data_exposure::internals;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-008",
    title: "Unknown method or tool mishandled",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Answer an unknown method with error -32601 and an unknown tool with -32602, before any handler runs and without naming handlers.",
    tags: &[Tag::Cwe(209), Tag::Spec("2026-07-28", "Transports: unknown method")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut drafts = Vec::new();
    for era in 0..probe.eras().len() {
        let method = format!("mcpa/{}", probe.canary());
        let answer = send_as(probe, era, &method, json!({}), |request| request).await?;
        drafts.extend(judge(&answer).map(|(kind, message)| draft("server", "method", kind, message, &answer)));
        if probe.snapshot().capabilities.get("tools").is_some() || !probe.snapshot().tools.is_empty() {
            let answer = unknown_call_as(probe, era, |request| request).await?;
            drafts.extend(
                judge(&answer).map(|(kind, message)| draft("method:tools/call", "tool", kind, message, &answer)),
            );
        }
    }
    Ok(Verdict::Decided(drafts))
}

fn draft(location: &str, what: &str, kind: &str, message: &str, answer: &Exchange) -> Draft {
    let sample =
        Sample::whole(shown(answer), format!("unknown-{what}:{kind}")).after(answer.request.clone(), answer.status);
    Draft::new(Severity::Low, Confidence::Confirmed, location, message)
        .distinct(format!("{what}:{kind}"))
        .sample(sample)
}

/// What is wrong with the answer to a request for something that does not exist.
fn judge(answer: &Exchange) -> Option<(&'static str, &'static str)> {
    let text = answer.text();
    if internals::scan(&text).is_some() {
        return Some(("internals", "a request for a method or tool that does not exist shows internals of the server"));
    }
    if answer.status.is_some_and(|status| status >= 500) {
        return Some(("failure", "the server fails on a request for a method or tool that does not exist"));
    }
    let is_error = answer.result().and_then(|result| result.get("isError")).and_then(Value::as_bool) == Some(true);
    let succeeded = answer.status.is_none_or(|status| status < 400) && answer.result().is_some() && !is_error;
    succeeded
        .then_some(("success", "the server answers a request for a method or tool that does not exist as a success"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn success_failure_and_traces_are_flagged_and_errors_are_not() {
        let kind = |status: u16, body: &str| judge(&answered(status, body)).map(|(kind, _)| kind);
        assert_eq!(kind(200, r#"{"id":1,"result":{}}"#), Some("success"));
        assert_eq!(kind(502, "bad gateway"), Some("failure"));
        assert_eq!(
            kind(200, r#"{"id":1,"error":{"code":-32603,"message":"Traceback (most recent call last): x"}}"#),
            Some("internals")
        );
        assert_eq!(kind(404, r#"{"id":1,"error":{"code":-32601,"message":"method not found"}}"#), None);
        assert_eq!(kind(200, r#"{"id":1,"result":{"isError":true,"content":[]}}"#), None);
    }
}
