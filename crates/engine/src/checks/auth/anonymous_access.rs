//! Tools that anybody can use.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::capability;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{anonymous_calls, anonymous_lists, send_as, was_granted, was_refused};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError, Request};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-001",
    title: "Tools reachable without credentials",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Require a valid bearer token on every request and answer 401 with `WWW-Authenticate` without one.",
    tags: &[
        Tag::Cwe(306),
        Tag::McpTop10(7),
        Tag::LlmTop10(3),
        Tag::Agentic(3),
        Tag::Spec("2026-07-28", "Security: endpoint protection"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    if probe.options().public {
        return Ok(meant_to_be_open());
    }
    let calls = anonymous_calls(probe).await?;
    for (era, (list, call)) in anonymous_lists(probe).await?.iter().zip(calls).enumerate() {
        if !was_granted(list) || was_refused(call) {
            continue;
        }
        let worked = benign_call_worked(probe, era).await?;
        if let Some((severity, confidence, message)) = judge(&snapshot.tools, worked) {
            let draft = Draft::new(over_network(severity, snapshot), confidence, "method:tools/list", message);
            return Ok(draft
                .sample(Sample::whole(tool_names(snapshot), "anonymous").after(list.request.clone(), list.status))
                .into());
        }
    }
    Ok(Verdict::PASS)
}

/// The verdict on open doors that the user wants open.
pub(super) fn meant_to_be_open() -> Verdict {
    Verdict::not_applicable("the server is declared to be open to everybody")
}

/// Severity and confidence for a server whose list and calls are open.
fn judge(tools: &[Tool], worked: bool) -> Option<(Severity, Confidence, &'static str)> {
    let class = tools.iter().map(|tool| tool.class).max()?;
    if !worked && class < ToolClass::Write {
        return None;
    }
    let severity = severity(tools)?;
    Some(if worked {
        (severity, Confidence::Confirmed, "the server lists and runs its tools for callers without any credential")
    } else {
        (
            severity,
            Confidence::Likely,
            "the server lists its tools for callers without any credential and does not refuse their calls",
        )
    })
}

/// How bad it is that everybody can reach these tools; `None` where there are none.
pub(in crate::checks) fn severity(tools: &[Tool]) -> Option<Severity> {
    let is_private = tools.iter().any(|tool| capability::tags(tool).p);
    Some(match tools.iter().map(|tool| tool.class).max()? {
        ToolClass::Destructive | ToolClass::Execution => Severity::Critical,
        ToolClass::Write => Severity::High,
        _ if is_private => Severity::High,
        _ => Severity::Medium,
    })
}

/// Whether a benign call of a reading tool works anonymously.
async fn benign_call_worked(probe: &Probe, era: usize) -> Result<bool, ProbeError> {
    let calls = match probe.benign_calls().await {
        Ok(calls) => calls,
        // Without calls the lists still tell.
        Err(ProbeError::NotPermitted | ProbeError::Budget(_)) => return Ok(false),
        Err(error) => return Err(error),
    };
    let tools = &probe.snapshot().tools;
    let readable = calls.iter().filter(|call| tools.get(call.tool).is_some_and(|tool| tool.class == ToolClass::Read));
    let Some(call) = readable.into_iter().find(|call| !call.answer.is_error()) else { return Ok(false) };
    if !probe.has_credential() {
        return Ok(true);
    }
    let params = json!({ "name": tools[call.tool].name, "arguments": call.arguments });
    match send_as(probe, era, "tools/call", params, Request::anonymous).await {
        Ok(exchange) => Ok(was_granted(&exchange)),
        Err(ProbeError::NotPermitted | ProbeError::Budget(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn tool_names(snapshot: &Snapshot) -> String {
    snapshot.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{server, tool};

    #[test]
    fn the_most_dangerous_open_tool_decides() {
        let judged = |name: &str, worked| {
            judge(&server(&[tool(name, "", "city")]).tools, worked)
                .map(|(severity, confidence, _)| (severity, confidence))
        };
        assert_eq!(judged("delete_user", false), Some((Severity::Critical, Confidence::Likely)));
        assert_eq!(judged("update_city", true), Some((Severity::High, Confidence::Confirmed)));
        assert_eq!(judged("get_weather", true), Some((Severity::Medium, Confidence::Confirmed)));
        assert_eq!(judged("get_weather", false), None);
        assert_eq!(judge(&[], true), None);
    }
}
