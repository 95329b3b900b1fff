//! Session ids that can be guessed.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::guessable::{Guessable, guessable, shape};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-010",
    title: "Weak session ids",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Draw each session id from a cryptographic random source, at least 128 bits, in visible ASCII.",
    tags: &[Tag::Cwe(331), Tag::McpTop10(7), Tag::Spec("2025-11-25", "Security best practices: session hijacking")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many ids are compared: that of the run's own session, and those of sessions that are opened for it.
const SESSIONS: usize = 8;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| !era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision with sessions"));
    };
    let without_ids = || Verdict::not_applicable("the server issues no session ids");
    let Some(own) = probe.session_id(era) else { return Ok(without_ids()) };
    let mut ids = vec![own];
    while ids.len() < SESSIONS {
        let Some(id) = probe.issued_session_id(era).await? else { return Ok(without_ids()) };
        ids.push(id);
    }
    let Some(Weakness { severity, kind, message }) = weakness(&ids) else { return Ok(Verdict::PASS) };
    let shape = shape(&ids[0]);
    let draft =
        Draft::new(over_network(severity, probe.snapshot()), Confidence::Confirmed, "header:Mcp-Session-Id", message);
    Ok(draft.distinct(kind).sample(Sample::whole(format!("shape of an id: {shape}"), format!("session:{kind}"))).into())
}

#[derive(Debug, PartialEq)]
struct Weakness {
    severity: Severity,
    kind: &'static str,
    message: &'static str,
}

/// What is weak about ids that were issued one after the other.
fn weakness(ids: &[String]) -> Option<Weakness> {
    let high = |kind: Guessable, message| Some(Weakness { severity: Severity::High, kind: kind.code(), message });
    match guessable(ids) {
        Some(kind @ Guessable::Repeated) => high(kind, "the server gives the same session id to different clients"),
        Some(kind @ Guessable::Sequential) => high(kind, "session ids follow each other and can be predicted"),
        Some(kind @ Guessable::Entropy) => high(kind, "session ids vary in fewer than 64 bits and can be guessed"),
        None => {
            let visible = ids.iter().all(|id| id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)));
            (!visible).then_some(Weakness {
                severity: Severity::Low,
                kind: "charset",
                message: "session ids contain characters outside visible ASCII",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(ids: &[&str]) -> Option<&'static str> {
        weakness(&ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>()).map(|weakness| weakness.kind)
    }

    #[test]
    fn guessable_ids_are_named_and_random_ones_are_not() {
        assert_eq!(kind(&["session-1", "session-2", "session-3"]), Some("sequential"));
        assert_eq!(kind(&["0198f1c2", "0198f1c9", "0198f1d4"]), Some("sequential"));
        assert_eq!(kind(&["abc", "abc"]), Some("repeated"));
        assert_eq!(kind(&["s-93f1c2d4", "s-12e9aa07", "s-77b0c3d1"]), Some("entropy"));
        let uuids = [
            "0f2b7c1e-4a5d-4c3b-9e8f-1a2b3c4d5e6f",
            "9d41e6a0-7b3c-4f12-8a6e-c0d1e2f3a4b5",
            "3c8a5f27-e1d0-4b69-b724-95867a6b5c4d",
            "e7f60918-2c3d-4a4e-af50-61728394a5b6",
            "5b1d9e83-0f6a-4d7c-8c21-fedcba987654",
            "a24c6e80-d9b7-4e35-9113-0123456789ab",
            "71f3d5b9-8e40-4296-a3b8-7c5d2e1f0a9b",
            "c96b0d4f-3a72-4185-bd6e-e4f5061728c3",
        ];
        assert_eq!(kind(&uuids), None);
    }
}
