//! States of a call in several rounds (2026-07-28) that are good for others than they were made for. Their end is not
//! waited for: the specification names no place where it is stated.

use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::input::slots::unstable;
use crate::checks::second::{second, view};
use crate::checks::subject::over_network;
use crate::probe::dialog::next_round;
use crate::probe::{CallKind, Exchange, Probe, ProbeError, ToolCall};
use crate::snapshot::Tool;
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-005",
    title: "Request state is replayable",
    test: NamedTest::Authz,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Seal the state together with the user, the method and tool, and an expiry, and refuse it when any of them differs.",
    tags: &[
        Tag::Cwe(294),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Multi round-trip requests: security considerations"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !probe.is_modern() {
        return Ok(Verdict::not_applicable("request states exist since 2026-07-28"));
    }
    // Without a second caller half of the answer is missing, and no call is worth waiting for.
    let headers = match second(probe) {
        Ok(headers) => headers,
        Err(verdict) => return Ok(verdict),
    };
    let tools = &probe.snapshot().tools;
    let calls: Vec<(&Tool, &ToolCall)> =
        probe.benign_calls().await?.iter().filter_map(|call| Some((tools.get(call.tool)?, call))).collect();
    let Some((tool, call)) = calls.iter().copied().find(|(tool, call)| state_of(&call.answer.exchange, tool).is_some())
    else {
        return Ok(Verdict::not_applicable("no call that may be made gives a request state"));
    };
    let opened = Opened { probe, tool, arguments: &call.arguments };
    let own = probe.credentials();
    let usual = async || match opened.first_round().await? {
        Some(asked) => Ok::<_, ProbeError>(ending(&opened.come_back(&asked, &opened, own).await?)),
        None => Ok(None),
    };
    let (usual, again) = (usual().await?, usual().await?);
    if usual != again {
        return Ok(unstable());
    }
    let Some(usual) = usual else {
        return Ok(Verdict::not_applicable("the call does not go on when what it asks for is declined"));
    };
    let mut drafts = Vec::new();
    let other = calls.iter().find(|(other, _)| other.name != tool.name && other.class == ToolClass::Read);
    if let Some((other, other_call)) = other {
        let elsewhere = Opened { probe, tool: other, arguments: &other_call.arguments };
        if let Some(answer) = opened.accepted(&elsewhere, own, usual).await? {
            let message = "the state of a call of one tool is accepted in the call of another";
            drafts.push(draft(probe, Severity::Medium, tool, "other-tool", message, &answer));
        }
    }
    match view(probe).await? {
        Ok(_) => {
            if let Some(answer) = opened.accepted(&opened, headers, usual).await? {
                let message = "the state of a call of one user is accepted from another";
                drafts.push(draft(probe, Severity::High, tool, "other-caller", message, &answer));
            }
        }
        Err(verdict) if drafts.is_empty() => return Ok(verdict.clone()),
        Err(_) => {}
    }
    Ok(Verdict::Decided(drafts))
}

fn draft(probe: &Probe, severity: Severity, tool: &Tool, kind: &str, message: &str, answer: &Exchange) -> Draft {
    let sample = Sample::whole(ending(answer).unwrap_or_default(), format!("state:{kind}"));
    Draft::new(over_network(severity, probe.snapshot()), Confidence::Confirmed, tool.location(), message)
        .distinct(kind)
        .sample(sample.after(answer.request.clone(), answer.status))
}

/// A call of one tool that asks for another round.
struct Opened<'p> {
    probe: &'p Probe,
    tool: &'p Tool,
    arguments: &'p Value,
}

impl Opened<'_> {
    /// The answer to some caller that comes back to a call with a fresh state of ours, where it counts: the call goes on
    /// as it does for us, and not with a state that nobody made.
    async fn accepted(
        &self,
        elsewhere: &Opened<'_>,
        headers: &[(String, SecretString)],
        usual: &str,
    ) -> Result<Option<Exchange>, ProbeError> {
        let Some(asked) = self.first_round().await? else { return Ok(None) };
        let mut made_up = asked.clone();
        made_up["requestState"] = json!(self.probe.canary());
        let invented = self.come_back(&made_up, elsewhere, headers).await?;
        let answer = self.come_back(&asked, elsewhere, headers).await?;
        let counts = ending(&answer) == Some(usual) && ending(&invented) != Some(usual);
        Ok(counts.then_some(answer))
    }

    /// What a new call of ours asks for.
    async fn first_round(&self) -> Result<Option<Value>, ProbeError> {
        let answer = self.probe.call(self.tool, self.arguments.clone(), CallKind::Benign).await?;
        let Some(state) = state_of(&answer.exchange, self.tool) else { return Ok(None) };
        if let Some(text) = state.as_str() {
            self.probe.shared().masker.hide(text, "{{handle}}");
        }
        Ok(answer.result().cloned())
    }

    /// The second round of a call, of this tool or of another. What was asked for is declined.
    async fn come_back(
        &self,
        asked: &Value,
        elsewhere: &Opened<'_>,
        headers: &[(String, SecretString)],
    ) -> Result<Exchange, ProbeError> {
        let params = next_round(asked, &elsewhere.tool.name, elsewhere.arguments).unwrap_or_default();
        self.probe.request("tools/call", params).credentials(headers).kind(CallKind::Benign).send().await
    }
}

/// The state with which a call wants to be repeated.
fn state_of(answer: &Exchange, tool: &Tool) -> Option<Value> {
    next_round(answer.result()?, &tool.name, &json!({}))?.get("requestState").cloned()
}

/// How a call that was let in went on; `None` where it failed.
fn ending(answer: &Exchange) -> Option<&'static str> {
    let result = answer.result()?;
    if result.get("isError") == Some(&json!(true)) {
        return None;
    }
    let asks = result.get("resultType").and_then(Value::as_str) == Some("input_required");
    Some(if asks { "asked for another round" } else { "answered" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn a_call_goes_on_unless_it_fails() {
        let ending = |body: &str| ending(&answered(200, body));
        assert_eq!(ending(r#"{"id":1,"result":{"content":[]}}"#), Some("answered"));
        assert_eq!(ending(r#"{"id":1,"result":{"resultType":"input_required"}}"#), Some("asked for another round"));
        assert_eq!(ending(r#"{"id":1,"result":{"isError":true,"content":[]}}"#), None);
        assert_eq!(ending(r#"{"id":1,"error":{"code":-32602,"message":"this state is not yours"}}"#), None);
    }
}
