//! Log messages that no request asked for.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::unasked::unasked;
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-013",
    title: "Notices that nobody asked for",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Send `notifications/message` only with the answer to a request that names a `logLevel`, and progress only under the token that it gave.",
    tags: &[Tag::Cwe(200), Tag::Spec("2026-07-28", "Logging")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// What may come with the answer to a request that asked for nothing: our requests name no log level and no progress
/// token.
const UNASKED: [&str; 2] = ["notifications/message", "notifications/progress"];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !probe.is_modern() {
        return Ok(Verdict::not_applicable("in the revisions with a handshake servers may log at any time"));
    }
    let Some(unasked) = unasked(probe).await? else { return Ok(nothing_read()) };
    let drafts = unasked.iter().filter(|said| UNASKED.contains(&said.method)).map(|said| {
        let message = "the server sends notices with an answer although the request asked for none";
        Draft::new(Severity::Low, Confidence::Confirmed, format!("method:{}", said.method), message)
            .sample(said.sample("unasked-notice"))
    });
    Ok(drafts.collect())
}
