//! Servers of the revisions with a handshake that work without one.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, shown, was_granted};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-009",
    title: "Works before the handshake",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Low,
    remediation: "Refuse every request but `initialize` and `ping` until the handshake is finished, and those without a session id where sessions are used.",
    tags: &[Tag::Cwe(696), Tag::Spec("2025-11-25", "Lifecycle: initialization")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| !era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision with a handshake"));
    };
    let has_sessions = probe.session_id(era).is_some();
    let method = list_method(probe.snapshot(), false);
    let answer = probe.request(method, json!({})).era(era).session(None).send().await?;
    if !was_granted(&answer) {
        return Ok(Verdict::PASS);
    }
    // Without sessions there is no state that a handshake could be part of: by design.
    let (severity, message) = if has_sessions {
        (Severity::Low, "the server lists what it offers without a handshake and without a session")
    } else {
        (Severity::Info, "the server keeps no sessions and answers without a handshake")
    };
    let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
    Ok(Draft::new(severity, Confidence::Confirmed, format!("method:{method}"), message).sample(sample).into())
}
