//! Parameters that reach a shell whose output nobody sees. The proof is a request that the command makes, else the time
//! that it takes.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use super::command_injection::{self, shell_slots};
use super::slots::{Probed, Reply, Slot, Tally};
use super::timing::{LONG, Rounds, SHORT};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::callback::Listener;
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-004",
    title: "Blind OS command injection",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: command_injection::CHECK.remediation,
    tags: &[Tag::Cwe(78), Tag::McpTop10(5), Tag::Agentic(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// A way to delay a command line, by its name; what is added to the benign value for so many seconds.
type Delay = (&'static str, fn(u64) -> String);
const SUBSTITUTION: Delay = ("delay-substitution", |seconds| format!("$(sleep {seconds})"));
/// Closes the single quotes that a value stands in, and opens them again.
const QUOTED: Delay = ("delay-quoted", |seconds| format!("'$(sleep {seconds})'"));
const SEPARATOR: Delay = ("delay-separator", |seconds| format!(";sleep {seconds}"));
// One echo request at once, then one each second. It must never reach a Unix shell, whose `ping -n` does not end.
const WINDOWS: Delay = ("delay-ping", |seconds| format!("&ping -n {} 127.0.0.1", seconds + 1));

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // What shows its output is proven already.
    let slots = shell_slots(probe);
    let is_seen = |slot: &&Slot<'_>| probe.memo().injected().is_proven(command_injection::CHECK.id, slot);
    let mut tally = Tally::default();
    if slots.iter().any(|slot| is_seen(&slot)) {
        tally.count(Ok(Probed::Sound))?;
    }
    let blind: Vec<&Slot<'_>> = slots.iter().filter(|slot| !is_seen(slot)).collect();
    let mut left = Vec::new();
    if let Ok(listener) = probe.callback().await {
        left = called_back(probe, listener, blind, &mut tally).await?;
    } else {
        left.extend(blind);
    }
    for slot in left {
        let probed = probe_delays(probe, slot).await;
        // Each further proof by time would cost half a minute, and tells the same about the server.
        let is_proven = matches!(probed, Ok(Probed::Proven(_)));
        if !tally.count(probed)? || is_proven {
            break;
        }
    }
    tally.verdict(&slots, "no tool takes free text")
}

/// Injects commands that call our listener. Returns the parameters for which none did.
async fn called_back<'s, 'p>(
    probe: &Probe,
    listener: &Listener,
    slots: Vec<&'s Slot<'p>>,
    tally: &mut Tally,
) -> Result<Vec<&'s Slot<'p>>, ProbeError> {
    let mut sent: Vec<(&Slot<'_>, [String; 5], Reply)> = Vec::new();
    let mut left = Vec::new();
    for slot in slots {
        let tokens = [(); 5].map(|()| listener.issue(probe));
        // The decoy comes first and is an argument of nothing: what fetches every address that it reads fetches it too.
        let [decoy, substituted, separated, next_line, quoted] = tokens.each_ref().map(|token| listener.url(token));
        let payload = format!(
            "{}$(: {decoy};curl -sm2 {substituted});curl -sm2 {separated}\nwget -qT2 -O- {next_line}\n'$(curl -sm2 {quoted})'",
            slot.value
        );
        if !slot.takes(&payload) {
            left.push(slot);
            continue;
        }
        match slot.send(probe, payload, CallKind::Executing).await {
            Ok(Some(reply)) => sent.push((slot, tokens, reply)),
            Ok(None) => {}
            Err(error) => {
                if !tally.count(Err(error))? {
                    break;
                }
            }
        }
    }
    let tokens: Vec<String> = sent.iter().flat_map(|(_, tokens, _)| tokens.clone()).collect();
    if !tokens.is_empty() {
        listener.linger(&tokens).await;
    }
    for (slot, tokens, reply) in sent {
        let [decoy, commands @ ..] = &tokens;
        let hit = commands.iter().find_map(|token| listener.hit(token));
        let Some(hit) = hit.filter(|_| listener.hit(decoy).is_none()) else {
            left.push(slot);
            continue;
        };
        let message = "a parameter is passed to a command interpreter: a command in it called our listener";
        let draft = Draft::new(Severity::Critical, Confidence::Confirmed, slot.location(), message)
            .distinct("callback")
            .sample(hit.sample().after(reply.request, reply.status));
        tally.count(Ok(Probed::proven(draft)))?;
    }
    Ok(left)
}

/// Injects delays.
async fn probe_delays(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some(baseline) = slot.baseline(probe).await? else { return Ok(Probed::NotPermitted) };
    let delays: &[Delay] =
        if runs_on_windows(probe, &baseline) { &[WINDOWS] } else { &[SUBSTITUTION, QUOTED, SEPARATOR] };
    for (name, delay) in delays {
        let mut rounds = Rounds::default();
        let mut last: Option<Reply> = None;
        while let Some(seconds) = rounds.next() {
            let payload = format!("{}{}", slot.value, delay(seconds));
            let Some(reply) = slot.send_delay(probe, payload).await? else {
                return Ok(Probed::NotPermitted);
            };
            rounds.took(reply.took);
            last = Some(reply);
        }
        let Some(last) = last else { continue };
        if rounds.obeyed() {
            let message = "a parameter is passed to a command interpreter: a command in it delayed the answer by as long as it said";
            let sample = Sample::whole(format!("delays of {SHORT} s and {LONG} s, three times each"), "timing");
            return Ok(Probed::proven(
                Draft::new(Severity::Critical, Confidence::Likely, slot.location(), message)
                    .distinct(*name)
                    .sample(sample.after(last.request, last.status)),
            ));
        }
        // A delay came true and another one did not: an answer without any tells whether that was chance.
        if rounds.done() > 1 {
            let Some(reply) = slot.send_delay(probe, format!("{}{}", slot.value, delay(0))).await? else {
                return Ok(Probed::NotPermitted);
            };
            rounds.took_without(reply.took);
            if rounds.is_unstable() {
                return Ok(Probed::Unstable);
            }
        }
        // The last way does what the first one does: it is worth a call where a filter may know that one.
        if *name == QUOTED.0 && (!last.is_error || baseline.is_error) {
            break;
        }
    }
    Ok(Probed::Sound)
}

/// Whether the server runs on Windows: this machine does, or it shows paths of that system.
fn runs_on_windows(probe: &Probe, baseline: &Reply) -> bool {
    static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[A-Za-z]:\\\w").expect("a constant pattern"));
    let is_local = probe.snapshot().loopback;
    if is_local { cfg!(windows) } else { PATH.is_match(&baseline.text) }
}
