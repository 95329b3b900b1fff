//! Servers for which the id of a session is as good as the token that it was opened with.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_method, shown, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-010",
    title: "Session id used as credential",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Verify the token on each request; a session id names a session and proves nothing.",
    tags: &[Tag::Cwe(287), Tag::McpTop10(7), Tag::Spec("2025-11-25", "Security best practices: session hijacking")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let Some(era) = guarded.into_iter().find(|era| probe.eras().get(*era).is_some_and(|era| !era.modern)) else {
        return Ok(Verdict::not_applicable("the server has no guarded revision with sessions"));
    };
    if !probe.has_credential() {
        return Ok(Verdict::needs_credentials(
            "a session is opened with a token: give `--header 'Authorization: Bearer …'`",
        ));
    }
    let session = probe.open_session(|request| request.era(era)).await?;
    if !session.accepted || session.id().is_none() {
        return Ok(Verdict::not_applicable("the server opened no session"));
    }
    let answer = session.request(list_method(probe.snapshot(), false), json!({})).anonymous().send().await;
    session.end().await?;
    let answer = answer?;
    if !was_granted(&answer) {
        return Ok(Verdict::PASS);
    }
    let message = "the server takes the id of a session for a credential: the token is not looked at again";
    let severity = over_network(Severity::High, probe.snapshot());
    let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
    Ok(Draft::new(severity, Confidence::Confirmed, "header:Mcp-Session-Id", message).sample(sample).into())
}
