//! Authorization servers that publish nothing about themselves, or metadata of another one.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;
use url::Url;

use super::discovery::{Document, without_metadata};
use super::issuer::{Issuer, Published, unreadable};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-005",
    title: "Issuer metadata missing or mismatched",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Publish the metadata at the well-known place of the issuer, and give `issuer` there and `authorization_servers` of the resource the same value, character by character.",
    tags: &[
        Tag::Cwe(345),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Authorization: authorization server discovery"),
        Tag::Other("RFC 8414 section 3.3"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let found = discovery(probe).await?;
    if found.documents.is_empty() {
        return Ok(without_metadata());
    }
    Ok(judge(&found.issuers))
}

/// The verdict on what the issuers published.
pub(crate) fn judge(issuers: &[Issuer]) -> Verdict {
    let (mut drafts, mut is_decided, mut unclear) = (Vec::new(), false, None);
    for issuer in issuers.iter().filter(|issuer| issuer.is_named) {
        match &issuer.published {
            Published::Metadata { document, .. } => drafts.extend(mismatch(issuer, document)),
            Published::Nowhere => drafts.push(
                Draft::new(
                    Severity::Medium,
                    Confidence::Confirmed,
                    "oauth:protected-resource#authorization_servers",
                    "an authorization server that the server names publishes no metadata at any well-known place",
                )
                .distinct(format!("missing:{}", issuer.key()))
                .sample(Sample::whole(issuer.identifier.clone(), "oauth:issuer")),
            ),
            Published::Unclear(reason) => {
                unclear = Some(reason);
                continue;
            }
            Published::NotAsked => continue,
        }
        is_decided = true;
    }
    match unclear {
        Some(reason) if drafts.is_empty() => unreadable(reason),
        _ if is_decided => Verdict::Decided(drafts),
        _ => Verdict::not_applicable("the server names no authorization server that a client may ask"),
    }
}

/// Whether the metadata speaks for the issuer that it was found by. Clients compare the texts.
fn mismatch(issuer: &Issuer, document: &Document) -> Option<Draft> {
    let Some(claimed) = document.value.get("issuer").and_then(Value::as_str) else {
        let message = "the metadata of the authorization server does not name its issuer";
        return Some(draft(issuer, Severity::Medium, "nameless", message, &document.text));
    };
    if claimed == issuer.identifier {
        return None;
    }
    let (severity, kind, message) = if is_same_place(claimed, &issuer.identifier) {
        (
            Severity::Low,
            "spelling",
            "the metadata spells its issuer otherwise than the server does, such as with a slash at the end: strict clients refuse it",
        )
    } else if is_template(claimed, &issuer.identifier) {
        (
            Severity::Low,
            "template",
            "the metadata of the authorization server leaves a placeholder in its issuer, because it serves many tenants: strict clients refuse it",
        )
    } else {
        (
            Severity::High,
            "mismatch",
            "the metadata of the authorization server names another issuer than the one it was asked for",
        )
    };
    Some(draft(issuer, severity, kind, message, claimed))
}

fn draft(issuer: &Issuer, severity: Severity, kind: &str, message: &str, shown: &str) -> Draft {
    Draft::new(severity, Confidence::Confirmed, "oauth:authorization-server#issuer", message)
        .distinct(format!("{kind}:{}", issuer.key()))
        .sample(Sample::whole(shown, format!("oauth:{kind}")))
}

/// Whether two identifiers differ in nothing that changes where they lead: case of the host, default port, last slash.
fn is_same_place(claimed: &str, asked: &str) -> bool {
    let place = |text: &str| {
        let url = Url::parse(text).ok()?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        is_plain.then(|| (url.origin(), url.path().trim_end_matches('/').to_owned()))
    };
    place(claimed).is_some() && place(claimed) == place(asked)
}

/// Whether an identifier is that of any tenant at the same host: `https://login.example/{tenant}`.
fn is_template(claimed: &str, asked: &str) -> bool {
    let host = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    claimed.contains('{') && claimed.contains('}') && host(claimed).is_some() && host(claimed) == host(asked)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples;

    const ASKED: &str = "https://login.example.com/tenants/a";

    fn judged(value: Value) -> Option<(Severity, String)> {
        let Verdict::Decided(drafts) = judge(&[samples::issuer(ASKED, value)]) else { panic!("not decided") };
        let kind =
            |draft: Draft| (draft.severity, draft.discriminator.split(':').next().unwrap_or_default().to_owned());
        drafts.into_iter().next().map(kind)
    }

    #[test]
    fn only_the_very_same_issuer_is_no_finding() {
        let issuer = |claimed: &str| judged(json!({"issuer": claimed}));
        assert_eq!(issuer(ASKED), None);
        let of = |severity, kind: &str| Some((severity, kind.to_owned()));
        for spelling in ["https://login.example.com/tenants/a/", "https://Login.example.com:443/tenants/a"] {
            assert_eq!(issuer(spelling), of(Severity::Low, "spelling"), "{spelling}");
        }
        assert_eq!(issuer("https://login.example.com/{tenantid}/v2.0"), of(Severity::Low, "template"));
        for other in [
            "https://login.example.com/tenants/b",
            "https://other.example/tenants/a",
            "https://other.example/{tenantid}",
            "http://login.example.com/tenants/a",
            "https://user@login.example.com/tenants/a",
            "login",
        ] {
            assert_eq!(issuer(other), of(Severity::High, "mismatch"), "{other}");
        }
        for nameless in [json!({}), json!({"issuer": null}), json!({"issuer": ["https://login.example.com/tenants/a"]})]
        {
            assert_eq!(judged(nameless), of(Severity::Medium, "nameless"));
        }
    }

    #[test]
    fn what_could_not_be_asked_is_not_missing() {
        let published = |published: Published| judge(&[Issuer { published, ..samples::issuer(ASKED, json!({})) }]);
        assert!(matches!(published(Published::Nowhere), Verdict::Decided(drafts) if drafts.len() == 1));
        assert!(matches!(published(Published::Unclear("nobody there".to_owned())), Verdict::NotAssessed(_)));
        assert!(matches!(published(Published::NotAsked), Verdict::NotApplicable(_)));
        let fallback = Issuer { is_named: false, ..samples::issuer(ASKED, json!({"issuer": "https://other.example"})) };
        assert!(matches!(judge(&[fallback]), Verdict::NotApplicable(_)));
    }
}
