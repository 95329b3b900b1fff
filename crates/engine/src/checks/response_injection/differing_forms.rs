//! Results whose text says something else than their structured value.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::blocks::{ToolResult, tool_results};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-008",
    title: "Text and structured result differ",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Serialise the result once, and use it for the text block and for `structuredContent`.",
    tags: &[Tag::Cwe(436), Tag::LlmTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(results) = tool_results(probe).await? else { return Ok(nothing_read()) };
    let drafts = results.iter().filter_map(|ToolResult { tool, result, exchange }| {
        let (index, text) = difference(result)?;
        let sample = Sample::whole(text, "differential").after(exchange.request.clone(), exchange.status);
        let message = "the text of an answer holds other values than its structured form";
        let location = tool.at(&format!("/content/{index}/text"));
        Some(Draft::new(Severity::Low, Confidence::Confirmed, location, message).sample(sample))
    });
    Ok(drafts.collect())
}

/// The text block that is JSON of the same shape as the structured value, and differs from it.
fn difference(result: &Value) -> Option<(usize, &str)> {
    let structured = result.get("structuredContent")?;
    let content = result.get("content")?.as_array()?;
    let parsed = content.iter().enumerate().filter_map(|(index, block)| {
        let text = block.get("text")?.as_str()?;
        let value: Value = serde_json::from_str(text).ok()?;
        (value.is_object() || value.is_array()).then_some((index, text, value))
    });
    let parsed: Vec<_> = parsed.collect();
    // A list is often given one block per item, or wrapped in an object.
    let wraps = |value: &Value| {
        let members = structured.as_object().map(|members| members.values().collect::<Vec<_>>()).unwrap_or_default();
        members.iter().any(|member| *member == value || member.as_array().is_some_and(|items| items.contains(value)))
            || structured.as_array().is_some_and(|items| items.contains(value))
    };
    if parsed.iter().any(|(_, _, value)| value == structured || wraps(value)) {
        return None;
    }
    // Another shape is another view of the data, which nobody takes for the same.
    let same_shape = |value: &Value| match (value, structured) {
        (Value::Object(one), Value::Object(other)) => one.keys().eq(other.keys()),
        (Value::Array(one), Value::Array(other)) => one.len() == other.len(),
        _ => false,
    };
    parsed.into_iter().find(|(_, _, value)| same_shape(value)).map(|(index, text, _)| (index, text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_values_are_flagged_and_another_form_is_not() {
        let differs = |text: &str, structured: Value| {
            difference(&json!({ "content": [{ "type": "text", "text": text }], "structuredContent": structured }))
                .is_some()
        };
        assert!(differs("{\"price\": 10}", json!({ "price": 90 })));
        assert!(!differs("{ \"price\" : 10 }", json!({ "price": 10 })));
        assert!(!differs("[1, 2]", json!({ "result": [1, 2] })));
        assert!(!differs("The price is 10.", json!({ "price": 90 })));
        assert!(!differs("{\"summary\": \"ten\"}", json!({ "price": 10 })));
    }
}
