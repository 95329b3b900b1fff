//! Authorization servers that do not promise to protect authorization codes (PKCE).

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::discovery::{Discovery, Document};
use super::issuer::{Issuer, Published, published};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-006",
    title: "PKCE not assured",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Require PKCE of every client, and announce `code_challenge_methods_supported: [\"S256\"]` and nothing else.",
    tags: &[
        Tag::Cwe(757),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Authorization: authorization code protection"),
        Tag::Other("RFC 8414 section 2"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const FIELD: &str = "code_challenge_methods_supported";

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
        return Verdict::not_applicable("the authorization server issues no authorization codes");
    }
    issuers.into_iter().filter_map(|(issuer, document)| fault(issuer, document)).collect()
}

fn fault(issuer: &Issuer, document: &Document) -> Option<Draft> {
    if !issuer.issues_codes() {
        return None;
    }
    let methods = document.list(FIELD);
    let is_announced = document.value.get(FIELD).is_some_and(Value::is_array);
    // RFC 8414 gives silence a meaning: no PKCE. OpenID Connect does not know the field, so that there it only keeps
    // strict clients away and says nothing about what the server enforces.
    let is_openid = matches!(issuer.published, Published::Metadata { is_openid: true, .. });
    let (severity, kind, message) = match () {
        () if !is_announced && is_openid => (
            Severity::Low,
            "silent",
            "the OpenID configuration does not say whether the authorization server supports PKCE: strict clients refuse it",
        ),
        () if !is_announced => {
            (Severity::High, "absent", "the authorization server announces no support for PKCE, which means none")
        }
        () if !methods.contains(&"S256") => {
            (Severity::High, "no-s256", "the authorization server does not support PKCE with S256")
        }
        () if methods.contains(&"plain") => (
            Severity::Low,
            "plain",
            "the authorization server also takes PKCE challenges that protect nothing from who reads the request",
        ),
        () => return None,
    };
    let shown = if is_announced { methods.join(", ") } else { document.text.clone() };
    Some(
        Draft::new(severity, Confidence::Confirmed, format!("oauth:{}#{FIELD}", document.kind), message)
            .distinct(format!("{kind}:{}", issuer.key()))
            .sample(Sample::whole(shown, "oauth:metadata")),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples;

    #[test]
    fn only_s256_alone_is_no_finding() {
        let judged = |methods: Value, is_openid: bool| {
            let page = "https://login.example.com/authorize";
            let value = json!({"authorization_endpoint": page, FIELD: methods});
            let mut issuer = samples::issuer("https://login.example.com", value);
            if let Published::Metadata { is_openid: known, .. } = &mut issuer.published {
                *known = is_openid;
            }
            let document = issuer.metadata().expect("metadata").clone();
            fault(&issuer, &document).map(|draft| draft.severity)
        };
        assert_eq!(judged(json!(["S256"]), false), None);
        assert_eq!(judged(json!(["S256"]), true), None);
        assert_eq!(judged(json!(["plain", "S256"]), false), Some(Severity::Low));
        assert_eq!(judged(Value::Null, true), Some(Severity::Low));
        for weak in [Value::Null, json!("S256"), json!({}), json!([]), json!(["plain"]), json!([7])] {
            assert_eq!(judged(weak.clone(), false), Some(Severity::High), "{weak}");
        }
        assert_eq!(judged(json!(["plain"]), true), Some(Severity::High));
    }
}
