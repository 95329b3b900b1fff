//! Modern servers that handle requests without what each request must carry.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_with, shown, was_granted};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-003",
    title: "Required headers or metadata are optional",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Answer 400 to requests without `MCP-Protocol-Version`, `Mcp-Method`, or the protocol version and client capabilities in `_meta`.",
    tags: &[Tag::Cwe(20), Tag::Spec("2026-07-28", "Transports: server validation")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const HEADERS: [&str; 2] = ["MCP-Protocol-Version", "Mcp-Method"];
const META: [&str; 2] = ["io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let eras = probe.eras();
    if eras.iter().any(|era| !era.modern) {
        return Ok(Verdict::not_applicable("a server that also speaks earlier revisions falls back to their rules"));
    }
    if let Err(verdict) = control(probe, 0).await? {
        return Ok(verdict);
    }
    let mut drafts = Vec::new();
    let message = "the server handles requests without something that the protocol requires on each";
    for name in HEADERS.into_iter().filter(|_| probe.is_http()) {
        let answer = list_with(probe, 0, |request| request.without_header(name)).await?;
        if was_granted(&answer) {
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            drafts.push(
                Draft::new(Severity::Low, Confidence::Confirmed, format!("header:{name}"), message).sample(sample),
            );
        }
    }
    for key in META {
        let answer = list_with(probe, 0, |request| request.without_meta(key)).await?;
        if was_granted(&answer) {
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            drafts
                .push(Draft::new(Severity::Low, Confidence::Confirmed, "server", message).distinct(key).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}
