//! Parameters that write header fields of requests or answers.

use contracts::audit::{Confidence, NamedTest, Need, Severity};

use super::arbitrary_url;
use super::fetching::{NO_ADDRESS, address_slots};
use super::slots::{Probed, Reply, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-019",
    title: "Header injection",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Refuse control characters in values that become a part of an address or a header field, before and after decoding.",
    tags: &[Tag::Cwe(113), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// The header field that only an injected line can bring.
const FIELD: &str = "x-mcpa";

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let addresses = address_slots(probe);
    if addresses.is_empty() {
        return Ok(Verdict::not_applicable(NO_ADDRESS));
    }
    if let Err(reason) = probe.callback().await {
        return Ok(Verdict::needs(Need::Callback, reason));
    }
    // Fields that a tool sends along are shown only by a tool that was seen to send.
    let fields = slots(probe, |tool, name, _| {
        let is_sending = |slot: &Slot<'_>| slot.tool.name == tool.name && is_fetched(probe, slot);
        names_field(name) && addresses.iter().any(is_sending)
    });
    let all: Vec<Slot<'_>> = addresses.into_iter().chain(fields).collect();
    probe_each(probe, &all, NO_ADDRESS, |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

fn is_fetched(probe: &Probe, slot: &Slot<'_>) -> bool {
    probe.memo().injected().is_proven(arbitrary_url::CHECK.id, slot)
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Ok(listener) = probe.callback().await else { return Ok(Probed::Sound) };
    let address = address_slots(probe).into_iter().find(|address| address.tool.name == slot.tool.name);
    let Some(address) = address.filter(|address| is_fetched(probe, address)) else {
        return Ok(if probe.permits(slot.tool, CallKind::Probing) { Probed::Sound } else { Probed::NotPermitted });
    };
    for (name, line_end) in [("encoded", "%0d%0a"), ("raw", "\r\n")] {
        // Twice, so that no accident is a finding.
        let mut proof = None;
        for _ in 0..2 {
            let token = listener.issue(probe);
            let injected = format!(
                "{line_end}X-Mcpa:{}{}{line_end}X-Rest:a",
                if name == "raw" { " " } else { "%20" },
                probe.canary()
            );
            let reply = if address.parameter == slot.parameter {
                // What follows stands where the protocol's version was; the line before it must stay a request.
                let version = if name == "raw" { " HTTP/1.1" } else { "%20HTTP/1.1" };
                slot.send(probe, format!("{}{version}{injected}", listener.url(&token)), CallKind::Probing).await?
            } else {
                slot.send_beside(probe, &address, &listener.url(&token), format!("{}{injected}", slot.value)).await?
            };
            let Some(reply) = reply else { return Ok(Probed::NotPermitted) };
            proof = seen(&reply, listener.hit(&token).as_ref());
            if proof.is_none() {
                break;
            }
        }
        if let Some(sample) = proof {
            let message = "a line break in a parameter adds a header field";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(name)
                    .sample(sample),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// The injected field, in the request that arrived at our listener or in the server's answer to us.
fn seen(reply: &Reply, hit: Option<&crate::probe::callback::Hit>) -> Option<Sample> {
    let in_answer = reply.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(FIELD));
    let arrived =
        hit.filter(|hit| hit.header_names.iter().any(|name| name == FIELD)).map(crate::probe::callback::Hit::sample);
    let sample = arrived.or_else(|| in_answer.then(|| Sample::whole(format!("{FIELD} in the answer"), "header")))?;
    Some(sample.after(reply.request.clone(), reply.status))
}

/// Whether a parameter likely becomes a header field.
fn names_field(name: &str) -> bool {
    const WORDS: [&str; 10] =
        ["header", "headers", "agent", "referer", "referrer", "cookie", "accept", "language", "token", "origin"];
    split(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::input::compare::tests::reply;

    #[test]
    fn only_a_field_of_its_own_is_seen() {
        let with = |name: &str| Reply { headers: vec![(name.into(), "a".into())], ..reply("X-Mcpa: a") };
        assert!(seen(&with("X-Mcpa"), None).is_some());
        assert!(seen(&with("content-type"), None).is_none());
    }
}
