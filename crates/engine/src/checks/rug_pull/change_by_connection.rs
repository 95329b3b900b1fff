//! Lists that differ from one connection to the next.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::difference::{Change, changes};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-007",
    title: "Varies per connection",
    test: NamedTest::RugPull,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "List the same tools and prompts on every connection of the same caller.",
    tags: &[Tag::Cwe(345), Tag::McpTop10(3), Tag::Spec("2026-07-28", "Tools: lists MUST NOT vary per connection")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // Nothing but the handshake lies between the two.
    let first = probe.relist_fresh(None).await?;
    let second = probe.relist_fresh(None).await?;
    Ok(changes(&first, &second).iter().map(draft).collect())
}

fn draft(change: &Change) -> Draft {
    let message = match change.kind {
        "changed" => "two connections of the same caller show different definitions",
        _ => "one connection shows a definition that another one of the same caller does not",
    };
    // Which of two connections has it is chance, and must not change the finding's identity.
    let kind = if change.kind == "changed" { "changed" } else { "missing" };
    Draft::new(Severity::Medium, Confidence::Confirmed, change.location.clone(), message)
        .distinct(kind)
        .sample(change.sample())
}
