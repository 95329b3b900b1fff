//! Sessions that go on after they were ended.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{is_steady, list_method, shown, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-012",
    title: "Session survives its end",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Forget a session when it is deleted and answer 404 to every later request with its id.",
    tags: &[Tag::Cwe(613), Tag::McpTop10(7), Tag::Spec("2025-11-25", "Transports: session management")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| !era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision with sessions"));
    };
    let session = probe.open_session(|request| request.era(era)).await?;
    if session.id().is_none() {
        return Ok(Verdict::not_applicable("the server issues no session ids"));
    }
    let method = list_method(probe.snapshot(), false);
    if !was_granted(&session.request(method, json!({})).send().await?) || !is_steady(probe, era).await? {
        return Ok(Verdict::not_assessed("unstable: a fresh session is refused before its end, at least at times"));
    }
    let ended = session.end().await?;
    if !ended.and_then(|ended| ended.status).is_some_and(|status| (200..300).contains(&status)) {
        return Ok(Verdict::not_applicable("the server lets no client end a session"));
    }
    let answer = session.request(method, json!({})).send().await?;
    if !was_granted(&answer) {
        return Ok(Verdict::PASS);
    }
    let sample = Sample::whole(shown(&answer), "session:end").after(answer.request.clone(), answer.status);
    let severity = over_network(Severity::Medium, probe.snapshot());
    let message = "the server confirms the end of a session and then goes on answering with its id";
    Ok(Draft::new(severity, Confidence::Confirmed, "header:Mcp-Session-Id", message).sample(sample).into())
}
