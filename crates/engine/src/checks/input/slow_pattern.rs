//! Patterns of a schema, and templates of addresses, that a backtracking engine takes exponential time for.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::ambiguity::{Ambiguity, ambiguity};
use serde_json::Value;

use super::slots::{Reply, call};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{all_parameters, resource_at};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::benign_arguments;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-021",
    title: "Catastrophic pattern",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Rewrite the pattern so that each text matches in one way only, bound the length before it, or use an engine of linear time.",
    tags: &[Tag::Cwe(1333), Tag::LlmTop10(6), Tag::Other("CVE-2026-0621")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Rounds of the ambiguous part: each step of four makes the work 16 times as much.
const ROUNDS: [usize; 3] = [16, 20, 24];
/// How much longer each step must take at least, and how short a time counts as none.
const GROWTH: u32 = 6;
const NOTHING: Duration = Duration::from_millis(1);
/// How often times are taken, and in how many of these they must grow.
const SERIES: usize = 3;
const AGREEING: usize = 2;
/// Shorter times are taken again: a busy machine only ever adds to them.
const SHORT: Duration = Duration::from_millis(250);
/// When a text is given up.
const STOP: Duration = Duration::from_secs(2);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    let mut drafts = templates(snapshot);
    for tool in &snapshot.tools {
        for (pointer, name, schema) in all_parameters(tool) {
            let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else { continue };
            let Some(ambiguity) = ambiguity(pattern) else { continue };
            let is_own = tool.parameters().any(|(own, own_schema)| own == name && std::ptr::eq(own_schema, schema));
            let measured = if is_own { measure(probe, tool, name, &ambiguity).await } else { Ok(None) };
            let location = tool.at(&format!("{pointer}/pattern"));
            drafts.push(match measured {
                Ok(Some(reply)) => {
                    let message = "the time that a pattern takes for a text of a few letters more grows exponentially";
                    Draft::new(Severity::High, Confidence::Confirmed, location, message)
                        .sample(Sample::whole(pattern, "growth").after(reply.request, reply.status))
                }
                // What could not be measured is still what the schema says.
                Ok(None) | Err(ProbeError::Budget(_) | ProbeError::Timeout(_) | ProbeError::Unreachable(_)) => {
                    let message = "a pattern repeats a part that matches the same text in several ways";
                    Draft::new(Severity::Low, Confidence::Tentative, location, message)
                        .sample(Sample::whole(pattern, "ambiguous-pattern"))
                }
                Err(error) => return Err(error),
            });
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// Templates with a list that is expanded: libraries match it with a repeat inside of a repeat.
fn templates(snapshot: &Snapshot) -> Vec<Draft> {
    let exploded = snapshot.templates.iter().filter(|template| template.uri.contains("*}"));
    let draft = |template| {
        let message = "a template expands a list, which libraries have matched with nested repeats";
        Draft::new(Severity::Low, Confidence::Tentative, resource_at(template, ""), message)
            .sample(Sample::whole(template.uri.clone(), "exploded-list"))
    };
    exploded.map(draft).collect()
}

/// Measures texts of growing length, several times: the last answer where the time grows with each step most of the
/// times. `None` where it does not, or where the tool may not be called.
async fn measure(
    probe: &Probe,
    tool: &Tool,
    parameter: &str,
    ambiguity: &Ambiguity,
) -> Result<Option<Reply>, ProbeError> {
    let Some(benign) = benign_arguments(tool, &probe.canary()) else { return Ok(None) };
    let send = async |rounds: usize| {
        let mut arguments = benign.clone();
        arguments[parameter] = ambiguity.text(rounds).into();
        call(probe, tool, arguments, CallKind::Probing, |request| request.first_byte(STOP)).await
    };
    let time = async |rounds: usize| match send(rounds).await {
        Ok(reply) => Ok(reply.map(|reply| reply.took)),
        Err(ProbeError::Timeout(_)) => Ok(Some(STOP)),
        Err(error) => Err(error),
    };
    let mut agreeing = Vec::new();
    for series in 0..SERIES {
        let Some(control) = send(1).await? else { return Ok(None) };
        let mut times = Vec::new();
        for rounds in ROUNDS {
            let Some(mut needed) = time(rounds).await? else { return Ok(None) };
            if needed < SHORT {
                needed = needed.min(time(rounds).await?.unwrap_or(STOP));
            }
            times.push(needed.saturating_sub(control.took));
            if needed >= STOP || !grows(&times) {
                break;
            }
        }
        if times.len() > 1 && grows(&times) {
            agreeing.push(control);
        }
        // Where no two more can agree, or two do, there is nothing left to learn.
        if agreeing.len() == AGREEING || agreeing.len() + SERIES - 1 - series < AGREEING {
            break;
        }
    }
    Ok(if agreeing.len() == AGREEING { agreeing.pop() } else { None })
}

/// Whether each time is several times the one before.
fn grows(times: &[Duration]) -> bool {
    times.windows(2).all(|step| step[1] >= step[0].max(NOTHING) * GROWTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{resource, server};

    #[test]
    fn only_steady_growth_is_growth() {
        let grown = |times: &[u64]| grows(&times.iter().map(|&time| Duration::from_millis(time)).collect::<Vec<_>>());
        assert!(grown(&[0, 7, 110]) && grown(&[3, 48, 2_000]));
        assert!(!grown(&[0, 1, 2]), "a linear engine");
        assert!(!grown(&[20, 60, 120]), "a polynomial");
        assert!(!grown(&[0, 90, 3]), "a hiccup");
    }

    #[test]
    fn expanded_lists_are_told_and_plain_variables_are_not() {
        let mut snapshot = server(&[]);
        snapshot.templates = vec![resource("a", "notes://{name}"), resource("b", "notes://tags{?tags*}")];
        let found = templates(&snapshot);
        assert_eq!((found.len(), found[0].location.as_str()), (1, "resource:notes://tags"));
    }
}
