//! Responses under another id than that of their request.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, is_steady, list_with, shown, was_granted};
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-010",
    title: "Response id is wrong",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Low,
    remediation: "Give each response the id of its request, of the same type and value, and answer each request once.",
    tags: &[Tag::Cwe(345), Tag::Spec("2026-07-28", "Basics: responses")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let id = Value::from(probe.canary());
    let answer = list_with(probe, 0, |request| request.id(id.clone())).await?;
    let Some((kind, message)) = judge(&answer, &id) else {
        // An answer under the right id is a control by itself.
        let is_answered = was_granted(&answer) && is_steady(probe, 0).await?;
        return Ok(if is_answered { Verdict::PASS } else { control(probe, 0).await?.err().unwrap_or(Verdict::PASS) });
    };
    let sample = Sample::whole(shown(&answer), format!("id:{kind}")).after(answer.request.clone(), answer.status);
    Ok(Draft::new(Severity::Low, Confidence::Confirmed, "server", message).distinct(kind).sample(sample).into())
}

/// What is wrong with the ids of the results that came.
fn judge(answer: &Exchange, id: &Value) -> Option<(&'static str, &'static str)> {
    let results: Vec<Option<&Value>> = answer
        .messages
        .iter()
        .filter(|message| message.get("result").is_some())
        .map(|message| message.get("id"))
        .collect();
    match results[..] {
        [] => None,
        [Some(given)] if given == id => None,
        [None | Some(Value::Null)] => Some(("missing", "a response has no id")),
        [Some(_)] => Some(("changed", "a response has another id than its request")),
        _ => Some(("repeated", "one request is answered more than once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn type_and_value_must_be_those_of_the_request() {
        let kind = |body: &str| judge(&answered(200, body), &Value::from("7")).map(|(kind, _)| kind);
        assert_eq!(kind(r#"{"id":"7","result":{}}"#), None);
        assert_eq!(kind(r#"{"id":7,"result":{}}"#), Some("changed"));
        assert_eq!(kind(r#"{"result":{}}"#), Some("missing"));
        assert_eq!(kind(r#"{"id":null,"error":{"code":-32600,"message":"no"}}"#), None);
    }
}
