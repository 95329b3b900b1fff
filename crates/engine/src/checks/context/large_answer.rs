//! Small calls with large answers.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError, ToolCall};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-004",
    title: "Large answer to a small call",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Cap answers and give the rest page by page.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6), Tag::McpTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const LARGE_BYTES: usize = 100 << 10;
const HUGE_BYTES: usize = 1 << 20;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let calls = probe.benign_calls().await?;
    if calls.is_empty() {
        return Ok(nothing_read());
    }
    let draft = |call: &ToolCall| {
        let result = call.answer.result()?;
        let severity = grade(result)?;
        let tool = probe.snapshot().tools.get(call.tool)?;
        let exchange = &call.answer.exchange;
        let sample = Sample::whole(result.to_string(), "size").after(exchange.request.clone(), exchange.status);
        Some(
            Draft::new(
                severity,
                Confidence::Confirmed,
                tool.location(),
                "a small call gets an answer that fills the model's context",
            )
            .sample(sample),
        )
    };
    Ok(calls.iter().filter_map(draft).collect())
}

/// How bad the size of a result is. Images and files do not count, and a page that says how to get the next one is
/// bounded by intent.
fn grade(result: &Value) -> Option<Severity> {
    let has_next = |value: &Value| {
        ["nextCursor", "next_cursor", "nextPageToken", "next_page_token", "cursor"]
            .iter()
            .any(|name| value.get(name).is_some_and(|next| !next.is_null()))
    };
    let members = [Some(result), result.get("structuredContent"), result.get("_meta")];
    if members.into_iter().flatten().any(has_next) {
        return None;
    }
    let binary: usize = result.get("content").and_then(Value::as_array).into_iter().flatten().map(binary_bytes).sum();
    match result.to_string().len().saturating_sub(binary) {
        size if size > HUGE_BYTES => Some(Severity::High),
        size if size > LARGE_BYTES => Some(Severity::Medium),
        _ => None,
    }
}

fn binary_bytes(block: &Value) -> usize {
    let encoded = [block.get("data"), block.get("resource").and_then(|resource| resource.get("blob"))];
    encoded.into_iter().flatten().filter_map(Value::as_str).map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn size_counts_without_images_and_pages() {
        let text = |bytes: usize| json!({"content": [{"type": "text", "text": "x".repeat(bytes)}]});
        assert_eq!(grade(&text(90 << 10)), None);
        assert_eq!(grade(&text(110 << 10)), Some(Severity::Medium));
        assert_eq!(grade(&text(2 << 20)), Some(Severity::High));
        assert_eq!(grade(&json!({"content": [{"type": "image", "data": "x".repeat(2 << 20)}]})), None);
        let mut page = text(110 << 10);
        page["structuredContent"] = json!({"nextCursor": "b"});
        assert_eq!(grade(&page), None);
    }
}
