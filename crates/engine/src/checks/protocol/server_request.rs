//! Requests of a server to its client in the stateless protocol, which has none.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::unasked::unasked;
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-012",
    title: "Server requests on a stateless stream",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Answer with `input_required` and let the client repeat its request with the responses; send no requests of your own.",
    tags: &[Tag::Cwe(436), Tag::Spec("2026-07-28", "Streamable HTTP: receiving messages")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // Harmless calls go over the primary era.
    if !probe.is_modern() {
        return Ok(Verdict::not_applicable("in the revisions with a handshake servers may send requests"));
    }
    let Some(unasked) = unasked(probe).await? else { return Ok(nothing_read()) };
    let drafts = unasked.iter().filter(|said| said.is_request()).map(|said| {
        let message = "the server sends a request of its own in the answer to a stateless request";
        Draft::new(Severity::Low, Confidence::Confirmed, format!("method:{}", said.method), message)
            .sample(said.sample("server-request"))
    });
    Ok(drafts.collect())
}
