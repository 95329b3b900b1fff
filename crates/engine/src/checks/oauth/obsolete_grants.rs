//! Ways to a token that OAuth 2.1 took away.

use contracts::audit::{Confidence, NamedTest, Severity};
use url::Url;

use super::discovery::{Discovery, Document};
use super::issuer::{Issuer, published};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-009",
    title: "Obsolete grants on offer",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Turn off the implicit grant (tokens in the address of a page) and the password grant, and take them out of the metadata.",
    tags: &[Tag::Cwe(1390), Tag::McpTop10(7), Tag::Other("OAuth 2.1 section 10")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?, probe.url()))
}

/// The verdict on what was published for a target.
pub(crate) fn judge(found: &Discovery, target: Option<&Url>) -> Verdict {
    match published(found) {
        Ok(issuers) => issuers.into_iter().flat_map(|(issuer, document)| obsolete(issuer, document, target)).collect(),
        Err(verdict) => verdict,
    }
}

fn obsolete(issuer: &Issuer, document: &Document, target: Option<&Url>) -> Vec<Draft> {
    // What a shared provider offers to all of its customers, each of them turns off for itself.
    let is_shared = target.is_some_and(|target| issuer.is_shared_with(target));
    let severity = if is_shared { Severity::Low } else { Severity::Medium };
    let draft = |field: &str, kind: &str, message: &str, shown: &str| {
        Draft::new(severity, Confidence::Confirmed, format!("oauth:{}#{field}", document.kind), message)
            .distinct(format!("{kind}:{}", issuer.key()))
            .sample(Sample::whole(shown, "oauth:metadata"))
    };
    let responses = document.list("response_types_supported");
    let grants = document.list("grant_types_supported");
    // An ID token in the address is part of OpenID Connect; an access token there is the implicit grant.
    let hands_out = |response: &&&str| response.split_ascii_whitespace().any(|part| part == "token");
    let implicit = "the authorization server offers access tokens in the address of a page (the implicit grant)";
    let mut drafts = Vec::new();
    if let Some(response) = responses.iter().find(hands_out) {
        drafts.push(draft("response_types_supported", "implicit", implicit, response));
    } else if responses.is_empty() && grants.contains(&"implicit") {
        drafts.push(draft("grant_types_supported", "implicit", implicit, "implicit"));
    }
    if grants.contains(&"password") {
        let message = "the authorization server lets clients ask their users for passwords (the password grant)";
        drafts.push(draft("grant_types_supported", "password", message, "password"));
    }
    drafts
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::samples;

    #[test]
    fn tokens_in_addresses_and_passwords_are_flagged() {
        let judged = |value: Value, target: &str| -> Vec<(Severity, String)> {
            let issuer = samples::issuer("https://login.example.com", value);
            let document = issuer.metadata().expect("metadata").clone();
            let drafts = obsolete(&issuer, &document, Url::parse(target).ok().as_ref());
            drafts.into_iter().map(|draft| (draft.severity, draft.location)).collect()
        };
        let own = "https://mcp.example.com/mcp";
        let at = |severity: Severity, field: &str| vec![(severity, format!("oauth:authorization-server#{field}"))];
        for response in ["token", "id_token token", "code token"] {
            let value = json!({"response_types_supported": ["code", response], "grant_types_supported": ["implicit"]});
            assert_eq!(judged(value, own), at(Severity::Medium, "response_types_supported"), "{response}");
        }
        let password = json!({"grant_types_supported": ["authorization_code", "password"]});
        assert_eq!(judged(password.clone(), own), at(Severity::Medium, "grant_types_supported"));
        assert_eq!(judged(password, "https://shop.test/mcp"), at(Severity::Low, "grant_types_supported"));
        assert_eq!(
            judged(json!({"grant_types_supported": ["implicit"]}), own),
            at(Severity::Medium, "grant_types_supported")
        );
        for sound in [
            json!({"response_types_supported": ["code", "id_token", "code id_token"], "grant_types_supported": ["authorization_code", "implicit"]}),
            json!({"response_types_supported": "token", "grant_types_supported": {"password": true}}),
            json!({}),
        ] {
            assert!(judged(sound.clone(), own).is_empty(), "{sound}");
        }
    }
}
