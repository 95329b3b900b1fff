//! Servers that answer batches, which newer revisions removed: limits and logs see one request where there are many.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_method, shown};
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-007",
    title: "Batch accepted where it was removed",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Refuse a body that is an array with 400; a message is one JSON object since 2025-06-18.",
    tags: &[Tag::Cwe(799), Tag::LlmTop10(6), Tag::Spec("2025-06-18", "Key changes: batching removed")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How long an answer may take: the same request alone was just answered.
const PATIENCE: Duration = Duration::from_secs(3);
/// Ids that nothing else in a run uses.
const IDS: [u64; 2] = [7_100_001, 7_100_002];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(index) = probe.eras().iter().position(|era| era.version.as_str() >= "2025-06-18") else {
        return Ok(Verdict::not_applicable("the revisions that the server speaks allow batches"));
    };
    if let Err(verdict) = control(probe, index).await? {
        return Ok(verdict);
    }
    let era = &probe.eras()[index];
    let method = list_method(probe.snapshot(), era.modern);
    let params = if era.modern {
        json!({"_meta": {"io.modelcontextprotocol/protocolVersion": era.version, "io.modelcontextprotocol/clientCapabilities": {}}})
    } else {
        json!({})
    };
    let batch: Vec<Value> =
        IDS.iter().map(|id| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).collect();
    let request = probe.request(method, json!({})).era(index).body(Value::Array(batch).to_string().into_bytes());
    let answer = match request.first_byte(PATIENCE).send().await {
        Ok(answer) => answer,
        // Ignoring an array is refusing it, as long as the server goes on to answer others.
        Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => {
            return Ok(control(probe, index).await?.err().unwrap_or(Verdict::PASS));
        }
        Err(error) => return Err(error),
    };
    if !both_answered(&answer) {
        return Ok(Verdict::PASS);
    }
    let sample = Sample::whole(shown(&answer), "batch").after(answer.request.clone(), answer.status);
    let message = "the server answers every request of a batch, which its protocol revision no longer allows";
    Ok(Draft::new(Severity::Low, Confidence::Confirmed, "server", message).sample(sample).into())
}

fn both_answered(answer: &Exchange) -> bool {
    IDS.iter().all(|id| {
        answer.messages.iter().any(|message| message.get("id") == Some(&json!(id)) && message.get("result").is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn two_results_are_a_batch_and_an_error_is_not() {
        let [one, two] = IDS;
        assert!(both_answered(&answered(
            200,
            &format!("[{{\"id\":{two},\"result\":{{}}}},{{\"id\":{one},\"result\":{{}}}}]")
        )));
        assert!(!both_answered(&answered(200, &format!("[{{\"id\":{one},\"result\":{{}}}}]"))));
        assert!(!both_answered(&answered(400, r#"{"id":null,"error":{"code":-32600,"message":"no"}}"#)));
    }
}
