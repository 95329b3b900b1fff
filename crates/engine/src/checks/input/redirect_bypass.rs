//! Tools that follow a redirect to where they should not go.

use contracts::audit::{Confidence, NamedTest, Need, Severity};

use super::arbitrary_url;
use super::fetching::{NO_ADDRESS, address_slots};
use super::slots::{Probed, Slot, probe_each};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-014",
    title: "Address filter is passed by a redirect",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Follow no redirects, or check the address of every hop like the first one.",
    tags: &[Tag::Cwe(918), Tag::Cwe(601), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = address_slots(probe);
    if slots.is_empty() {
        return Ok(Verdict::not_applicable(NO_ADDRESS));
    }
    match probe.callback().await {
        // Only where the listener is inside does following the redirect lead inside.
        Ok(listener) if !listener.is_loopback() => {
            return Ok(Verdict::needs(
                Need::Callback,
                "needs a callback listener on the machine that the server runs on",
            ));
        }
        Ok(_) => {}
        Err(reason) => return Ok(Verdict::needs(Need::Callback, reason)),
    }
    probe_each(probe, &slots, NO_ADDRESS, |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Ok(listener) = probe.callback().await else { return Ok(Probed::Sound) };
    // Nothing is redirected that is not fetched.
    if !probe.memo().injected().is_proven(arbitrary_url::CHECK.id, slot) {
        return Ok(if probe.permits(slot.tool, CallKind::Probing) { Probed::Sound } else { Probed::NotPermitted });
    }
    let (first, second) = (listener.issue(probe), listener.issue(probe));
    listener.redirect(&first, &format!("http://127.0.0.1:{}/{second}", listener.port()));
    let Some(reply) = slot.send(probe, listener.url(&first), CallKind::Probing).await? else {
        return Ok(Probed::NotPermitted);
    };
    if listener.hit(&second).is_none() {
        listener.linger(std::slice::from_ref(&second)).await;
    }
    let Some(hit) = listener.hit(&second) else { return Ok(Probed::Sound) };
    let message = "the tool follows a redirect to the machine that it runs on: our listener there was called";
    Ok(Probed::proven(
        Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
            .distinct("redirect")
            .sample(hit.sample().after(reply.request, reply.status)),
    ))
}
