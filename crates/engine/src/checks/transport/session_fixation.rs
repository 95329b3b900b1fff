//! Servers that adopt a session id of the client's choice.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-011",
    title: "Session fixation",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Mint session ids on the server only, and ignore or refuse an id that comes with `initialize`.",
    tags: &[Tag::Cwe(384), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| !era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision with sessions"));
    };
    let chosen = probe.canary();
    let session = probe.open_session(|request| request.era(era).header("Mcp-Session-Id", &chosen)).await?;
    if session.id() != Some(chosen.as_str()) {
        return Ok(Verdict::PASS);
    }
    let sample = Sample::whole(format!("Mcp-Session-Id: {chosen}"), "session:fixation")
        .after(session.opening.request.clone(), session.opening.status);
    let severity = over_network(Severity::Medium, probe.snapshot());
    let message = "the server adopts the session id that a client sends with its first request";
    Ok(Draft::new(severity, Confidence::Confirmed, "header:Mcp-Session-Id", message).sample(sample).into())
}
