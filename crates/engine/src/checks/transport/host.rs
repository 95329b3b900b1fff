//! Local servers that answer to any host name, which lets a web page reach them through its own (DNS rebinding).

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::shown;
use crate::checks::transport::guard::{Guard, is_local, stopped, treated};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-005",
    title: "Host is not validated (DNS rebinding)",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Accept only the host names and ports under which the server is meant to be reached, and answer 403 to all others.",
    tags: &[
        Tag::Cwe(350),
        Tag::McpTop10(7),
        Tag::McpTop10(9),
        Tag::Other("CVE-2025-66414"),
        Tag::Other("CVE-2025-66416"),
        Tag::Other("CVE-2026-42559"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !is_local(probe).await? {
        return Ok(Verdict::not_applicable("a public address may serve any host name"));
    }
    let eras = treated(probe, Guard::Host).await?;
    let Some(open) = eras.iter().flatten().find(|era| era.granted) else { return Ok(stopped(eras)) };
    let sample =
        Sample::whole(shown(&open.answer), "differential").after(open.answer.request.clone(), open.answer.status);
    let message = "the server answers to any host name, so a web page can reach it by pointing its own name here";
    Ok(Draft::new(Severity::High, Confidence::Confirmed, "header:Host", message).sample(sample).into())
}
