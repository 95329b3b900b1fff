//! Servers that look for a credential before some methods and not before others.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, send_as, shown, was_granted, was_refused};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError, Request};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-007",
    title: "Enforcement differs by method",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Check the credential once, in front of the dispatcher, for every method and every HTTP verb.",
    tags: &[Tag::Cwe(862), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let mut drafts = Vec::new();
    for &era in &guarded {
        for (method, params) in requests(&probe.canary()) {
            let answer = send_as(probe, era, method, params, Request::anonymous).await?;
            let Some((severity, confidence, message)) = judge(&answer) else { continue };
            let severity = over_network(severity, probe.snapshot());
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            drafts.push(Draft::new(severity, confidence, format!("method:{method}"), message).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// One request of each kind, for things that do not exist: none of them does anything.
fn requests(canary: &str) -> [(&'static str, Value); 6] {
    let reference = json!({ "type": "ref/prompt", "name": canary });
    [
        ("tools/call", json!({ "name": canary, "arguments": {} })),
        ("resources/read", json!({ "uri": format!("{canary}://none") })),
        ("prompts/get", json!({ "name": canary })),
        ("completion/complete", json!({ "ref": reference, "argument": { "name": "a", "value": "" } })),
        ("tasks/get", json!({ "taskId": canary })),
        ("logging/setLevel", json!({ "level": "error" })),
    ]
}

/// What an answer to a caller without a credential says about the guard.
fn judge(answer: &Exchange) -> Option<(Severity, Confidence, &'static str)> {
    if was_refused(answer) {
        return None;
    }
    if was_granted(answer) {
        let message = "the server refuses its lists to callers without a credential and answers this method";
        return Some((Severity::High, Confidence::Confirmed, message));
    }
    // An unknown method never reaches a handler.
    let reached = answer.error().is_some_and(|(code, _)| matches!(code, -32602 | -32603 | -32002 | -32000));
    let message =
        "the server refuses its lists to callers without a credential, but this method reaches the application";
    reached.then_some((Severity::Medium, Confidence::Likely, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn only_what_reached_a_handler_counts() {
        let severity = |status: u16, body: &str| judge(&answered(status, body)).map(|(severity, ..)| severity);
        assert_eq!(severity(200, r#"{"id":1,"result":{}}"#), Some(Severity::High));
        assert_eq!(severity(200, r#"{"id":1,"error":{"code":-32602,"message":"unknown"}}"#), Some(Severity::Medium));
        assert_eq!(severity(401, ""), None);
        assert_eq!(severity(404, r#"{"id":1,"error":{"code":-32601,"message":"no method"}}"#), None);
    }
}
