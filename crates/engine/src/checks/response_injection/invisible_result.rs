//! Control sequences and invisible characters in answers.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::hidden::{self, HiddenHit, HiddenKind};

use super::answers::{Said, everything};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::checks::poison::hidden_draft;
use crate::checks::subject::is_path;
use crate::probe::{Probe, ProbeError};
use crate::snapshot::Tool;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-004",
    title: "Control or invisible characters in results",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Strip control characters, Unicode tags, zero-width runs and direction controls before returning text.",
    tags: &[Tag::Cwe(150), Tag::McpTop10(6), Tag::LlmTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(said) = everything(probe).await? else { return Ok(nothing_read()) };
    Ok(said.iter().flat_map(drafts).collect())
}

fn drafts(said: &Said<'_>) -> Vec<Draft> {
    let draft = |hit: &HiddenHit| {
        let severity = match hit.kind {
            // A file is returned as it is.
            HiddenKind::Tags | HiddenKind::Control | HiddenKind::Invisible | HiddenKind::Bidi
                if returns_files(said.tool) =>
            {
                Severity::Low
            }
            HiddenKind::Tags | HiddenKind::Control => Severity::High,
            HiddenKind::Invisible | HiddenKind::Bidi => Severity::Medium,
            _ => return None,
        };
        let mut draft =
            hidden_draft(severity, Confidence::Confirmed, said.location.clone(), "an answer", &said.text, hit);
        draft.samples[0] = said.sample(hit.matched.clone(), format!("hidden:{}", hit.kind.code()));
        Some(draft)
    };
    hidden::scan(&said.text).iter().filter_map(draft).collect()
}

/// Whether the tool was asked for the raw content of a file.
fn returns_files(tool: &Tool) -> bool {
    tool.parameters().any(|(name, schema)| is_path(name, schema))
}
