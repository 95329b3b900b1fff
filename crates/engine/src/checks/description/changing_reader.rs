//! Tools that claim to read only, and after which the server is not what it was.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Answer, CallKind, Exchange, ItemKind, Probe, ProbeError, ToolCall};
use crate::snapshot::Tool;
use crate::tool_class::{ToolClass, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-015",
    title: "Read-only tool changes state",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Set `readOnlyHint` to false for tools that change anything: clients call tools that only read without asking.",
    tags: &[Tag::Cwe(451), Tag::McpTop10(3), Tag::Agentic(2)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Tools that are called.
const TOOLS: usize = 4;
/// Calls of each of them.
const CALLS: usize = 3;
/// Intervals without a call in which nothing may change.
const INTERVALS: usize = 3;
/// How long all of it may take before no further tool is called.
const LONGEST: Duration = Duration::from_secs(30);
/// Places where the state is looked at.
const RESOURCES: usize = 4;
const READERS: usize = 2;

/// Where the state of a server can be seen without changing it.
enum Place {
    /// The list of resources.
    Resources,
    /// The list of prompts.
    Prompts,
    /// A resource, by its address.
    Resource(String),
    /// What a reading tool without arguments answers, by its name.
    Reader(String),
}

/// What was seen in each place that did not change by itself.
type State = BTreeMap<usize, String>;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    let calls = probe.benign_calls().await?;
    let claims = |call: &&ToolCall| {
        let tool = &snapshot.tools[call.tool];
        tool.hint("readOnlyHint") == Some(true) && !call.answer.is_error() && call.answer.result().is_some()
    };
    let (mut candidates, mut places) = (calls.iter().filter(claims).collect::<Vec<_>>(), places(probe).await?);
    if places.is_empty() {
        // Tools that list something show the state as well; they are then not called for what they may change.
        let lists = |call: &&ToolCall| is_reader(&snapshot.tools[call.tool], &call.arguments);
        let readers: Vec<usize> =
            candidates.iter().filter(|call| lists(call)).map(|call| call.tool).take(READERS).collect();
        candidates.retain(|call| !readers.contains(&call.tool));
        places = readers.into_iter().map(|tool| Place::Reader(snapshot.tools[tool].name.clone())).collect();
    }
    if calls.is_empty() {
        return Ok(nothing_read());
    }
    if candidates.is_empty() || places.is_empty() {
        return Ok(Verdict::not_applicable(
            "no tool that claims to read only can be called where a change would be seen",
        ));
    }
    let started = Instant::now();
    let mut before = look(probe, &places).await?;
    for _ in 0..INTERVALS {
        let again = look(probe, &places).await?;
        before.retain(|place, seen| again.get(place) == Some(seen));
    }
    if before.is_empty() {
        return Ok(Verdict::not_assessed(
            "unstable: what the server shows changes by itself, so that nothing can be compared",
        ));
    }
    let mut drafts = Vec::new();
    let mut decided = false;
    for call in candidates.into_iter().take(TOOLS) {
        if decided && started.elapsed() > LONGEST {
            break;
        }
        let tool = &snapshot.tools[call.tool];
        let Some(last) = call_often(probe, tool, &call.arguments).await? else { continue };
        decided = true;
        let after = look(probe, &places).await?;
        let Some(changed) = before.iter().find(|(place, seen)| after.get(place).is_some_and(|now| now != *seen)) else {
            continue;
        };
        // A change that goes on without calls is a clock's.
        let settled = look(probe, &places).await?;
        let is_settled = settled.get(changed.0) == after.get(changed.0);
        let shown = place_of(&places[*changed.0]);
        before.retain(|place, _| settled.contains_key(place) && settled.get(place) == after.get(place));
        for (place, seen) in &mut before {
            seen.clone_from(&settled[place]);
        }
        if is_settled {
            let message = "the tool claims to read only; after three calls of it the server shows something else, and without calls it does not";
            let sample = Sample::whole(shown, "state:changed").after(last.request.clone(), last.status);
            drafts.push(
                Draft::new(Severity::High, Confidence::Likely, tool.at("/annotations/readOnlyHint"), message)
                    .sample(sample),
            );
        }
    }
    if !decided {
        return Ok(Verdict::not_assessed("no tool that claims to read only could be called three times"));
    }
    Ok(Verdict::Decided(drafts))
}

fn place_of(place: &Place) -> String {
    match place {
        Place::Resources => "resources/list".to_owned(),
        Place::Prompts => "prompts/list".to_owned(),
        Place::Resource(uri) => format!("resource {uri}"),
        Place::Reader(name) => format!("answer of {name}"),
    }
}

/// Lists and resources, logs of calls left out: a call belongs into those. Changes of the tools themselves are what the
/// checks of rug pulls look for.
async fn places(probe: &Probe) -> Result<Vec<Place>, ProbeError> {
    let listed =
        |method: &str| probe.snapshot().listings.iter().any(|listing| listing.method == method && listing.items > 0);
    let mut places = Vec::new();
    for (method, place) in [("resources/list", Place::Resources), ("prompts/list", Place::Prompts)] {
        if listed(method) {
            places.push(place);
        }
    }
    let read =
        probe.read_samples().await?.iter().filter(|read| read.kind == ItemKind::Resource && !read.answer.is_error());
    let resources = read.map(|read| &probe.snapshot().resources[read.index]);
    let told = resources.filter(|item| {
        !is_log(&format!("{} {} {}", item.uri, item.name, item.description.as_deref().unwrap_or_default()))
    });
    places.extend(told.map(|item| Place::Resource(item.uri.clone())).take(RESOURCES));
    Ok(places)
}

/// Whether a tool lists or counts something and needs no argument for it.
fn is_reader(tool: &Tool, arguments: &Value) -> bool {
    let words = split(&tool.name);
    tool.class == ToolClass::Read
        && arguments.as_object().is_some_and(serde_json::Map::is_empty)
        && words.iter().any(|word| matches!(word.as_str(), "list" | "count" | "status" | "state" | "all"))
        && !is_log(&tool.name)
}

/// Whether something tells what was called, and when.
fn is_log(name: &str) -> bool {
    const LOGS: [&str; 22] = [
        "log",
        "logs",
        "history",
        "audit",
        "activity",
        "activities",
        "recent",
        "stat",
        "stats",
        "statistics",
        "usage",
        "metric",
        "metrics",
        "quota",
        "event",
        "events",
        "trace",
        "call",
        "calls",
        "request",
        "requests",
        "access",
    ];
    split(name).iter().any(|word| LOGS.contains(&word.as_str()))
}

/// What is to be seen in each place now, without times. Where nothing is answered, nothing is.
async fn look(probe: &Probe, places: &[Place]) -> Result<State, ProbeError> {
    let mut state = State::new();
    for (number, place) in places.iter().enumerate() {
        let (method, params) = match place {
            Place::Resources => ("resources/list", Value::Null),
            Place::Prompts => ("prompts/list", Value::Null),
            Place::Resource(uri) => ("resources/read", json!({ "uri": uri })),
            Place::Reader(name) => ("tools/call", json!({ "name": name, "arguments": {} })),
        };
        match probe.request(method, params).kind(CallKind::Benign).send().await {
            Ok(exchange) => {
                let answer = Answer { exchange };
                if !answer.is_error() && answer.result().is_some() {
                    state.insert(number, without_times(&answer));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(state)
}

/// All text of an answer; dates and times of day are no state, and `_meta` is about the answer.
fn without_times(answer: &Answer) -> String {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?|\b\d{1,2}:\d{2}(?::\d{2})?\b|\b1[6-9]\d{8}(?:\d{3})?\b|\b\d+(?:\.\d+)? ?(?:ms|s|seconds?|minutes?|hours?)\b")
            .expect("a constant pattern is valid")
    });
    let mut result = answer.result().cloned().unwrap_or_default();
    if let Some(members) = result.as_object_mut() {
        for member in ["_meta", "ttlMs", "nextCursor"] {
            members.shift_remove(member);
        }
    }
    TIME.replace_all(&result.to_string(), "{time}").into_owned()
}

/// Calls a tool three times: the last exchange; `None` where it cannot be called so often.
async fn call_often(probe: &Probe, tool: &Tool, arguments: &Value) -> Result<Option<Exchange>, ProbeError> {
    let mut last = None;
    for _ in 0..CALLS {
        match probe.call(tool, arguments.clone(), CallKind::Benign).await {
            Ok(answer) => last = Some(answer.exchange),
            Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{answered, server, tool};

    fn seen(text: &str) -> String {
        let body =
            json!({ "jsonrpc": "2.0", "id": 1, "result": { "contents": [{ "text": text }], "_meta": { "n": text } } });
        without_times(&Answer { exchange: answered(200, &body.to_string()) })
    }

    #[test]
    fn clocks_change_nothing_and_counters_do() {
        assert_eq!(seen("as of 2026-03-01T10:00:00Z: 3 notes"), seen("as of 2026-03-01T10:00:07Z: 3 notes"));
        assert_eq!(seen("up for 12 seconds"), seen("up for 13 seconds"));
        assert_eq!(seen("12:00"), seen("12:01"));
        assert_ne!(seen("3 notes"), seen("4 notes"));
    }

    #[test]
    fn logs_of_calls_are_left_out() {
        for name in ["weather://access-log", "usage", "recent_calls"] {
            assert!(is_log(name), "{name}");
        }
        assert!(!is_log("notes://today") && !is_log("catalogue of plants"));
        let snapshot = server(&[tool("list_notes", "Lists notes", "x"), tool("list_calls", "Lists calls", "x")]);
        assert!(is_reader(&snapshot.tools[0], &json!({})) && !is_reader(&snapshot.tools[0], &json!({ "x": "a" })));
        assert!(!is_reader(&snapshot.tools[1], &json!({})));
    }
}
