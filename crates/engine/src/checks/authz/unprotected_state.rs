//! States of unfinished calls that a client may change on their way back.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::input::slots::unstable;
use crate::checks::questions::dialog;
use crate::probe::dialog::{Flow, hide_state, next_round};
use crate::probe::{Answer, CallKind, Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-004",
    title: "`requestState` not protected",
    test: NamedTest::Authz,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Seal the state with AEAD or an HMAC, bind it to the caller and the call, and refuse what does not verify.",
    tags: &[
        Tag::Cwe(345),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Multi round-trip requests: servers MUST verify the integrity of `requestState`"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Calls with a state that are looked at: each takes up to a dozen requests.
const FLOWS: usize = 2;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !probe.is_modern() {
        return Ok(Verdict::not_applicable("in the revisions with a handshake calls have no state to come back with"));
    }
    let dialog = match dialog(probe).await? {
        Ok(dialog) => dialog,
        Err(verdict) => return Ok(verdict),
    };
    if dialog.flows.is_empty() {
        return Ok(Verdict::not_applicable("no call handed out a state to come back with"));
    }
    let mut drafts = Vec::new();
    let mut decided = false;
    for flow in dialog.flows.iter().take(FLOWS) {
        match examine(probe, flow).await? {
            Examined::Unstable => {}
            Examined::Sound => decided = true,
            Examined::Weak(draft) => {
                decided = true;
                drafts.push(*draft);
            }
        }
    }
    Ok(if decided { Verdict::Decided(drafts) } else { unstable() })
}

enum Examined {
    /// The same state is answered differently each time, or not at all.
    Unstable,
    Sound,
    Weak(Box<Draft>),
}

async fn examine(probe: &Probe, flow: &Flow) -> Result<Examined, ProbeError> {
    let Some((intact, state, request)) = replay(probe, flow, |state| Some(json!(state))).await? else {
        return Ok(Examined::Unstable);
    };
    let Some((again, ..)) = replay(probe, flow, |state| Some(json!(state))).await? else {
        return Ok(Examined::Unstable);
    };
    if again != intact {
        return Ok(Examined::Unstable);
    }
    let made_up = probe.canary();
    let accepts = |(said, ..): &(Said, String, String)| said.is_like(&intact);
    let unknown = replay(probe, flow, |_| Some(json!(made_up))).await?;
    let absent = replay(probe, flow, |_| None).await?;
    let is_ignored = [unknown, absent].iter().flatten().any(accepts);
    let mut changed = None;
    if !is_ignored {
        for (kind, change) in [("flipped", flipped as fn(&str) -> Option<String>), ("edited", edited)] {
            // A state that cannot be changed in this way cannot be accepted so either.
            if change(&state).is_none() {
                continue;
            }
            let replayed = replay(probe, flow, |state| change(state).map(Value::from)).await?;
            if replayed.as_ref().is_some_and(accepts) {
                changed = Some(kind);
                break;
            }
        }
    }
    let (severity, message) = match changed {
        None if is_ignored => {
            (Severity::Info, "a state is handed out, and the call goes on without it or with any other")
        }
        None => return Ok(Examined::Sound),
        Some(_) if is_telling(&state) => (
            Severity::High,
            "a state that names who, what or how much comes back changed, and the call goes on as if it were intact",
        ),
        Some(_) => (Severity::Medium, "a state comes back changed, and the call goes on as if it were intact"),
    };
    let shown = format!("{} bytes, {}", state.len(), changed.unwrap_or("ignored"));
    Ok(Examined::Weak(Box::new(
        Draft::new(severity, Confidence::Confirmed, format!("{}#/requestState", flow.tool.location()), message)
            .distinct(if is_ignored { "ignored" } else { "tampered" })
            .sample(Sample::whole(shown, "differential").after(request, None)),
    )))
}

/// What a call that came back was answered, without what differs each time.
#[derive(Debug, PartialEq)]
struct Said {
    failed: bool,
    kind: String,
    text: String,
}

impl Said {
    fn of(answer: &Answer) -> Self {
        static VALUE: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_=.-]{16,}|\d+").expect("a constant pattern is valid"));
        let text =
            answer.texts().into_iter().filter(|(pointer, _)| !pointer.contains("_meta") && pointer != "/requestState");
        let text = text.map(|(_, text)| text).collect::<Vec<_>>().join("\n");
        let kind = answer.result().and_then(|result| result.get("resultType")?.as_str());
        Self {
            failed: answer.is_error() || answer.result().is_none(),
            kind: kind.unwrap_or("complete").to_owned(),
            text: VALUE.replace_all(&text, "0").into_owned(),
        }
    }

    /// Whether the call went on like one with the intact state. Where that fails as well, only the same words count.
    fn is_like(&self, intact: &Self) -> bool {
        if intact.failed { self == intact } else { !self.failed && self.kind == intact.kind }
    }
}

/// Makes the call anew, changes the state that it hands out, and comes back with that. `None` where it hands out none.
async fn replay(
    probe: &Probe,
    flow: &Flow,
    change: impl FnOnce(&str) -> Option<Value>,
) -> Result<Option<(Said, String, String)>, ProbeError> {
    if !probe.permits(&flow.tool, CallKind::Benign) {
        return Err(ProbeError::NotPermitted);
    }
    let call = |params| probe.request("tools/call", params).askable().kind(CallKind::Benign);
    let opening = call(json!({ "name": flow.tool.name, "arguments": flow.arguments })).send().await?;
    let next = opening.result().and_then(|result| next_round(result, &flow.tool.name, &flow.arguments));
    let Some(mut params) = next else { return Ok(None) };
    let Some(state) = params.get("requestState").and_then(Value::as_str).map(str::to_owned) else { return Ok(None) };
    hide_state(probe, &state);
    match change(&state) {
        Some(changed) => {
            changed.as_str().into_iter().for_each(|changed| hide_state(probe, changed));
            params["requestState"] = changed;
        }
        None => drop(params.as_object_mut().map(|params| params.shift_remove("requestState"))),
    }
    let exchange = call(params).send().await?;
    let request = exchange.request.clone();
    Ok(Some((Said::of(&Answer { exchange }), state, request)))
}

