//! Servers that handle a request whose headers and body say different things. A proxy that decides by the headers then
//! lets through what the server does by the body.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_method, list_with, shown, was_granted};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-001",
    title: "Headers and body may disagree",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Compare `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` with the body, and answer 400 with error -32020 where they differ.",
    tags: &[Tag::Cwe(436), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Streamable HTTP: server validation")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision whose headers repeat the body"));
    };
    if let Err(verdict) = control(probe, era).await? {
        return Ok(verdict);
    }
    // Valid values that are not those of the body.
    let asked = list_method(probe.snapshot(), true);
    let method = if asked == "server/discover" { "tools/list" } else { "server/discover" };
    let mut drafts = Vec::new();
    for (name, other) in [("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", method)] {
        let answer = list_with(probe, era, |request| request.replace_header(name, other)).await?;
        if was_granted(&answer) {
            let message = "the server handles a request by its body although a header says something else";
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            let location = format!("header:{name}");
            drafts.push(Draft::new(Severity::Medium, Confidence::Confirmed, location, message).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}
