//! Orders to the model in an error, where nobody looks.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::text::{Family, TextContext, scan};

use super::answers::{Said, errors};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::checks::poison::{text_draft, tool_names};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-002",
    title: "Orders in an error",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Say in an error what was wrong with the arguments, and nothing else.",
    tags: &[Tag::Cwe(1427), Tag::Cwe(209), Tag::McpTop10(3), Tag::LlmTop10(1), Tag::Agentic(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let own_tools = tool_names(probe.snapshot());
    let Some(said) = errors(probe).await? else { return Ok(nothing_read()) };
    Ok(said.iter().filter_map(|said| draft(said, &own_tools)).collect())
}

fn draft(said: &Said<'_>, own_tools: &[&str]) -> Option<Draft> {
    let hit = scan(&said.text, &TextContext { own_tools }).filter(|hit| !said.is_ours(&hit.matched))?;
    let severity = match hit.confidence {
        Confidence::Confirmed if hit.has(&[Family::SensitiveObject, Family::Sink]) => Severity::Critical,
        Confidence::Confirmed | Confidence::Likely => Severity::High,
        Confidence::Tentative => return None,
    };
    let draft = text_draft(severity, said.location.clone(), "the error", &said.text, &hit);
    Some(Draft { samples: vec![said.sample(hit.matched.clone(), hit.detector())], ..draft })
}
