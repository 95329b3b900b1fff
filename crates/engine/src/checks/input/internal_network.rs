//! Tools that fetch addresses of the network behind the server.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};

use super::compare::{Comparison, Said};
use super::fetching::{NO_ADDRESS, as_taken, failed_to_connect, host_slots, takes_address};
use super::slots::{Probed, Reply, Slot, probe_each};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::callback::Listener;
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-013",
    title: "Internal network is reachable",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Resolve the host first, refuse loopback, private and link-local addresses in every notation, and connect to exactly the address that was checked.",
    tags: &[Tag::Cwe(918), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Notations of 127.0.0.1. Filters know the first.
pub(super) const LOOPBACK: [(&str, &str); 6] = [
    ("plain", "127.0.0.1"),
    ("decimal", "2130706433"),
    ("octal", "0177.0.0.1"),
    ("hexadecimal", "0x7f000001"),
    ("mapped", "[::ffff:7f00:1]"),
    ("trailing-dot", "localhost."),
];
/// A port that nothing listens on, and that is none of HTTP.
const CLOSED_PORT: u16 = 1;
/// How long an answer about an address that swallows packets is waited for.
const SWALLOWED: Duration = Duration::from_secs(4);
/// What metadata services of clouds say about a path that they do not have.
const METADATA: [&str; 3] =
    ["Metadata-Flavor", "Required metadata header not specified", "-//W3C//DTD XHTML 1.0 Transitional//EN"];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = host_slots(probe);
    probe_each(probe, &slots, NO_ADDRESS, |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    match probe.callback().await {
        Ok(listener) if listener.is_loopback() => probe_loopback(probe, slot, listener).await,
        _ if takes_address(slot.parameter, slot.schema) => probe_answers(probe, slot).await,
        // To tell whether a host can be reached is what most tools that take one are for.
        _ => Ok(Probed::Sound),
    }
}

/// Points the tool at our own listener on the loopback interface, in every notation.
async fn probe_loopback(probe: &Probe, slot: &Slot<'_>, listener: &Listener) -> Result<Probed, ProbeError> {
    for (notation, host) in LOOPBACK {
        let token = listener.issue(probe);
        let url = as_taken(slot, &format!("http://{host}:{}/{token}", listener.port()));
        let Some(reply) = slot.send(probe, url, CallKind::Probing).await? else { return Ok(Probed::NotPermitted) };
        if let Some(hit) = listener.hit(&token) {
            probe.memo().injected().prove(CHECK.id, slot);
            let message = "the tool fetches addresses of the machine that it runs on: our listener there was called";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(notation)
                    .sample(hit.sample().after(reply.request, reply.status)),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// Judges by what the tool says: a connection that failed was tried.
async fn probe_answers(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some([first, second]) = slot.control(probe).await? else { return Ok(Probed::NotPermitted) };
    if failed_to_connect(&first.text) != failed_to_connect(&second.text) {
        return Ok(Probed::Unstable);
    }
    for (notation, host) in LOOPBACK {
        let url = format!("http://{host}:{CLOSED_PORT}/");
        let Some(tried) = slot.send(probe, url.as_str(), CallKind::Probing).await? else {
            return Ok(Probed::NotPermitted);
        };
        if !failed_to_connect(&tried.text) {
            continue;
        }
        // A tool that says the same of every address says nothing of this one.
        if !says_the_same_of_others(probe, slot, &tried, &url).await? {
            return Ok(Probed::proven(likely(
                slot,
                notation,
                tried,
                "the tool tries to connect to the machine that it runs on",
            )));
        }
        break;
    }
    let url = format!("http://169.254.169.254/{}", probe.canary());
    let waiting = slot.send_changed(probe, url.as_str(), CallKind::Probing, |request| request.first_byte(SWALLOWED));
    match waiting.await {
        Ok(None) => Ok(Probed::NotPermitted),
        Ok(Some(reply)) if METADATA.iter().any(|sign| reply.text.contains(sign)) => {
            let message = "the tool reaches the metadata service of the cloud that it runs in";
            Ok(Probed::proven(likely(slot, "metadata", reply, message)))
        }
        // Packets to there are swallowed in most networks.
        Ok(Some(_)) | Err(ProbeError::Timeout(_)) => Ok(Probed::Sound),
        Err(error) => Err(error),
    }
}

fn likely(slot: &Slot<'_>, kind: &str, reply: Reply, message: &str) -> Draft {
    Draft::new(Severity::High, Confidence::Likely, slot.location(), message)
        .distinct(kind)
        .sample(Sample::whole(reply.text, "differential").after(reply.request, reply.status))
}

/// Whether the answer is the one for a name that does not exist, or for an address that no packet reaches.
async fn says_the_same_of_others(probe: &Probe, slot: &Slot<'_>, tried: &Reply, url: &str) -> Result<bool, ProbeError> {
    let nowhere = format!("http://{}.invalid:{CLOSED_PORT}/", probe.canary().to_lowercase());
    let documentation = format!("http://192.0.2.1:{CLOSED_PORT}/");
    for other in [nowhere, documentation] {
        let reply =
            slot.send_changed(probe, other.as_str(), CallKind::Probing, |request| request.first_byte(SWALLOWED));
        let reply = match reply.await {
            Ok(Some(reply)) => reply,
            // To be still waiting for it is another answer.
            Ok(None) | Err(ProbeError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        };
        let (one, two) = (Said { reply: tried, value: url }, Said { reply: &reply, value: other.as_str() });
        if Comparison::Loose.alike(one, two) {
            return Ok(true);
        }
    }
    Ok(false)
}
