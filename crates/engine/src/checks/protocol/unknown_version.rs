//! Servers that accept a protocol revision that never existed.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_with, shown, was_granted};
use crate::probe::{Probe, ProbeError, Request};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-004",
    title: "Unknown protocol version accepted",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Answer an unknown version with error -32022 (2026-07-28), or offer a version of your own in reply to `initialize`.",
    tags: &[
        Tag::Cwe(20),
        Tag::Spec("2026-07-28", "Versioning"),
        Tag::Spec("2025-11-25", "Lifecycle: version negotiation"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const NEVER: &str = "1900-01-01";
const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut drafts = Vec::new();
    for (index, era) in probe.eras().iter().enumerate() {
        let (answer, accepted, method) = if era.modern {
            let answer = list_with(probe, index, |request| {
                request.replace_header("MCP-Protocol-Version", NEVER).meta(META_VERSION, NEVER.into())
            })
            .await?;
            let accepted = was_granted(&answer);
            (answer, accepted, "method:tools/list")
        } else {
            let session = probe.open_session(|request| with_version(request.era(index), NEVER)).await?;
            let result = session.opening.result();
            let offered = result.and_then(|result| result.get("protocolVersion")).and_then(Value::as_str);
            let accepted = offered == Some(NEVER);
            let opening = session.opening.clone();
            if session.accepted {
                // Also ends the child process that a stdio server was started as for this.
                session.end().await?;
            }
            (opening, accepted, "method:initialize")
        };
        if accepted {
            let sample = Sample::whole(shown(&answer), "version").after(answer.request.clone(), answer.status);
            let message =
                "the server accepts a protocol version that does not exist instead of refusing it or offering its own";
            drafts.push(Draft::new(Severity::Low, Confidence::Confirmed, method, message).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// The opening request, asking for another version.
fn with_version<'p>(request: Request<'p>, version: &str) -> Request<'p> {
    let mut message: Value = serde_json::from_slice(&request.current_body()).unwrap_or_default();
    message["params"]["protocolVersion"] = version.into();
    request.body(message.to_string())
}
