//! A task of the server, started by a harmless call and watched for a moment: what the checks of its life look at.

use std::time::Duration;

use serde_json::{Value, json};

use crate::checks::access::{send_as, was_granted};
use crate::probe::{CallKind, Exchange, Probe, ProbeError, Request};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::{ToolClass, benign_arguments};

/// Tools that are asked for a task until one starts.
const TOOLS: usize = 3;
/// How often a task is asked how it is, where the server wants to be asked in quick succession.
const POLLS: usize = 10;
/// Intervals below this are quick succession.
pub(crate) const QUICK: Duration = Duration::from_millis(100);

/// What became of the wish for a task.
#[derive(Debug)]
pub(crate) enum Tasks {
    /// The server has no tasks.
    NotOffered,
    /// It has, but no tool that may be called started one.
    NotStarted,
    /// A task.
    Started(Box<Task>),
}

/// A task as its server describes it.
#[derive(Debug)]
pub(crate) struct Task {
    /// Where it was started: `tool:<name>`.
    pub(crate) location: String,
    /// How long it is kept; `None` for ever.
    pub(crate) ttl: Option<Duration>,
    /// Whether the server said anything about that.
    pub(crate) tells_ttl: bool,
    /// How long to wait between two questions, where the server says so.
    pub(crate) poll: Option<Duration>,
    /// Whether it was still at work after [`POLLS`] questions in quick succession.
    pub(crate) goes_on: bool,
    /// The exchange that started it.
    pub(crate) opening: Exchange,
    /// What the second caller was told about it; `None` where there is no second caller.
    pub(crate) to_second: Option<ToSecond>,
}

/// What a second caller was told about tasks that are not its own.
#[derive(Debug)]
pub(crate) struct ToSecond {
    /// About the task.
    pub(crate) task: Exchange,
    /// About one that does not exist, twice where it was told about the task: the control.
    pub(crate) none: Vec<Exchange>,
}

/// Starts a task and watches it, once in a run.
pub(crate) async fn task(probe: &Probe) -> Result<&Tasks, ProbeError> {
    probe.memo().tasks(|| start(probe)).await
}

async fn start(probe: &Probe) -> Result<Tasks, ProbeError> {
    if !are_offered(probe) {
        return Ok(Tasks::NotOffered);
    }
    let may_start = |tool: &&Tool| {
        let support = tool.raw.pointer("/execution/taskSupport").and_then(Value::as_str);
        tool.class == ToolClass::Read && (probe.is_modern() || matches!(support, Some("optional" | "required")))
    };
    for tool in probe.snapshot().tools.iter().filter(may_start).take(TOOLS) {
        let begun = match begin(probe, tool).await {
            Ok(begun) => begun,
            // A tool that is left alone, or hangs, is no reason to leave out the others.
            Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        };
        let Some((id, seen, answer)) = begun else { continue };
        let goes_on = match seen.poll {
            Some(poll) if poll < QUICK && seen.is_working => watch(probe, &id, poll).await?,
            _ => false,
        };
        let to_second = tell_second(probe, &id).await?;
        cancel(probe, &id).await;
        let Seen { ttl, tells_ttl, poll, .. } = seen;
        let location = tool.location();
        let task = Task { location, ttl, tells_ttl, poll, goes_on, opening: answer, to_second };
        return Ok(Tasks::Started(Box::new(task)));
    }
    Ok(Tasks::NotStarted)
}

/// The ids of so many more tasks of the tool that started the task of the run; each is cancelled at once. Fewer where the
/// server stops to start them.
pub(crate) async fn more_ids(probe: &Probe, task: &Task, count: usize) -> Result<Vec<String>, ProbeError> {
    let tool = probe.snapshot().tools.iter().find(|tool| tool.location() == task.location);
    let mut ids = Vec::new();
    let Some(tool) = tool else { return Ok(ids) };
    for _ in 0..count {
        match begin(probe, tool).await {
            Ok(Some((id, ..))) => {
                cancel(probe, &id).await;
                ids.push(id);
            }
            Ok(None) | Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(ids)
}

/// Asks a tool for a task: its id and state, and the exchange; `None` where the tool answers otherwise.
async fn begin(probe: &Probe, tool: &Tool) -> Result<Option<(String, Seen, Exchange)>, ProbeError> {
    let Some(arguments) = benign_arguments(tool, &probe.canary()) else { return Ok(None) };
    let answer = asking(probe, tool, &arguments).send().await?;
    let begun = answer.result().and_then(read).map(|(id, seen)| (id.to_owned(), seen));
    if let Some((id, _)) = &begun {
        probe.shared().masker.hide(id, "{{handle}}");
    }
    Ok(begun.map(|(id, seen)| (id, seen, answer)))
}

/// Whether it can be cancelled is the server's business; we need it no more.
async fn cancel(probe: &Probe, id: &str) {
    drop(knowing_tasks(probe, probe.request("tasks/cancel", json!({ "taskId": id }))).send().await);
}

/// Whether tools of the server run as tasks.
pub(crate) fn are_offered(probe: &Probe) -> bool {
    are_in(probe.snapshot(), probe.is_modern())
}

/// Whether tasks are declared: by a capability until 2025-11-25, by an extension since.
fn are_in(snapshot: &Snapshot, modern: bool) -> bool {
    let place = if modern { "/extensions/io.modelcontextprotocol~1tasks" } else { "/tasks/requests/tools/call" };
    snapshot.capabilities.pointer(place).is_some()
}

/// A call that may become a task, without any wish for how long.
fn asking<'p>(probe: &'p Probe, tool: &Tool, arguments: &Value) -> Request<'p> {
    let mut params = json!({ "name": tool.name, "arguments": arguments });
    if !probe.is_modern() {
        params["task"] = json!({});
    }
    knowing_tasks(probe, probe.request("tools/call", params)).kind(CallKind::Benign)
}

