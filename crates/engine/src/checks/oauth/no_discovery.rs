//! Servers that want a token and do not say where to get one.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::discovery::{Discovery, parameter, without_authorization};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-001",
    title: "No way to discover authorization",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Publish protected-resource metadata (RFC 9728) and name it in `WWW-Authenticate: Bearer resource_metadata=\"...\"` of each 401.",
    tags: &[Tag::Cwe(358), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: server discovery")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?))
}

/// The verdict on what was published.
pub(crate) fn judge(found: &Discovery) -> Verdict {
    if !found.refuses {
        return without_authorization();
    }
    let challenge = found.challenge.as_deref().unwrap_or_default();
    if !found.documents.is_empty() || parameter(challenge, "resource_metadata").is_some() {
        return Verdict::PASS;
    }
    let scheme = challenge.split_ascii_whitespace().next().unwrap_or_default();
    let (severity, message) = if scheme.is_empty() || scheme.eq_ignore_ascii_case("bearer") {
        (
            Severity::Medium,
            "the server refuses callers without a token and offers no metadata that says where to get one",
        )
    } else {
        (Severity::Info, "the server announces an authentication scheme of its own instead of bearer tokens")
    };
    Draft::new(severity, Confidence::Confirmed, "header:WWW-Authenticate", message)
        .sample(Sample::whole(challenge, "oauth:discovery"))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_refusal_is_flagged_and_an_announced_document_is_not() {
        let severity = |refuses: bool, challenge: Option<&str>| match judge(&Discovery {
            refuses,
            challenge: challenge.map(str::to_owned),
            ..Discovery::default()
        }) {
            Verdict::Decided(drafts) => drafts.first().map(|draft| draft.severity),
            _ => Some(Severity::Critical),
        };
        assert_eq!(severity(true, None), Some(Severity::Medium));
        assert_eq!(severity(true, Some("Bearer realm=x")), Some(Severity::Medium));
        assert_eq!(severity(true, Some("ApiKey realm=x")), Some(Severity::Info));
        assert_eq!(severity(true, Some("Bearer resource_metadata=\"https://x.example/m\"")), None);
        assert_eq!(judge(&Discovery::default()), without_authorization());
    }
}
