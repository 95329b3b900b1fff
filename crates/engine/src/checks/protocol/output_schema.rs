//! Structured results that break the schema that their tool declares.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::dialog::is_complete;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-015",
    title: "Output violates its own schema",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Validate `structuredContent` against `outputSchema` before it is sent, and mend the one that is wrong.",
    tags: &[Tag::Cwe(1286), Tag::LlmTop10(10), Tag::Spec("2026-07-28", "Tools: output schema")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    if snapshot.tools.iter().all(|tool| tool.output_schema.is_null()) {
        return Ok(Verdict::not_applicable("no tool declares an output schema"));
    }
    let calls = probe.benign_calls().await?;
    let declared = |call: &&crate::probe::ToolCall| {
        snapshot.tools.get(call.tool).is_some_and(|tool| tool.output_schema.is_object()) && !call.answer.is_error()
    };
    let results: Vec<_> =
        calls.iter().filter(declared).filter(|call| call.answer.result().is_some_and(is_complete)).collect();
    if results.is_empty() {
        return Ok(nothing_read());
    }
    let drafts = results.into_iter().filter_map(|call| {
        let tool = snapshot.tools.get(call.tool)?;
        let result = call.answer.result()?;
        let (kind, place) = violation(&tool.output_schema, result.get("structuredContent"))?;
        let exchange = &call.answer.exchange;
        let sample = Sample::whole(exchange.text(), "schema").after(exchange.request.clone(), exchange.status);
        let message = match kind {
            "absent" => "a tool that declares an output schema answers without a structured value",
            _ => "the structured value of an answer breaks the schema that its tool declares",
        };
        let location = tool.at(&format!("/outputSchema{place}"));
        Some(Draft::new(Severity::Low, Confidence::Confirmed, location, message).distinct(kind).sample(sample))
    });
    Ok(drafts.collect())
}

/// What is wrong with a structured value, and which place of the schema says so. A schema that cannot be used is judged
/// by the check of invalid definitions.
fn violation(schema: &Value, value: Option<&Value>) -> Option<(&'static str, String)> {
    let Some(value) = value else { return Some(("absent", String::new())) };
    // The schema is the server's: its patterns run in linear time or not at all (CWE-1333).
    let options = jsonschema::options().with_pattern_options(jsonschema::PatternOptions::regex());
    let validator = options.build(schema).ok()?;
    let error = validator.validate(value).err()?;
    Some(("violation", error.schema_path().to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_and_wrong_values_are_flagged() {
        let schema =
            json!({ "type": "object", "properties": { "degrees": { "type": "number" } }, "required": ["degrees"] });
        assert_eq!(violation(&schema, None).map(|(kind, _)| kind), Some("absent"));
        let wrong = violation(&schema, Some(&json!({ "degrees": "ten" })));
        assert_eq!(wrong, Some(("violation", "/properties/degrees/type".to_owned())));
        assert_eq!(violation(&schema, Some(&json!({ "degrees": 10 }))), None);
        // A pattern that would need exponential time, and one that only a backtracking engine knows.
        let slow = json!({ "pattern": "^(a+)+$" });
        assert_eq!(violation(&slow, Some(&json!("a".repeat(40) + "!"))), Some(("violation", "/pattern".to_owned())));
        assert_eq!(violation(&json!({ "pattern": "^(?=b)" }), Some(&json!("a"))), None);
        assert_eq!(violation(&json!({ "type": "nonsense" }), Some(&json!(1))), None);
    }
}
