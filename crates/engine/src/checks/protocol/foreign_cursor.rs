//! Cursors that nobody was given.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{shown, was_granted};
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-019",
    title: "Cursor is not validated",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Sign or encrypt cursors and bind them to their caller; answer any other cursor with error -32602.",
    tags: &[Tag::Cwe(20), Tag::Cwe(639), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Pagination: error handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.snapshot().tools.is_empty() {
        return Ok(Verdict::not_applicable("the server lists no tools"));
    }
    let method = "tools/list";
    let answer = probe.request(method, json!({ "cursor": probe.canary() })).send().await?;
    let Some((kind, message)) = judge(&answer) else { return Ok(Verdict::PASS) };
    let sample = Sample::whole(shown(&answer), format!("cursor:{kind}")).after(answer.request.clone(), answer.status);
    Ok(Draft::new(Severity::Low, Confidence::Confirmed, format!("method:{method}"), message)
        .distinct(kind)
        .sample(sample)
        .into())
}

/// What is wrong with the answer to a random cursor.
fn judge(answer: &Exchange) -> Option<(&'static str, &'static str)> {
    if answer.status.is_some_and(|status| status >= 500) {
        return Some(("failure", "the server fails on a cursor that it never gave out"));
    }
    let lists = answer
        .result()
        .and_then(|result| result.get("tools"))
        .is_some_and(|tools| tools.as_array().is_some_and(|tools| !tools.is_empty()));
    (was_granted(answer) && lists)
        .then_some(("accepted", "the server answers a cursor that it never gave out with data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn data_and_failures_are_flagged_and_errors_are_not() {
        let kind = |status: u16, body: &str| judge(&answered(status, body)).map(|(kind, _)| kind);
        assert_eq!(kind(200, r#"{"id":1,"result":{"tools":[{"name":"a"}]}}"#), Some("accepted"));
        assert_eq!(kind(500, "oops"), Some("failure"));
        assert_eq!(kind(200, r#"{"id":1,"result":{"tools":[]}}"#), None);
        assert_eq!(kind(200, r#"{"id":1,"error":{"code":-32602,"message":"unknown cursor"}}"#), None);
    }
}
