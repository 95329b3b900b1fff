//! Tasks of one user that another one can watch.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{shown, was_granted};
use crate::checks::input::slots::unstable;
use crate::checks::second::{second, view};
use crate::checks::subject::over_network;
use crate::checks::tasks::{Tasks, ToSecond, are_offered, task};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-003",
    title: "Task handle is open to others",
    test: NamedTest::Authz,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Bind each task to the user who started it, and answer its id to others like one that does not exist.",
    tags: &[
        Tag::Cwe(639),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Tasks: security considerations"),
        Tag::Other("CVE-2026-52870"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !are_offered(probe) {
        return Ok(Verdict::not_applicable("the server has no tasks"));
    }
    if let Err(verdict) = second(probe) {
        return Ok(verdict);
    }
    if let Err(verdict) = view(probe).await? {
        return Ok(verdict.clone());
    }
    let Tasks::Started(task) = task(probe).await? else {
        return Ok(Verdict::not_applicable("no tool that may be called started a task"));
    };
    let is_unstable = |told: &ToSecond| told.none.windows(2).any(|two| was_granted(&two[0]) != was_granted(&two[1]));
    if task.to_second.as_ref().is_some_and(is_unstable) {
        return Ok(unstable());
    }
    let Some(told) = task.to_second.as_ref().filter(|told| tells(told)) else { return Ok(Verdict::PASS) };
    let message = "the id of a task that one user started tells another how it is";
    let severity = over_network(Severity::High, probe.snapshot());
    let sample = Sample::whole(shown(&told.task), "differential").after(told.task.request.clone(), told.task.status);
    Ok(Draft::new(severity, Confidence::Confirmed, "method:tasks/get", message).sample(sample).into())
}

/// Whether the second caller was told more about the task than about one that does not exist.
fn tells(told: &ToSecond) -> bool {
    let has_state = told.task.result().is_some_and(|result| {
        let task = result.get("task").unwrap_or(result);
        task.get("status").and_then(Value::as_str).is_some()
    });
    was_granted(&told.task) && has_state && !told.none.iter().any(was_granted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn a_state_counts_where_an_unknown_task_has_none() {
        let state = r#"{"id":1,"result":{"taskId":"a","status":"working"}}"#;
        let unknown = r#"{"id":1,"error":{"code":-32602,"message":"no such task"}}"#;
        let told =
            |task: &str, none: &str| tells(&ToSecond { task: answered(200, task), none: vec![answered(200, none)] });
        assert!(told(state, unknown));
        assert!(!told(state, state));
        assert!(!told(unknown, unknown));
        assert!(!told(r#"{"id":1,"result":{}}"#, unknown));
    }
}
