//! Tools that take addresses for more than pages: files, data, other protocols.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contracts::audit::{Confidence, NamedTest, Severity};

use super::fetching::{NO_ADDRESS, address_slots, failed_to_connect};
use super::proof_file::signature;
use super::slots::{Probed, Slot, Tally};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-015",
    title: "Local schemes are accepted",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Take only addresses of the scheme https, and hand nothing else to the library that fetches.",
    tags: &[Tag::Cwe(918), Tag::Cwe(73), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Protocols that a fetching library may speak besides, and an invented one that none does.
const OTHERS: [&str; 2] = ["gopher", "ftp"];
const INVENTED: &str = "mcpa";

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = address_slots(probe);
    let mut tally = Tally::default();
    'slots: for slot in &slots {
        let content = [probe_file(probe, slot).await, probe_data(probe, slot).await];
        let others = probe_others(probe, slot).await;
        // That files and data are not read is half of the answer.
        let is_unstable = matches!(others, Ok(Probed::Unstable));
        let content = content.into_iter().filter(|probed| !is_unstable || !matches!(probed, Ok(Probed::Sound)));
        for probed in content.chain([others]) {
            if !tally.count(probed)? {
                break 'slots;
            }
        }
    }
    tally.verdict(&slots, NO_ADDRESS)
}

async fn probe_file(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let mut found = None;
    for _ in 0..2 {
        let Some(reply) = slot.send(probe, "file:///etc/os-release", CallKind::Probing).await? else {
            return Ok(Probed::NotPermitted);
        };
        found = signature(&reply.text).map(|range| reply.sample(range, "proof-file:file"));
        if found.is_none() {
            break;
        }
    }
    let message = "the tool reads files through addresses of the scheme `file`: a system file was returned";
    Ok(found.map_or(Probed::Sound, |sample| proven(slot, Severity::High, "file", message, sample)))
}

async fn probe_data(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let mut found = None;
    for _ in 0..2 {
        let canary = probe.canary();
        // Encoded, so that an echo of the address is no proof.
        let url = format!("data:text/plain;base64,{}", STANDARD.encode(&canary));
        let Some(reply) = slot.send(probe, url, CallKind::Probing).await? else { return Ok(Probed::NotPermitted) };
        found = reply.text.find(&canary).map(|at| reply.sample(at..at + canary.len(), "canary:data"));
        if found.is_none() {
            break;
        }
    }
    let message = "the tool takes content that is written into an address of the scheme `data` for a fetched page";
    Ok(found.map_or(Probed::Sound, |sample| proven(slot, Severity::Medium, "data", message, sample)))
}

async fn probe_others(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some([first, second]) = slot.control(probe).await? else { return Ok(Probed::NotPermitted) };
    if failed_to_connect(&first.text) != failed_to_connect(&second.text) {
        return Ok(Probed::Unstable);
    }
    for scheme in OTHERS {
        // Nothing listens there: that nobody answered shows that the protocol is spoken.
        let send = async |scheme: &str| slot.send(probe, format!("{scheme}://127.0.0.1:1/"), CallKind::Probing).await;
        let Some(tried) = send(scheme).await? else { return Ok(Probed::NotPermitted) };
        if !failed_to_connect(&tried.text) {
            continue;
        }
        let Some(control) = send(INVENTED).await? else { return Ok(Probed::NotPermitted) };
        if failed_to_connect(&control.text) {
            return Ok(Probed::Sound);
        }
        let message = "the tool speaks protocols other than HTTP to addresses that it is given";
        let sample = Sample::whole(tried.text, format!("differential:{scheme}")).after(tried.request, tried.status);
        return Ok(proven(slot, Severity::Medium, scheme, message, sample));
    }
    Ok(Probed::Sound)
}

fn proven(slot: &Slot<'_>, severity: Severity, scheme: &str, message: &str, sample: Sample) -> Probed {
    Probed::proven(
        Draft::new(severity, Confidence::Confirmed, slot.location(), message).distinct(scheme).sample(sample),
    )
}
