//! Orders in parts of a result that only the model sees.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::text::{TextContext, scan};
use serde_json::Value;

use super::blocks::{ToolResult, tool_results};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::checks::poison::tool_names;
use crate::probe::{Probe, ProbeError};
use crate::snapshot::strings;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-007",
    title: "Shown to the model, hidden from the user",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Show the user what the model is given: the same text in the visible content, and no orders in `_meta`, in structured values or in blocks for the assistant alone.",
    tags: &[Tag::Cwe(451), Tag::McpTop10(6), Tag::Agentic(9)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(results) = tool_results(probe).await? else { return Ok(nothing_read()) };
    let own_tools = tool_names(probe.snapshot());
    let drafts = results.iter().flat_map(|ToolResult { tool, result, exchange }| {
        let draft = |(pointer, text): (String, &str)| {
            let hit = scan(text, &TextContext { own_tools: &own_tools })?;
            let sample = Sample::part(text, hit.matched.clone(), hit.detector());
            let message = "an answer gives the model orders in a part that its user does not see";
            Some(
                Draft::new(Severity::High, Confidence::Confirmed, tool.at(&pointer), message)
                    .distinct(hit.signature())
                    .sample(sample.after(exchange.request.clone(), exchange.status)),
            )
        };
        hidden(result).into_iter().filter_map(draft).collect::<Vec<_>>()
    });
    Ok(drafts.collect())
}

/// The texts of a result that a client shows to the model and not to the user: blocks for the assistant alone, and what
/// stands in `_meta` or the structured value and in no visible block.
fn hidden(result: &Value) -> Vec<(String, &str)> {
    let content = result.get("content").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let for_assistant = |block: &Value| {
        let audience = block.pointer("/annotations/audience").and_then(Value::as_array);
        audience.is_some_and(|audience| audience.len() == 1 && audience[0] == "assistant")
    };
    let text = |block: &'_ Value| block.get("text").and_then(Value::as_str).map(str::to_owned);
    let visible: Vec<String> = content.iter().filter(|block| !for_assistant(block)).filter_map(text).collect();
    let below = |pointer: &str| {
        let value = result.pointer(pointer).unwrap_or(&Value::Null);
        strings(value).into_iter().map(|(rest, text)| (format!("{pointer}{rest}"), text)).collect::<Vec<_>>()
    };
    let assistant = content.iter().enumerate().filter(|(_, block)| for_assistant(block));
    let assistant =
        assistant.filter_map(|(index, block)| Some((format!("/content/{index}/text"), block.get("text")?.as_str()?)));
    let beside = below("/_meta").into_iter().chain(below("/structuredContent"));
    let unseen = beside.filter(|(_, text)| {
        let quoted = Value::from(*text).to_string();
        let inner = quoted.trim_matches('"');
        !visible.iter().any(|shown| shown.contains(text) || shown.contains(inner))
    });
    assistant.chain(unseen).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_no_user_sees_is_hidden() {
        let pointers = |result: &Value| hidden(result).into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>();
        let assistant =
            json!({ "content": [{ "type": "text", "text": "a", "annotations": { "audience": ["assistant"] } }] });
        assert_eq!(pointers(&assistant), ["/content/0/text"]);
        let both = json!({ "content": [{ "type": "text", "text": "a", "annotations": { "audience": ["user", "assistant"] } }] });
        assert!(pointers(&both).is_empty());
        let structured = json!({ "content": [{ "type": "text", "text": "{\"place\":\"sea\"}" }], "structuredContent": { "place": "sea", "note": "dark" } });
        assert_eq!(pointers(&structured), ["/structuredContent/note", "/structuredContent/note"]);
    }
}
