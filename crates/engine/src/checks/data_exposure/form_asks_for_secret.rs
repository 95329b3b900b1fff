//! Forms of a server that ask the user for secrets. What is filled in passes through the client, and often the model.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::asks_for_secret::secret_kind;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::questions::dialog;
use crate::probe::dialog::Question;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-013",
    title: "Form asks user for secrets",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Ask for secrets on a page of your own, by elicitation in URL mode; forms pass through the client.",
    tags: &[
        Tag::Cwe(522),
        Tag::McpTop10(1),
        Tag::Agentic(9),
        Tag::Spec("2026-07-28", "Elicitation: servers MUST NOT request sensitive information by forms"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let dialog = match dialog(probe).await? {
        Ok(dialog) => dialog,
        Err(verdict) => return Ok(verdict),
    };
    Ok(dialog.questions.iter().flat_map(asked).collect())
}

fn asked(question: &Question) -> Vec<Draft> {
    let draft = |(name, pointer, kind, shown): (String, String, &'static str, String)| {
        let message = format!("a form asks the user for a secret of the type `{kind}` in `{name}`");
        Draft::new(Severity::High, Confidence::Confirmed, format!("{}#{pointer}", question.location), message)
            .distinct(kind)
            .sample(Sample::whole(shown, format!("form:{kind}")).after(question.request.clone(), question.status))
    };
    secret_fields(&question.params).into_iter().map(draft).collect()
}

/// The fields of a form that ask for a secret: name, JSON pointer, type of the secret, and what the user reads.
pub(crate) fn secret_fields(params: &Value) -> Vec<(String, String, &'static str, String)> {
    let fields = params.pointer("/requestedSchema/properties").and_then(Value::as_object).into_iter().flatten();
    let secret = |(name, schema): (&String, &Value)| {
        let text = |member: &str| schema.get(member).and_then(Value::as_str).unwrap_or_default();
        let kind = secret_kind(name, schema).or_else(|| secret_kind(text("title"), schema))?;
        let pointer = format!("/requestedSchema/properties/{}", name.replace('~', "~0").replace('/', "~1"));
        let shown = [name.as_str(), text("title"), text("description")].join(" ");
        Some((name.clone(), pointer, kind, shown.trim().to_owned()))
    };
    fields.filter_map(secret).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_told_from_what_a_form_may_ask() {
        let kinds = |properties: Value| {
            let params = json!({ "message": "One moment.", "requestedSchema": { "properties": properties } });
            secret_fields(&params).into_iter().map(|(.., kind, _)| kind).collect::<Vec<_>>()
        };
        assert_eq!(kinds(json!({ "password": { "type": "string" } })), ["password"]);
        assert_eq!(kinds(json!({ "value": { "type": "string", "title": "API key" } })), ["api-key"]);
        let plain = json!({
            "city": { "type": "string", "title": "Which city?" },
            "keep_password": { "type": "boolean" },
            "page_token": { "type": "string" },
        });
        assert!(kinds(plain).is_empty());
        assert!(secret_fields(&json!({ "mode": "url", "url": "https://login.example.com/" })).is_empty());
    }
}
