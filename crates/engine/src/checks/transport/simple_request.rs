//! Servers that execute what a web page can send without asking: a form, or plain text.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_with, shown, was_granted};
use crate::checks::transport::guard::{Guard, stopped, treated};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-007",
    title: "Browser simple request executes",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Answer 415 unless the content type is `application/json`, so that browsers must ask first.",
    tags: &[Tag::Cwe(352), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let eras = treated(probe, Guard::ContentType).await?;
    let open =
        eras.iter().enumerate().find_map(|(era, seen)| Some((era, seen.as_ref().ok().filter(|seen| seen.granted)?)));
    let Some((era, open)) = open else { return Ok(stopped(eras)) };
    let origin = format!("https://{}.example", probe.canary());
    let from_page = list_with(probe, era, |request| {
        Guard::ContentType.tempt(request, open.value.as_deref()).header("Origin", &origin)
    });
    let (severity, message) = if was_granted(&from_page.await?) {
        (Severity::High, "the server executes requests that a web page of any origin can send without asking first")
    } else {
        (Severity::Medium, "the server executes requests with a content type that browsers send without asking first")
    };
    let sample =
        Sample::whole(shown(&open.answer), "differential").after(open.answer.request.clone(), open.answer.status);
    Ok(Draft::new(severity, Confidence::Confirmed, "header:Content-Type", message).sample(sample).into())
}
