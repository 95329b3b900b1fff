//! Authorization servers that no client should trust.

use contracts::audit::{Confidence, NamedTest, Severity};
use url::{Host, Url};

use super::discovery::{Discovery, is_loopback, without_metadata};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-004",
    title: "Unsafe authorization-server URL",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Name issuers by a public https URL with a host name, without user information or fragment.",
    tags: &[Tag::Cwe(319), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: communication security")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?, probe.snapshot().loopback))
}

/// The verdict on what was published by a server that is on this machine or is not.
pub(crate) fn judge(found: &Discovery, loopback: bool) -> Verdict {
    if found.documents.is_empty() {
        return without_metadata();
    }
    let draft = |issuer: &str| {
        let (severity, kind, message) = fault(issuer, loopback)?;
        let draft =
            Draft::new(severity, Confidence::Confirmed, "oauth:protected-resource#authorization_servers", message);
        Some(draft.distinct(kind).sample(Sample::whole(issuer, "oauth:issuer")))
    };
    found.documents.iter().flat_map(|document| document.list("authorization_servers")).filter_map(draft).collect()
}

/// What is unsafe about an issuer. A server on this machine may use an issuer on this machine.
fn fault(issuer: &str, loopback_target: bool) -> Option<(Severity, &'static str, &'static str)> {
    let Ok(url) = Url::parse(issuer) else {
        return Some((Severity::Medium, "no-url", "an authorization server is named by something that is no URL"));
    };
    if loopback_target && is_loopback(&url) {
        return None;
    }
    if url.scheme() != "https" {
        return Some((Severity::High, "scheme", "an authorization server is not reached over https"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Some((
            Severity::Medium,
            "user-info",
            "the URL of an authorization server has user information or a fragment",
        ));
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            let private = [".internal", ".local", ".lan", ".home", ".corp", ".svc", ".localhost"]
                .iter()
                .any(|suffix| name.ends_with(suffix));
            (private || !name.contains('.')).then_some((
                Severity::Medium,
                "private-host",
                "an authorization server has a name that exists only in a private network",
            ))
        }
        _ => Some((
            Severity::Medium,
            "ip-literal",
            "an authorization server is named by an address instead of a host name",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unsafe_form_is_named_and_a_public_one_is_not() {
        let kind = |issuer: &str, loopback: bool| fault(issuer, loopback).map(|(_, kind, _)| kind);
        assert_eq!(kind("http://login.example.com", false), Some("scheme"));
        assert_eq!(kind("https://a:b@login.example.com", false), Some("user-info"));
        assert_eq!(kind("https://203.0.113.5/", false), Some("ip-literal"));
        assert_eq!(kind("https://login.internal/", false), Some("private-host"));
        assert_eq!(kind("http://127.0.0.1:9000", false), Some("scheme"));
        assert_eq!(kind("http://127.0.0.1:9000", true), None);
        assert_eq!(kind("https://login.example.com/tenant", false), None);
    }
}
