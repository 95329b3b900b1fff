//! Servers that execute what a web page can send without asking: a form, or plain text.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_with, refused, shown, was_granted};
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

/// Content types that a page sends without a preflight.
const SIMPLE: [Option<&str>; 3] = [Some("text/plain"), Some("application/x-www-form-urlencoded"), None];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut compared = false;
    for era in 0..probe.eras().len() {
        if control(probe, era).await?.is_none() {
            continue;
        }
        compared = true;
        for content_type in SIMPLE {
            let answer = list_with(probe, era, |request| request.content_type(content_type)).await?;
            if !was_granted(&answer) {
                continue;
            }
            let origin = format!("https://{}.example", probe.canary());
            let foreign =
                list_with(probe, era, |request| request.content_type(content_type).header("Origin", &origin)).await?;
            let (severity, message) = if was_granted(&foreign) {
                (
                    Severity::High,
                    "the server executes requests that a web page of any origin can send without asking first",
                )
            } else {
                (
                    Severity::Medium,
                    "the server executes requests with a content type that browsers send without asking first",
                )
            };
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            return Ok(Draft::new(severity, Confidence::Confirmed, "header:Content-Type", message)
                .sample(sample)
                .into());
        }
    }
    Ok(if compared { Verdict::PASS } else { refused() })
}
