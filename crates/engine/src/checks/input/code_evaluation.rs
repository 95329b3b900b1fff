//! Parameters that are evaluated as code.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::product::Product;
use super::slots::{Probed, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::{is_executed, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-017",
    title: "Code evaluation",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Parse expressions with a grammar that knows only what is needed, and never hand text of a caller to an evaluator of a programming language.",
    tags: &[Tag::Cwe(95), Tag::McpTop10(5), Tag::Agentic(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Languages, and what is sent and expected. Arithmetic alone proves nothing, so each form needs the language.
const LANGUAGES: [&str; 3] = ["javascript", "python", "python-lambda"];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = slots(probe, |_, name, schema| takes_expression(name, schema));
    probe_each(probe, &slots, "no tool takes an expression", |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    for language in LANGUAGES {
        // Twice with new values: a proof is repeated once.
        let mut sample = None;
        for _ in 0..2 {
            let (payload, expected) = form(language, Product::fresh());
            let Some(reply) = slot.send(probe, payload.as_str(), CallKind::Executing).await? else {
                return Ok(Probed::NotPermitted);
            };
            // An echo of the input holds the payload, not what it evaluates to.
            sample = reply.text.find(&expected).map(|at| {
                Sample::part(reply.text.clone(), at..at + expected.len(), format!("evaluation:{language}"))
                    .after(reply.request.clone(), reply.status)
            });
            if sample.is_none() {
                break;
            }
        }
        if let Some(sample) = sample {
            let message = "a parameter is evaluated as code of a programming language";
            return Ok(Probed::Proven(Box::new(
                Draft::new(Severity::Critical, Confidence::Confirmed, slot.location(), message)
                    .distinct(language)
                    .sample(sample),
            )));
        }
    }
    Ok(Probed::Sound)
}

/// Payload and expected result. The number of repeats is random, so that the result is in no payload.
fn form(language: &str, product: Product) -> (String, String) {
    let repeats = 3 + product.left % 7;
    let tail = "k".repeat(usize::try_from(repeats).unwrap_or(3));
    match language {
        "javascript" => {
            (format!("\"mcpa{}\"+\"k\".repeat({repeats})", product.right), format!("mcpa{}{tail}", product.right))
        }
        "python" => (format!("\"mcpa{}\"+\"k\"*{repeats}", product.right), format!("mcpa{}{tail}", product.right)),
        _ => (format!("(lambda:{})()", product.expression()), product.value()),
    }
}

/// Whether a parameter takes something to compute. One that is openly meant as code is judged by the check of unbounded
/// power.
fn takes_expression(name: &str, schema: &Value) -> bool {
    let is_code = is_executed(name, schema) && !name.eq_ignore_ascii_case("expression");
    let words = split(name);
    let may_be = [
        "expression",
        "expr",
        "formula",
        "equation",
        "calculation",
        "calc",
        "condition",
        "filter",
        "predicate",
        "rule",
        "math",
        "template",
        "transform",
    ];
    !is_code && words.iter().any(|word| may_be.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_payload_contains_its_result() {
        for language in LANGUAGES {
            for _ in 0..50 {
                let (payload, expected) = form(language, Product::fresh());
                assert!(!payload.contains(&expected), "{payload}");
            }
        }
    }

    #[test]
    fn expressions_are_probed_and_other_texts_are_not() {
        let text = json!({"type": "string"});
        assert!(
            takes_expression("formula", &text)
                && takes_expression("filterExpr", &text)
                && takes_expression("expression", &text)
        );
        assert!(!takes_expression("city", &text) && !takes_expression("code", &text));
    }
}
