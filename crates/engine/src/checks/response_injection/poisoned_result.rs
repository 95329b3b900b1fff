//! Orders to the model in the result of a tool.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::text::{TextContext, scan};

use super::answers::{Said, quotes_others, results};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::checks::poison::{text_draft, tool_names};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-001",
    title: "Orders in a result",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Return data only. Where the text comes from third parties, mark and fence it as such and strip what addresses the model.",
    tags: &[Tag::Cwe(1427), Tag::McpTop10(6), Tag::LlmTop10(1), Tag::Agentic(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let own_tools = tool_names(probe.snapshot());
    let Some(said) = results(probe).await? else { return Ok(nothing_read()) };
    Ok(said.iter().filter_map(|said| draft(said, &own_tools)).collect())
}

fn draft(said: &Said<'_>, own_tools: &[&str]) -> Option<Draft> {
    let hit = scan(&said.text, &TextContext { own_tools }).filter(|hit| !said.is_ours(&hit.matched))?;
    let quoted = quotes_others(said.tool);
    let severity = match (hit.confidence, quoted) {
        (Confidence::Confirmed, false) => Severity::High,
        (Confidence::Confirmed, true) | (Confidence::Likely, false) => Severity::Medium,
        (Confidence::Likely, true) | (Confidence::Tentative, false) => Severity::Low,
        (Confidence::Tentative, true) => Severity::Info,
    };
    let subject = if quoted { "text of a third party in the result" } else { "the result" };
    let draft = text_draft(severity, said.location.clone(), subject, &said.text, &hit);
    Some(Draft { samples: vec![said.sample(hit.matched.clone(), hit.detector())], ..draft })
}
