//! Resources that do not exist and are answered all the same.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{shown, was_granted};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-016",
    title: "Missing resource answered as a success",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Answer a resource that does not exist with error -32602 (-32002 before 2026-07-28) instead of an empty or other content.",
    tags: &[Tag::Cwe(754), Tag::Spec("2026-07-28", "Resources: error handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    if snapshot.capabilities.get("resources").is_none()
        && snapshot.resources.is_empty()
        && snapshot.templates.is_empty()
    {
        return Ok(Verdict::not_applicable("the server offers no resources"));
    }
    let uri = format!("mcpa://{}/{}", probe.canary(), probe.canary());
    let answer = probe.request("resources/read", json!({ "uri": uri })).send().await?;
    let Some(result) = answer.result().filter(|_| was_granted(&answer)) else { return Ok(Verdict::PASS) };
    let (severity, kind, message) = judge(result);
    let sample = Sample::whole(shown(&answer), format!("resource:{kind}")).after(answer.request.clone(), answer.status);
    Ok(Draft::new(severity, Confidence::Confirmed, "method:resources/read", message)
        .distinct(kind)
        .sample(sample)
        .into())
}

fn judge(result: &Value) -> (Severity, &'static str, &'static str) {
    let contents = result.get("contents").and_then(Value::as_array);
    let holds = |content: &Value| {
        ["text", "blob"]
            .iter()
            .any(|key| content.get(*key).and_then(Value::as_str).is_some_and(|text| !text.is_empty()))
    };
    if contents.is_some_and(|contents| contents.iter().any(holds)) {
        (Severity::Medium, "other", "the server answers a resource that does not exist with some other content")
    } else {
        (Severity::Low, "empty", "the server answers a resource that does not exist with an empty success")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_content_weighs_more_than_none() {
        assert_eq!(judge(&json!({"contents": [{"uri": "a://b", "text": "x"}]})).0, Severity::Medium);
        assert_eq!(judge(&json!({"contents": []})).0, Severity::Low);
        assert_eq!(judge(&json!({"contents": [{"uri": "a://b", "text": ""}]})).0, Severity::Low);
    }
}
