//! Tools that are left out of a list and called all the same.

use contracts::audit::{Confidence, NamedTest, Need, Severity};
use secrecy::SecretString;
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{send_as, shown, was_granted};
use crate::checks::input::slots::unstable;
use crate::checks::second::{
    SecondCaller, call_as_second, invalid_calls, is_denial, is_same_failure, is_steady, second_caller,
};
use crate::checks::subject::over_network;
use crate::probe::{Answer, CallKind, Probe, ProbeError};
use crate::snapshot::Tool;
use crate::tool_class::{ToolClass, benign_arguments};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-002",
    title: "Hidden tool is still callable",
    test: NamedTest::Authz,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Ask at each call whether the caller may use the tool, and answer a hidden one like one that does not exist.",
    tags: &[Tag::Cwe(863), Tag::McpTop10(2), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Hidden tools that are called.
const TOOLS: usize = 8;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    let SecondCaller { headers, view } = match second_caller(probe).await? {
        Ok(caller) => caller,
        Err(verdict) => return Ok(verdict),
    };
    let is_hidden = |tool: &&Tool| !tool.name.is_empty() && !view.tools.contains(&tool.name);
    let hidden: Vec<&Tool> = snapshot.tools.iter().filter(is_hidden).collect();
    if hidden.is_empty() {
        return Ok(Verdict::not_applicable("the second caller is listed every tool of the first"));
    }
    let callable = |tool: &&&Tool| {
        probe.permits(tool, CallKind::SchemaInvalid)
            || tool.class == ToolClass::Read && probe.permits(tool, CallKind::Benign)
    };
    let callable: Vec<&Tool> = hidden.iter().filter(callable).take(TOOLS).copied().collect();
    if callable.is_empty() {
        let reason = "the tools that the second caller is not listed may only be called with --active, if at all";
        return Ok(if probe.options().is_active() {
            Verdict::not_applicable("no tool that the second caller is not listed may be called")
        } else {
            Verdict::needs(Need::Active, reason)
        });
    }
    let name = format!("mcpa_{}", probe.canary());
    let unknown = Unknown { answer: call_unknown(probe, headers, &name).await?, name };
    let (mut drafts, mut is_compared, mut is_unstable) = (Vec::new(), false, false);
    for tool in callable {
        let (confidence, answer) = match reached(probe, headers, tool, &unknown).await? {
            Reached::Yes(confidence, answer) => (confidence, answer),
            Reached::No => {
                is_compared = true;
                continue;
            }
            Reached::Unstable => {
                is_unstable = true;
                continue;
            }
        };
        let message = match confidence {
            Confidence::Confirmed => "a tool that the second caller is not listed runs for it",
            _ => "a tool that the second caller is not listed looks at the arguments of its call",
        };
        let exchange = &answer.exchange;
        let sample = Sample::whole(shown(exchange), "differential").after(exchange.request.clone(), exchange.status);
        let severity = over_network(Severity::High, snapshot);
        drafts.push(Draft::new(severity, confidence, tool.location(), message).sample(sample));
    }
    Ok(if is_unstable && !is_compared && drafts.is_empty() { unstable() } else { Verdict::Decided(drafts) })
}

/// How the second caller is answered for a tool that does not exist.
struct Unknown {
    name: String,
    answer: Answer,
}

async fn call_unknown(probe: &Probe, headers: &[(String, SecretString)], name: &str) -> Result<Answer, ProbeError> {
    let params = json!({ "name": name, "arguments": {} });
    let exchange = send_as(probe, 0, "tools/call", params, |request| request.credentials(headers)).await?;
    Ok(Answer { exchange })
}

/// Whether the second caller reached a hidden tool.
enum Reached {
    No,
    /// By the answer that shows it.
    Yes(Confidence, Box<Answer>),
    /// The first caller hears something else each time, so that nothing can be compared.
    Unstable,
}

/// Whether a hidden tool shows that the second caller reached it: by a result of a reading tool, or by the same complaint
/// about arguments that the first caller hears.
async fn reached(
    probe: &Probe,
    headers: &[(String, SecretString)],
    tool: &Tool,
    unknown: &Unknown,
) -> Result<Reached, ProbeError> {
    let harmless = (tool.class == ToolClass::Read && probe.permits(tool, CallKind::Benign))
        .then(|| benign_arguments(tool, &probe.canary()))
        .flatten();
    if let Some(arguments) = harmless
        && let Some(answer) = answered(call_as_second(probe, headers, tool, &arguments, CallKind::Benign).await)?
        && was_granted(&answer.exchange)
        && !was_granted(&unknown.answer.exchange)
    {
        return Ok(Reached::Yes(Confidence::Confirmed, Box::new(answer)));
    }
    let own = invalid_calls(probe).await?.into_iter().find(|(known, _)| known.name == tool.name);
    let Some((_, own)) = own else { return Ok(Reached::No) };
    let called = call_as_second(probe, headers, tool, &own.arguments, CallKind::SchemaInvalid).await;
    let Some(answer) = answered(called)? else { return Ok(Reached::No) };
    let names = [tool.name.as_str(), unknown.name.as_str()];
    // Who hears the same as about a tool that does not exist has not reached it, whatever the first caller hears.
    if !is_same_failure(&answer, &unknown.answer, &names) && !is_steady(probe, tool, own).await? {
        return Ok(Reached::Unstable);
    }
    let is_reached = is_same_failure(&answer, &own.answer, &names)
        && !is_same_failure(&answer, &unknown.answer, &names)
        && !is_denial(&answer.exchange);
    Ok(if is_reached { Reached::Yes(Confidence::Likely, Box::new(answer)) } else { Reached::No })
}

/// A tool that is left alone or hangs is no reason to leave out the others.
fn answered(called: Result<Answer, ProbeError>) -> Result<Option<Answer>, ProbeError> {
    match called {
        Ok(answer) => Ok(Some(answer)),
        Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
