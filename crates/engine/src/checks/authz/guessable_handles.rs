//! Handles that a server mints and that others can guess. Session ids have a check of their own (MCPA-TRN-010).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;
use tokio::time::Instant;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::checks::guessable::{Guessable, guessable, shape};
use crate::checks::subject::over_network;
use crate::checks::tasks::{Tasks, more_ids, task};
use crate::probe::{Answer, CallKind, Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-006",
    title: "Guessable handles",
    test: NamedTest::Authz,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Draw each handle from a cryptographic random source, at least 128 bits, and check its owner at each use.",
    tags: &[Tag::Cwe(340), Tag::McpTop10(7), Tag::Spec("2025-11-25", "Security best practices: state handles")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Handles of one kind that are compared.
const MINTED: usize = 6;
/// How long their calls may take in all.
const LONGEST: Duration = Duration::from_secs(30);
/// Tools whose handles are compared.
const TOOLS: usize = 2;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut minted = BTreeMap::new();
    if let Tasks::Started(task) = task(probe).await? {
        let ids = more_ids(probe, task, MINTED).await?;
        minted.insert(format!("{}#/taskId", task.location), ids);
    }
    let calls = probe.benign_calls().await?;
    if calls.is_empty() && minted.is_empty() {
        return Ok(nothing_read());
    }
    let minting = calls.iter().filter(|call| !call.answer.is_error() && !handles(&call.answer).is_empty());
    let started = Instant::now();
    for call in minting.take(TOOLS) {
        let tool = &probe.snapshot().tools[call.tool];
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for _ in 0..MINTED {
            if started.elapsed() > LONGEST {
                break;
            }
            let answer = match probe.call(tool, call.arguments.clone(), CallKind::Benign).await {
                Ok(answer) => answer,
                // A tool that asks to be left alone, or hangs, is left alone.
                Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => break,
                Err(error) => return Err(error),
            };
            for (pointer, handle) in handles(&answer) {
                found.entry(tool.at(&pointer)).or_default().push(handle);
            }
        }
        minted.extend(found);
    }
    // What stays the same is the id of something that was there before, and nothing fresh.
    minted.retain(|_, ids| ids.len() >= MINTED && ids.iter().collect::<BTreeSet<_>>().len() == ids.len());
    if minted.is_empty() {
        return Ok(Verdict::not_applicable("no call hands out a handle that is new each time"));
    }
    let severity = over_network(Severity::Medium, probe.snapshot());
    let draft = |(location, ids): (String, Vec<String>)| {
        let weakness = guessable(&ids)?;
        let message = match weakness {
            Guessable::Sequential => "handles follow each other, as a counter or a clock does, and can be predicted",
            Guessable::Entropy | Guessable::Repeated => "handles vary in fewer than 64 bits and can be guessed",
        };
        let shown = format!("shape of a handle: {}", shape(ids.first()?));
        Some(
            Draft::new(severity, Confidence::Confirmed, location, message)
                .distinct(weakness.code())
                .sample(Sample::whole(shown, format!("handle:{}", weakness.code()))),
        )
    };
    Ok(minted.into_iter().filter_map(draft).collect())
}

/// The handles in an answer, by their pointer: members of the structured value, or of a text that is JSON, whose name says
/// that whoever holds the value may go on with something.
fn handles(answer: &Answer) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(result) = answer.result() else { return found };
    if let Some(value) = result.get("structuredContent") {
        collect(value, "/structuredContent", &mut found);
    } else {
        let blocks = result.get("content").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (index, block) in blocks {
            let text = block.get("text").and_then(Value::as_str).unwrap_or_default();
            if let Ok(value @ Value::Object(_)) = serde_json::from_str(text) {
                collect(&value, &format!("/content/{index}/text"), &mut found);
            }
        }
    }
    found
}

/// Members of objects. What stands in lists are records.
fn collect(value: &Value, pointer: &str, found: &mut BTreeMap<String, String>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match member {
            Value::String(text) if is_handle(name) && !text.is_empty() => drop(found.insert(pointer, text.clone())),
            Value::Number(number) if is_handle(name) => drop(found.insert(pointer, number.to_string())),
            Value::Object(_) => collect(member, &pointer, found),
            _ => {}
        }
    }
}

/// Whether a name is that of a handle. Numbers of orders, requests and events are those of records.
fn is_handle(name: &str) -> bool {
    const GRANTING: [&str; 16] = [
        "handle",
        "session",
        "token",
        "cursor",
        "upload",
        "download",
        "job",
        "task",
        "ticket",
        "conversation",
        "thread",
        "lease",
        "basket",
        "cart",
        "share",
        "invitation",
    ];
    const FORMS: [&str; 6] = ["id", "handle", "token", "key", "cursor", "ticket"];
    let words = split(name);
    let grants = words.iter().any(|word| GRANTING.contains(&word.as_str()));
    let about =
        words.iter().any(|word| matches!(word.as_str(), "count" | "type" | "name" | "status" | "expires" | "ttl"));
    grants && !about && (words.len() == 1 || words.last().is_some_and(|last| FORMS.contains(&last.as_str())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn handles_are_told_from_records() {
        let found = |result: Value| {
            let body = json!({ "jsonrpc": "2.0", "id": 1, "result": result });
            handles(&Answer { exchange: answered(200, &body.to_string()) }).into_keys().collect::<Vec<_>>()
        };
        let value = json!({ "uploadId": "a1", "basket": { "token": 7 }, "orderId": 12, "requestId": "r-3", "id": 4,
            "tokens": 88, "taskCount": 2, "sessions": [{ "sessionId": "x" }] });
        assert_eq!(
            found(json!({ "structuredContent": value })),
            ["/structuredContent/basket/token", "/structuredContent/uploadId"]
        );
        let text = json!({ "type": "text", "text": "{\"handle\":\"h-1\"}" });
        assert_eq!(found(json!({ "content": [text] })), ["/content/0/text/handle"]);
        assert!(found(json!({ "content": [{ "type": "text", "text": "handle: h-1" }] })).is_empty());
    }
}
