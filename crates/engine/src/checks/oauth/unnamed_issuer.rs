//! Authorization servers that do not say who they are when they answer, so that clients of several can be mixed up.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::discovery::{Discovery, Document};
use super::issuer::{Issuer, published};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-014",
    title: "Issuer not identified in responses",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Info,
    remediation: "Add `iss` to authorization responses (RFC 9207) and announce it with `authorization_response_iss_parameter_supported: true`.",
    tags: &[
        Tag::Cwe(345),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Authorization: authorization response validation"),
        Tag::Other("RFC 9207"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const FIELD: &str = "authorization_response_iss_parameter_supported";

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?))
}

/// The verdict on what was published.
pub(crate) fn judge(found: &Discovery) -> Verdict {
    let issuers = match published(found) {
        Ok(issuers) => issuers,
        Err(verdict) => return verdict,
    };
    if !issuers.iter().any(|(issuer, _)| issuer.issues_codes()) {
        return Verdict::not_applicable("the authorization server answers no authorization requests");
    }
    issuers.into_iter().filter_map(|(issuer, document)| fault(issuer, document)).collect()
}

fn fault(issuer: &Issuer, document: &Document) -> Option<Draft> {
    let announces = document.value.get(FIELD).and_then(Value::as_bool) == Some(true);
    let message = "the authorization server does not say that it names itself in its answers";
    (issuer.issues_codes() && !announces).then(|| {
        Draft::new(Severity::Info, Confidence::Confirmed, format!("oauth:{}#{FIELD}", document.kind), message)
            .distinct(issuer.key())
            .sample(Sample::whole(document.text.clone(), "oauth:metadata"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples;

    #[test]
    fn only_a_plain_yes_counts() {
        let judged = |value: Value| {
            let issuer = samples::issuer("https://login.example.com", value);
            let document = issuer.metadata().expect("metadata").clone();
            fault(&issuer, &document).is_some()
        };
        let page = "https://login.example.com/authorize";
        assert!(!judged(json!({"authorization_endpoint": page, FIELD: true})));
        assert!(!judged(json!({"token_endpoint": "https://login.example.com/token"})));
        for said in [json!("true"), json!(1), json!(false), Value::Null] {
            assert!(judged(json!({"authorization_endpoint": page, FIELD: said})), "{said}");
        }
    }
}
