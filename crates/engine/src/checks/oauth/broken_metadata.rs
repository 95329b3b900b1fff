//! Protected-resource metadata that no client can use.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::discovery::{Discovery, Document, without_metadata};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-002",
    title: "Broken resource metadata",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Serve a JSON object with `resource` (the server's own URL) and at least one issuer in `authorization_servers`.",
    tags: &[Tag::Cwe(20), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: protected resource metadata")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?))
}

/// The verdict on what was published.
pub(crate) fn judge(found: &Discovery) -> Verdict {
    if found.documents.is_empty() {
        return without_metadata();
    }
    found.documents.iter().filter_map(fault).collect()
}

fn fault(document: &Document) -> Option<Draft> {
    let (field, message) = match &document.value {
        Value::Object(members) if !members.get("resource").is_some_and(Value::is_string) => {
            ("resource", "the resource metadata does not name the resource")
        }
        Value::Object(_) if document.list("authorization_servers").is_empty() => {
            ("authorization_servers", "the resource metadata names no authorization server")
        }
        Value::Object(_) => return None,
        _ => ("", "the resource metadata is no JSON object"),
    };
    let location = format!("oauth:{}#{field}", document.kind);
    Some(
        Draft::new(Severity::Medium, Confidence::Confirmed, location, message)
            .sample(Sample::whole(&document.text, "oauth:metadata")),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::resource_metadata;

    #[test]
    fn each_missing_part_is_named_and_a_whole_document_is_not() {
        let location = |value: Value| fault(&resource_metadata(value)).map(|draft| draft.location);
        assert_eq!(location(json!("x")).as_deref(), Some("oauth:protected-resource#"));
        assert_eq!(
            location(json!({"authorization_servers": ["https://a.example"]})).as_deref(),
            Some("oauth:protected-resource#resource")
        );
        assert_eq!(
            location(json!({"resource": "https://x.example", "authorization_servers": []})).as_deref(),
            Some("oauth:protected-resource#authorization_servers")
        );
        assert_eq!(
            location(json!({"resource": "https://x.example", "authorization_servers": ["https://a.example"]})),
            None
        );
    }
}
