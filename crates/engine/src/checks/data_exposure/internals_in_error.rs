//! Errors that show how the server is built.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use super::internals::{self, Internals};
use super::outputs::outputs;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{send_as, unknown_call_as};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-004",
    title: "Internals in errors",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Answer with a short error and a reference number, keep traces and statements in the server's log, and switch debug pages off.",
    tags: &[Tag::Cwe(209), Tag::McpTop10(8)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut drafts = Vec::new();
    for output in outputs(probe).await?.iter().filter(|output| output.is_error) {
        if let Some(hit) = internals::scan(&output.text) {
            // The whole tool is the place: which field of which error shows it changes with every call.
            let location = output.item().to_owned();
            drafts.push(draft(
                location,
                Sample::part(output.text.clone(), hit.matched.clone(), "internals")
                    .after(output.request.clone(), output.status),
                &hit,
            ));
        }
    }
    let method = format!("mcpa/{}", probe.canary());
    let unknown_method = send_as(probe, 0, &method, json!({}), |request| request).await?;
    let unknown_tool = unknown_call_as(probe, 0, |request| request).await?;
    for answer in [unknown_method, unknown_tool].iter().filter(|answer| answer.result().is_none()) {
        let text = answer.text();
        if let Some(hit) = internals::scan(&text) {
            drafts.push(draft(
                "server".to_owned(),
                Sample::part(text, hit.matched.clone(), "internals").after(answer.request.clone(), answer.status),
                &hit,
            ));
        }
    }
    Ok(Verdict::Decided(drafts))
}

fn draft(location: String, sample: Sample, hit: &Internals) -> Draft {
    let (severity, message) = match hit.kind {
        "debug-page" => (Severity::Medium, "an error is answered with the debug page of a framework"),
        "stack-trace" => (Severity::Low, "an error shows a stack trace"),
        "sql" => (Severity::Low, "an error shows a database statement or the database's own error"),
        _ => (Severity::Low, "an error shows where the server's source files are"),
    };
    Draft::new(severity, Confidence::Confirmed, location, message).distinct(hit.kind).sample(sample)
}
