//! Servers that a web page of anybody can talk to.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_with, refused, shown, was_granted};
use crate::checks::transport::private::is_private;
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
    let mut compared = false;
    for era in 0..probe.eras().len() {
        let Some(known_good) = control(probe, era).await? else { continue };
        compared = true;
        let foreign = format!("https://{}.example", probe.canary());
        for origin in [foreign.as_str(), "null"] {
            let answer = list_with(probe, era, |request| request.header("Origin", origin)).await?;
            if was_granted(&answer) {
                let local = is_private(probe.snapshot(), known_good.peer);
                let anonymous = !probe.has_credential() || probe.snapshot().anonymous == Some(true);
                let severity = if local || anonymous { Severity::High } else { Severity::Medium };
                let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
                let message = "the server handles requests of any web page: it does not look at where they come from";
                return Ok(Draft::new(severity, Confidence::Confirmed, "header:Origin", message).sample(sample).into());
            }
        }
    }
    Ok(if compared { Verdict::PASS } else { refused() })
}
