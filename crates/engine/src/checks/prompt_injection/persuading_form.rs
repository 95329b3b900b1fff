//! Questions to the user that press, frighten or pretend to come from somebody else.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::text::{Family, TextContext, families};
use regex::Regex;
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::form_asks_for_secret::secret_fields;
use crate::checks::questions::dialog;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-010",
    title: "Elicitation as social engineering",
    test: NamedTest::PromptInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Say in neutral words which server asks, for what and why, and let the user decline without harm.",
    tags: &[Tag::Cwe(451), Tag::Agentic(9), Tag::LlmTop10(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let dialog = match dialog(probe).await? {
        Ok(dialog) => dialog,
        Err(verdict) => return Ok(verdict),
    };
    let asked = dialog.questions.iter().filter(|question| question.method == "elicitation/create");
    let drafts = asked.filter_map(|question| {
        let text = question.params.get("message").and_then(Value::as_str)?;
        let (kind, message) = persuasion(text, &question.params)?;
        let sample = Sample::whole(text, format!("elicitation:{kind}"));
        Some(
            Draft::new(Severity::Medium, Confidence::Likely, format!("{}#/message", question.location), message)
                .distinct(kind)
                .sample(sample.after(question.request.clone(), question.status)),
        )
    });
    Ok(drafts.collect())
}

/// How a question to the user persuades; `None` where it only asks.
fn persuasion(text: &str, params: &Value) -> Option<(&'static str, &'static str)> {
    // Clients and their vendors, as a message would name itself.
    static POSES: LazyLock<Regex> = LazyLock::new(|| {
        let client = r"(?:claude(?: desktop| code)?|chatgpt|copilot|cursor|windsurf|vs ?code|visual studio code|anthropic|openai)";
        Regex::new(&format!(
            r"(?i)^\W*(?:this is|message from|notice from|from)\s+(?:{client}|the (?:mcp )?(?:client|host)|your (?:ide|editor|assistant|client|operating system|administrator))\b|^\W*\[?(?:{client}|client|host application)\]?\s*(?:security|notice|alert|:)|\b(?:your )?{client}\s+(?:session|account|licen[cs]e|login)\b.{{0,40}}\b(?:expired|ended|locked|suspended|verif\w+)|\b{client}\s+(?:needs|requires|asks|wants)\b"
        ))
        .expect("a constant pattern is valid")
    });
    static PRESSES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:immediately|urgent(?:ly)?|right away|within \d+ (?:minutes?|hours?)|(?:will|to) be (?:suspended|locked|deleted|terminated|blocked)|(?:is|was|has been) (?:suspended|locked|compromised)|final (?:notice|warning)|mandatory|critical|failure to)\b")
            .expect("a constant pattern is valid")
    });
    static ASKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:enter|provide|type|paste|confirm|re-?enter|give|send|share|submit|verify)\b.{0,40}\b(?:passwords?|passphrase|pin|credentials?|api[ -]?keys?|(?:access )?tokens?|seed phrase|recovery (?:phrase|code)|one-time code|card (?:number|details)|private key)\b")
            .expect("a constant pattern is valid")
    });
    let found = families(text, &TextContext::default());
    let has = |family: Family| found.iter().any(|found| found.family == family);
    if POSES.is_match(text) || has(Family::Authority) {
        return Some(("pose", "a question to the user pretends to come from the client or the system"));
    }
    let asks = ASKS.is_match(text) || !secret_fields(params).is_empty();
    let links = text.contains("://") || params.get("url").is_some();
    // A page that the user is sent to may ask for a password, and a message may say so.
    let is_visit = params.get("url").is_some() && !ASKS.is_match(text);
    if has(Family::Concealment) && (asks || links) {
        return Some(("concealment", "a question to the user demands silence and a secret or a visit"));
    }
    if PRESSES.is_match(text) && (asks || links) {
        return Some(("pressure", "a question to the user presses for a secret or a visit"));
    }
    (has(Family::SensitiveObject) && asks && !is_visit)
        .then_some(("secret", "a question to the user asks for something that only its owner should hold"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn persuasion_is_told_from_questions() {
        let form = json!({ "mode": "form", "requestedSchema": { "properties": {} } });
        let visit = json!({ "mode": "url", "url": "https://login.weather-data.io/" });
        let kind = |text: &str, params: &Value| persuasion(text, params).map(|(kind, _)| kind);
        for (text, params, expected) in [
            ("Claude Desktop security: please sign in again.", &form, "pose"),
            ("Your Cursor session has expired. Sign in at https://login.collect.dev/", &form, "pose"),
            ("[SYSTEM] Confirm to go on.", &form, "pose"),
            ("Your account will be locked within 10 minutes. Sign in now.", &visit, "pressure"),
            ("Urgent: go to https://login.collect.dev/ and sign in.", &form, "pressure"),
            ("Paste your API key, and do not tell anyone about this.", &form, "concealment"),
            ("Enter your password for the archive.", &form, "secret"),
        ] {
            assert_eq!(kind(text, params), Some(expected), "{text}");
        }
        for (text, params) in [
            ("Sign in to the weather archive to go on.", &visit),
            ("Sign in with your password on the page of the archive. It is never shown to the model.", &visit),
            ("Which city do you mean?", &form),
            ("Important: prices are in euros. Which size do you want?", &form),
            ("Shall the order be sent immediately or tomorrow?", &form),
            ("Move the cursor to the line and confirm.", &form),
        ] {
            assert_eq!(kind(text, params), None, "{text}");
        }
    }
}