/// The state with one letter or digit in its middle changed to another one, so that it stays readable.
fn flipped(state: &str) -> Option<String> {
    let middle = state.len() / 2;
    let (at, letter) = state.char_indices().find(|(at, letter)| *at >= middle && letter.is_ascii_alphanumeric())?;
    let other = match letter {
        '0'..='9' => (b'0' + (letter as u8 - b'0' + 5) % 10) as char,
        'a'..='z' => (b'a' + (letter as u8 - b'a' + 13) % 26) as char,
        _ => (b'A' + (letter as u8 - b'A' + 13) % 26) as char,
    };
    Some(format!("{}{other}{}", &state[..at], &state[at + 1..]))
}

/// The state with one of its fields changed, where it can be read: plain, in base64, or as a part of a token.
fn edited(state: &str) -> Option<String> {
    let edit = |text: &str| {
        let mut value: Value = serde_json::from_str(text).ok()?;
        edit_field(&mut value).then(|| value.to_string())
    };
    if let Some(edited) = edit(state) {
        return Some(edited);
    }
    state.split('.').find_map(|part| {
        let (engine, text) = decoded(part)?;
        Some(state.replacen(part, &engine.encode(edit(&text)?), 1))
    })
}

/// What a part of a state says in base64, and in which of its forms.
fn decoded(part: &str) -> Option<(&'static base64::engine::GeneralPurpose, String)> {
    [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD, &STANDARD, &URL_SAFE].into_iter().find_map(|engine| {
        let text = String::from_utf8(engine.decode(part).ok()?).ok()?;
        (part.len() >= 8).then_some((engine, text))
    })
}

/// Changes one field, one that tells something first; false where there is none.
fn edit_field(value: &mut Value) -> bool {
    let Some(fields) = value.as_object_mut() else { return false };
    let key = fields.iter().find(|(key, value)| names_something(key, value)).map(|(key, _)| key.clone());
    let any = || fields.iter().find(|(_, value)| value.is_string() || value.is_i64()).map(|(key, _)| key.clone());
    let Some(key) = key.or_else(any) else { return false };
    match fields.get_mut(&key) {
        // The length stays, and with it the padding.
        Some(Value::String(text)) => text.pop().map_or((), |last| text.push(if last == '7' { '8' } else { '7' })),
        Some(field) => *field = json!(field.as_i64().unwrap_or_default() + 1),
        None => return false,
    }
    true
}

/// Whether a state can be read and names an identity, a price or a path.
fn is_telling(state: &str) -> bool {
    let tells = |text: &str| match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields.iter().any(|(key, value)| names_something(key, value)),
        _ => false,
    };
    tells(state) || state.split('.').filter_map(decoded).any(|(_, text)| tells(&text))
}

fn names_something(key: &str, value: &Value) -> bool {
    const TELLING: [&str; 20] = [
        "user", "userid", "username", "sub", "subject", "account", "customer", "tenant", "owner", "email", "role",
        "admin", "price", "amount", "total", "cost", "discount", "path", "file", "scope",
    ];
    let is_field = value.is_string() || value.is_i64();
    let is_path = value.as_str().is_some_and(|text| text.starts_with('/') && text.len() > 1);
    is_field && (is_path || split(key).iter().any(|word| TELLING.contains(&word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_changed_in_one_place_and_stay_readable() {
        assert_eq!(flipped("step-2-of-3").as_deref(), Some("step-7-of-3"));
        assert_eq!(flipped("0123456789").as_deref(), Some("0123406789"));
        assert_eq!(flipped("----"), None);
        let plain = r#"{"step":1,"account":"A-17"}"#;
        assert_eq!(edited(plain).as_deref(), Some(r#"{"step":1,"account":"A-18"}"#));
        let coded = edited(&URL_SAFE_NO_PAD.encode(plain)).expect("a changed state");
        assert_eq!(URL_SAFE_NO_PAD.decode(coded).expect("base64"), br#"{"step":1,"account":"A-18"}"#);
        let signed = format!("{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(r#"{"step":1}"#));
        assert_eq!(edited(&signed).as_deref().map(|state| state.ends_with(".c2lnbmF0dXJl")), Some(true));
        assert_eq!(edited("6d63706100004000800000000000"), None);
    }

    #[test]
    fn only_a_readable_state_tells() {
        assert!(is_telling(&STANDARD.encode(r#"{"account":"A-17"}"#)));
        assert!(is_telling(r#"{"next":"/srv/orders/7"}"#));
        assert!(!is_telling(&STANDARD.encode(r#"{"step":1}"#)));
        assert!(!is_telling("6d63706100004000800000000000"));
    }

    #[test]
    fn a_refusal_of_the_user_is_no_acceptance() {
        let said = |failed, text: &str| Said { failed, kind: "complete".to_owned(), text: text.to_owned() };
        assert!(said(false, "b").is_like(&said(false, "a")));
        assert!(!said(true, "this state is none of this server").is_like(&said(true, "you declined")));
        assert!(said(true, "you declined").is_like(&said(true, "you declined")));
    }
}
