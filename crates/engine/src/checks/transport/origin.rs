//! Servers that a web page of anybody can talk to.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::shown;
use crate::checks::transport::guard::{Guard, is_local, stopped, treated};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-004",
    title: "Origin is not validated",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Compare `Origin` with an allow-list on every request and answer 403 where it is present and not listed.",
    tags: &[Tag::Cwe(346), Tag::McpTop10(7), Tag::McpTop10(9), Tag::Spec("2025-11-25", "Transports: security warning")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let eras = treated(probe, Guard::Origin).await?;
    let Some(open) = eras.iter().flatten().find(|era| era.granted) else { return Ok(stopped(eras)) };
    let sample =
        Sample::whole(shown(&open.answer), "differential").after(open.answer.request.clone(), open.answer.status);
    let message = "the server handles requests of any web page: it does not look at where they come from";
    Ok(Draft::new(severity(probe).await?, Confidence::Confirmed, "header:Origin", message).sample(sample).into())
}

/// High where a visit of a web page is all that an attacker needs.
pub(super) async fn severity(probe: &Probe) -> Result<Severity, ProbeError> {
    let anonymous = !probe.has_credential() || probe.snapshot().anonymous == Some(true);
    Ok(if anonymous || is_local(probe).await? { Severity::High } else { Severity::Medium })
}
