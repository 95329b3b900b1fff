//! Parameters that become a part of a database statement: a condition in them decides what comes back.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::compare::{Comparison, Said};
use super::slots::{Probed, Reply, Slot, probe_each};
use super::sql_error::{self, statement_slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-007",
    title: "SQL injection by condition",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: sql_error::CHECK.remediation,
    tags: &[Tag::Cwe(89), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// A way to add a condition that compares two letters: true where they are equal. Never one that widens what is
/// selected, and never a second statement.
type Form = (&'static str, fn(&str, char, char) -> String);
const QUOTED: Form = ("quoted", |value, left, right| format!("{value}' AND '{left}'='{right}"));
const WITHIN_PATTERN: Form = ("pattern", |value, left, right| format!("{value}%' AND '{left}' LIKE '{right}"));
const NUMERIC: Form = ("numeric", |value, left, right| format!("{value} AND {}={}", u32::from(left), u32::from(right)));
/// Letters of the two rounds. The second true condition holds the letter that made the first one false, so that a search
/// for words cannot tell them apart like a database does.
const ROUNDS: [(char, char); 2] = [('k', 'j'), ('j', 'k')];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = statement_slots(probe);
    probe_each(probe, &slots, "no tool takes text that could be looked up", |probe, slot| {
        Box::pin(probe_slot(probe, slot))
    })
    .await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    // Only a value that something is found for shows whether a condition takes it away.
    let Some((value, baseline)) = found_value(probe, slot).await? else { return Ok(Probed::NotPermitted) };
    let Some(value) = value else { return Ok(Probed::Sound) };
    let Some(repeated) = slot.send(probe, value.as_str(), CallKind::Probing).await? else {
        return Ok(Probed::NotPermitted);
    };
    let plain = Said { reply: &baseline, value: &value };
    let Some(comparison) = Comparison::of(plain, Said { reply: &repeated, value: &value }) else {
        return Ok(Probed::Unstable);
    };
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
    let forms: &[Form] = if is_number { &[NUMERIC, QUOTED] } else { &[QUOTED, WITHIN_PATTERN] };
    for (name, form) in forms {
        if let Some(reply) = decides(probe, slot, &value, &baseline, comparison, *form).await? {
            let message = "a condition added to a parameter decides what the database behind the tool returns";
            return Ok(Probed::proven(
                Draft::new(Severity::Critical, Confidence::Confirmed, slot.location(), message)
                    .distinct(*name)
                    .sample(Sample::whole(reply.text, "differential").after(reply.request, reply.status)),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// Whether true conditions change nothing and false ones do, in both rounds: the answer to the last false one.
async fn decides(
    probe: &Probe,
    slot: &Slot<'_>,
    value: &str,
    baseline: &Reply,
    comparison: Comparison,
    form: fn(&str, char, char) -> String,
) -> Result<Option<Reply>, ProbeError> {
    let mut last = None;
    for (letter, other) in ROUNDS {
        for (right, is_true) in [(letter, true), (other, false)] {
            let payload = form(value, letter, right);
            let Some(reply) = slot.send(probe, payload.as_str(), CallKind::Probing).await? else { return Ok(None) };
            let alike =
                comparison.alike(Said { reply: baseline, value }, Said { reply: &reply, value: payload.as_str() });
            if alike != is_true || (!is_true && reply.is_error) {
                return Ok(None);
            }
            last = Some(reply);
        }
    }
    Ok(last)
}

/// A value that the tool finds something for, and what it says to it; without a value where none is known. `None` where
/// the tool may not be called.
async fn found_value(probe: &Probe, slot: &Slot<'_>) -> Result<Option<(Option<String>, Reply)>, ProbeError> {
    let Some(baseline) = slot.baseline(probe).await? else { return Ok(None) };
    let nonsense = probe.canary().to_lowercase();
    let Some(nothing) = slot.send(probe, nonsense.as_str(), CallKind::Probing).await? else { return Ok(None) };
    let says_more = |reply: &Reply, value: &str| {
        !reply.is_error && !Comparison::Loose.alike(Said { reply: &nothing, value: &nonsense }, Said { reply, value })
    };
    if says_more(&baseline, &slot.value) {
        return Ok(Some((Some(slot.value.clone()), baseline)));
    }
    for value in ["a", "1"].into_iter().filter(|value| *value != slot.value && slot.takes(value)) {
        let Some(reply) = slot.send(probe, value, CallKind::Probing).await? else { return Ok(None) };
        if says_more(&reply, value) {
            return Ok(Some((Some(value.to_owned()), reply)));
        }
    }
    Ok(Some((None, baseline)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_narrow_and_never_widen_or_chain() {
        for (_, form) in [QUOTED, WITHIN_PATTERN, NUMERIC] {
            for (letter, other) in ROUNDS {
                for payload in [form("7", letter, letter), form("7", letter, other)] {
                    let upper = payload.to_uppercase();
                    assert!(payload.starts_with('7') && upper.contains(" AND "), "{payload}");
                    assert!(!upper.contains(" OR ") && !upper.contains("UNION") && !upper.contains(';'), "{payload}");
                }
            }
        }
    }
}
