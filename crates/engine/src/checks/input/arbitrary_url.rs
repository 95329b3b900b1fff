//! Tools that fetch whatever address they are given.

use contracts::audit::{Confidence, NamedTest, Need, Severity};
use serde_json::json;

use super::fetching::{NO_ADDRESS, as_taken, host_slots, is_fetcher};
use super::slots::{Probed, Reply, Slot, Tally};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-012",
    title: "Server fetches any address",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Fetch only from hosts on an allow-list, or do not take addresses from callers at all.",
    tags: &[Tag::Cwe(918), Tag::McpTop10(5), Tag::Agentic(2)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Where the decoy stands: an address in the same request that nothing asks to fetch. Who fetches it as well reads along
/// and fetches everything, which says nothing about the tool.
const DECOY: &str = "mcp-audit/unused";

/// A parameter that was given the address of our listener.
struct Sent<'s, 'p> {
    slot: &'s Slot<'p>,
    token: String,
    decoy: String,
    reply: Reply,
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = host_slots(probe);
    if slots.is_empty() {
        return Ok(Verdict::not_applicable(NO_ADDRESS));
    }
    let listener = match probe.callback().await {
        Ok(listener) => listener,
        Err(reason) => return Ok(Verdict::needs(Need::Callback, reason)),
    };
    let mut tally = Tally::default();
    let mut sent = Vec::new();
    for slot in &slots {
        let (token, decoy) = (listener.issue(probe), listener.issue(probe));
        let published = json!(listener.url(&decoy));
        let address = as_taken(slot, &listener.url(&token));
        match slot.send_changed(probe, address, CallKind::Probing, |request| request.meta(DECOY, published)).await {
            Ok(Some(reply)) => sent.push(Sent { slot, token, decoy, reply }),
            Ok(None) => {}
            Err(error) => {
                if !tally.count(Err(error))? {
                    break;
                }
            }
        }
    }
    let waiting: Vec<String> = sent.iter().map(|sent| sent.token.clone()).collect();
    if !waiting.iter().all(|token| listener.hit(token).is_some()) {
        listener.linger(&waiting).await;
    }
    for Sent { slot, token, decoy, mut reply } in sent {
        let mut hit = listener.hit(&token);
        // Some keep only the host of an address.
        if hit.is_none()
            && let Some(url) = listener.url_told_once(&token)
            && let Ok(Some(answer)) = slot.send(probe, as_taken(slot, &url), CallKind::Probing).await
        {
            hit = listener.hit(&token);
            reply = answer;
        }
        let Some(hit) = hit.filter(|_| listener.hit(&decoy).is_none()) else {
            tally.count(Ok(Probed::Sound))?;
            continue;
        };
        probe.memo().injected().prove(CHECK.id, slot);
        let by_design = is_fetcher(slot.tool);
        let (severity, message) = if by_design {
            (Severity::Low, "the tool fetches any address that it is given, as it says that it does")
        } else {
            (Severity::High, "the tool fetches any address that it is given")
        };
        let draft = Draft::new(severity, Confidence::Confirmed, slot.location(), message)
            .by_design(by_design)
            .sample(hit.sample().after(reply.request, reply.status));
        tally.count(Ok(Probed::proven(draft)))?;
    }
    tally.verdict(&slots, NO_ADDRESS)
}
