//! Filters that look before the text is normalised: what they refuse passes in another script.

use contracts::audit::{Confidence, NamedTest, Need, Severity};

use super::fetching::address_slots;
use super::internal_network;
use super::path_traversal::{self, is_whole_disk};
use super::proof_file::signature;
use super::slots::{Probed, Slot, Tally, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::subject::is_path;
use crate::probe::callback::Listener;
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-023",
    title: "Filter is passed by Unicode forms",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Normalise and decode a value once, check the result, and use exactly what was checked.",
    tags: &[Tag::Cwe(176), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// One step up, in forms that become `../` when something normalises or decodes them.
const UP: [(&str, &str); 3] = [
    ("full-width", "\u{ff0e}\u{ff0e}\u{ff0f}"),
    ("full-width-dots", "\u{ff0e}\u{ff0e}/"),
    ("overlong", "%c0%ae%c0%ae%c0%af"),
];
/// 127.0.0.1 in forms that name resolution normalises.
const LOOPBACK: [(&str, &str); 3] = [
    ("ideographic-dots", "127\u{3002}0\u{3002}0\u{3002}1"),
    ("full-width-digits", "\u{ff11}\u{ff12}\u{ff17}.0.0.1"),
    ("circled-digits", "\u{2460}\u{2461}\u{2466}.\u{24ea}.\u{24ea}.\u{2460}"),
];

const NO_FILTER: &str = "no tool takes a path or an address";

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let paths = slots(probe, |tool, name, schema| is_path(name, schema) && !is_whole_disk(tool));
    let addresses = address_slots(probe);
    // Only a listener on the machine of the server is behind the filter.
    let listener = probe.callback().await.ok().filter(|listener| listener.is_loopback());
    if let (true, false, None) = (paths.is_empty(), addresses.is_empty(), listener) {
        return Ok(Verdict::needs(Need::Callback, "needs a callback listener on the machine that the server runs on"));
    }
    // Where the plain form works there is no filter.
    let is_open = |check: &'static str, slot: &Slot<'_>| probe.memo().injected().is_proven(check, slot);
    let mut tally = Tally::default();
    for slot in &paths {
        let probed =
            if is_open(path_traversal::CHECK.id, slot) { Ok(Probed::Sound) } else { probe_path(probe, slot).await };
        if !tally.count(probed)? {
            break;
        }
    }
    for (slot, listener) in addresses.iter().filter_map(|slot| Some((slot, listener?))) {
        let probed = if is_open(internal_network::CHECK.id, slot) {
            Ok(Probed::Sound)
        } else {
            probe_address(probe, slot, listener).await
        };
        if !tally.count(probed)? {
            break;
        }
    }
    let all: Vec<Slot<'_>> = paths.into_iter().chain(addresses).collect();
    tally.verdict(&all, NO_FILTER)
}

async fn probe_path(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    for (name, up) in UP {
        let last = up.strip_prefix("\u{ff0e}\u{ff0e}").filter(|last| *last != "/").unwrap_or("/");
        let path = format!("{}etc{last}os-release", up.repeat(12));
        let mut proof = None;
        for _ in 0..2 {
            let Some(reply) = slot.send(probe, path.as_str(), CallKind::Probing).await? else {
                return Ok(Probed::NotPermitted);
            };
            proof = signature(&reply.text).map(|range| reply.sample(range, format!("proof-file:{name}")));
            if proof.is_none() {
                break;
            }
        }
        if let Some(sample) = proof {
            let message =
                "a path that is refused in plain letters passes in another Unicode form: a system file was returned";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(name)
                    .sample(sample),
            ));
        }
    }
    Ok(Probed::Sound)
}

async fn probe_address(probe: &Probe, slot: &Slot<'_>, listener: &Listener) -> Result<Probed, ProbeError> {
    for (name, host) in LOOPBACK {
        let token = listener.issue(probe);
        let url = format!("http://{host}:{}/{token}", listener.port());
        let Some(reply) = slot.send(probe, url, CallKind::Probing).await? else { return Ok(Probed::NotPermitted) };
        if let Some(hit) = listener.hit(&token) {
            let message =
                "an address that is refused in plain letters passes in another Unicode form: our listener was called";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(name)
                    .sample(hit.sample().after(reply.request, reply.status)),
            ));
        }
    }
    Ok(Probed::Sound)
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn each_form_becomes_the_plain_one() {
        for (name, up) in UP.into_iter().filter(|(name, _)| *name != "overlong") {
            assert_eq!(up.nfkc().collect::<String>(), "../", "{name}");
        }
        for (name, host) in LOOPBACK.into_iter().filter(|(name, _)| *name != "ideographic-dots") {
            assert_eq!(host.nfkc().collect::<String>(), "127.0.0.1", "{name}");
        }
    }
}
