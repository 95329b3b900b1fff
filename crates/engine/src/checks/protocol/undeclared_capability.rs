//! Servers that ask their client for something that it said it cannot do.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::unasked::{capability, unasked};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-011",
    title: "Undeclared client capability used",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Look at the client's capabilities first, and answer with error -32021 where the one that is needed is missing.",
    tags: &[Tag::Cwe(285), Tag::McpTop10(2), Tag::Agentic(9), Tag::Spec("2026-07-28", "Multi round-trip requests")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // Our requests declare no capability at all.
    let Some(unasked) = unasked(probe).await? else { return Ok(nothing_read()) };
    let message = "the server asks its client for a capability that the client did not declare";
    let draft = |capability: &str, sample: Sample| {
        Draft::new(Severity::Medium, Confidence::Confirmed, format!("method:{capability}"), message).sample(sample)
    };
    let requests = unasked
        .iter()
        .filter(|said| said.is_request())
        .filter_map(|said| capability(said.method).map(|_| draft(said.method, said.sample("undeclared-capability"))));
    let calls = probe.benign_calls().await?.iter();
    let inputs = calls.flat_map(|call| {
        let exchange = &call.answer.exchange;
        let wanted = exchange.result().map(input_requests).unwrap_or_default();
        wanted.into_iter().map(|(method, request)| {
            let sample = Sample::whole(request.to_string(), "undeclared-capability");
            draft(method, sample.after(exchange.request.clone(), exchange.status))
        })
    });
    Ok(requests.chain(inputs).collect())
}

/// What a result asks its client for before it is complete (2026-07-28).
fn input_requests(result: &Value) -> Vec<(&str, &Value)> {
    if result.get("resultType").and_then(Value::as_str) != Some("input_required") {
        return Vec::new();
    }
    let requests = result.get("inputRequests").and_then(Value::as_object).into_iter().flatten();
    let known = requests.filter_map(|(_, request)| {
        let method = request.get("method")?.as_str()?;
        capability(method).map(|_| (method, request))
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_unfinished_results_ask() {
        let request = json!({ "a": { "method": "elicitation/create", "params": {} }, "b": { "method": "other" } });
        let asked = json!({ "resultType": "input_required", "inputRequests": request });
        assert_eq!(
            input_requests(&asked).iter().map(|(method, _)| *method).collect::<Vec<_>>(),
            ["elicitation/create"]
        );
        assert!(input_requests(&json!({ "resultType": "complete", "inputRequests": request })).is_empty());
    }
}
