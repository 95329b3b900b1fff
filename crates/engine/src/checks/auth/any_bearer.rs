//! Servers that want a bearer token and take any.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, shown, stranger_lists, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-003",
    title: "Any bearer token is accepted",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Verify the token's signature (or ask the issuer by introspection), its issuer, audience and expiry before handling a request.",
    tags: &[Tag::Cwe(287), Tag::McpTop10(7), Tag::Agentic(3), Tag::Spec("2026-07-28", "Authorization: token handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let stranger = stranger_lists(probe).await?;
    for answer in guarded.iter().filter_map(|&era| stranger.lists.get(era)) {
        if was_granted(answer) {
            let severity = over_network(Severity::Critical, probe.snapshot());
            let sample = Sample::whole(shown(answer), "differential").after(answer.request.clone(), answer.status);
            let message = "the server refuses callers without a token but accepts a random one that nobody issued";
            return Ok(Draft::new(severity, Confidence::Confirmed, "header:Authorization", message)
                .sample(sample)
                .into());
        }
    }
    Ok(Verdict::PASS)
}
