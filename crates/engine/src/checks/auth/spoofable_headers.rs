//! Servers that believe headers which a proxy sets and anybody else can.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, shown, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-009",
    title: "Trust in spoofable headers",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Strip these headers at the edge, and authenticate by the token alone, whatever address or user a header names.",
    tags: &[Tag::Cwe(290), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const SPOOFED: [(&str, &str); 8] = [
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "127.0.0.1"),
    ("X-Original-URL", "/health"),
    ("X-Rewrite-URL", "/health"),
    ("X-Forwarded-User", "admin"),
    ("X-Auth-Request-User", "admin"),
    ("X-Remote-User", "admin"),
    ("X-HTTP-Method-Override", "OPTIONS"),
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = guarded_eras(probe).await?.map(|eras| eras.first().copied().unwrap_or_default());
    let era = match guarded {
        Ok(era) => era,
        Err(verdict) => return Ok(verdict),
    };
    let severity = over_network(Severity::Critical, probe.snapshot());
    let mut drafts = Vec::new();
    for (name, value) in SPOOFED {
        let answer = list_as(probe, era, |request| request.anonymous().header(name, value)).await?;
        if was_granted(&answer) {
            let message =
                "the server refuses callers without a credential and serves those who send this header instead";
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            drafts.push(Draft::new(severity, Confidence::Confirmed, format!("header:{name}"), message).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}