/// A request of a client that knows tasks, as it must say in each one since 2026-07-28.
fn knowing_tasks<'p>(probe: &Probe, request: Request<'p>) -> Request<'p> {
    if !probe.is_modern() {
        return request;
    }
    request.capable(json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } }))
}

/// Asks as the server wants to be asked, and tells whether the work goes on.
async fn watch(probe: &Probe, id: &str, poll: Duration) -> Result<bool, ProbeError> {
    for _ in 0..POLLS {
        tokio::time::sleep(poll).await;
        let request = probe.request("tasks/get", json!({ "taskId": id }));
        let answer = knowing_tasks(probe, request).send().await?;
        let seen = answer.result().and_then(read);
        if !seen.is_some_and(|(_, seen)| seen.is_working) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Asks as the second caller, while the task is there.
async fn tell_second(probe: &Probe, id: &str) -> Result<Option<ToSecond>, ProbeError> {
    let Some(headers) = probe.second_credential() else { return Ok(None) };
    let ask = async |id: &str| {
        let params = json!({ "taskId": id });
        send_as(probe, 0, "tasks/get", params, |request| knowing_tasks(probe, request).credentials(headers)).await
    };
    let task = ask(id).await?;
    let mut none = Vec::new();
    for _ in 0..if was_granted(&task) { 2 } else { 1 } {
        none.push(ask(&probe.canary()).await?);
    }
    Ok(Some(ToSecond { task, none }))
}

struct Seen {
    ttl: Option<Duration>,
    tells_ttl: bool,
    poll: Option<Duration>,
    is_working: bool,
}

/// Id and state of a task, in the form of either era.
fn read(result: &Value) -> Option<(&str, Seen)> {
    let task = result.get("task").unwrap_or(result);
    let member = |names: [&str; 2]| names.into_iter().find_map(|name| task.get(name));
    let ttl = member(["ttlMs", "ttl"]);
    let time = |value: &Value| value.as_u64().map(Duration::from_millis);
    let seen = Seen {
        ttl: ttl.and_then(time),
        // A negative time or a text says nothing that could be kept.
        tells_ttl: ttl.is_some_and(|ttl| ttl.is_null() || ttl.is_u64()),
        poll: member(["pollIntervalMs", "pollInterval"]).and_then(time),
        // A task that waits for input waits for a person.
        is_working: matches!(task.get("status").and_then(Value::as_str), Some("working" | "submitted")),
    };
    Some((task.get("taskId")?.as_str()?, seen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::server;

    #[test]
    fn tasks_of_both_eras_are_read() {
        let legacy = json!({ "task": { "taskId": "a", "status": "working", "ttl": null, "pollInterval": 50 } });
        let (id, seen) = read(&legacy).expect("a task");
        assert_eq!((id, seen.ttl, seen.tells_ttl, seen.is_working), ("a", None, true, true));
        assert_eq!(seen.poll, Some(Duration::from_millis(50)));
        let modern = json!({ "resultType": "task", "taskId": "b", "status": "input_required", "ttlMs": 60_000 });
        let (_, seen) = read(&modern).expect("a task");
        assert_eq!((seen.ttl, seen.poll, seen.is_working), (Some(Duration::from_mins(1)), None, false));
        assert!(read(&json!({ "content": [] })).is_none());
    }

    #[test]
    fn each_era_offers_them_in_its_way() {
        let with = |capabilities: Value, modern| are_in(&Snapshot { capabilities, ..server(&[]) }, modern);
        assert!(with(json!({ "tasks": { "requests": { "tools": { "call": {} } } } }), false));
        assert!(!with(json!({ "tasks": { "list": {} } }), false));
        assert!(with(json!({ "extensions": { "io.modelcontextprotocol/tasks": {} } }), true));
        assert!(!with(json!({ "tools": {} }), true));
    }
}
