//! Authorization servers that register clients whose codes anybody can read.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};

use tokio::time::Instant;

use super::authorization::{Authorization, authorization};
use super::registration::{Registered, register};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-010",
    title: "Hostile redirect registered",
    test: NamedTest::AuthTest,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Register only redirects that are https, or http on the user's own machine, without wildcards and fragments.",
    tags: &[
        Tag::Cwe(601),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Authorization: open redirection"),
        Tag::Other("RFC 7591 section 5"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Redirects that no client may have: what is wrong with each, and what it means. None of them leads to anybody.
const HOSTILE: [(&str, &str, &str); 4] = [
    (
        "clear-text",
        "http://client.example.com/mcp-audit/callback",
        "the authorization server registers a redirect without encryption to another machine",
    ),
    (
        "wildcard",
        "https://*.example.com/mcp-audit/callback",
        "the authorization server registers a redirect with a wildcard",
    ),
    (
        "fragment",
        "https://client.example.com/mcp-audit/callback#fragment",
        "the authorization server registers a redirect with a fragment",
    ),
    ("script", "javascript:void(0)", "the authorization server registers a redirect that a browser would run"),
];

/// How long the registrations may take in all.
const LONGEST: Duration = Duration::from_secs(15);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // A server that registers not even a sound client refuses hostile ones for another reason.
    let answers = match authorization(probe).await? {
        Authorization::Answered(answers) => answers,
        Authorization::NotAsked(verdict) => return Ok(verdict.clone()),
    };
    let mut drafts = Vec::new();
    let started = Instant::now();
    for (kind, redirect, message) in HOSTILE {
        if started.elapsed() > LONGEST {
            let slow = Verdict::not_assessed("the authorization server needs too long to register clients");
            return Ok(if drafts.is_empty() { slow } else { Verdict::Decided(drafts) });
        }
        let (registered, answer) = match register(probe, &answers.registration, redirect).await {
            Ok(registered) => registered,
            // What was found stays found.
            Err(_) if !drafts.is_empty() => break,
            Err(error) => return Err(error),
        };
        match registered {
            Registered::Client(client) => {
                let is_echoed = client.redirects.iter().any(|registered| registered == redirect);
                client.remove(probe).await;
                if is_echoed {
                    let location = "oauth:authorization-server#registration_endpoint";
                    let sample =
                        Sample::whole(redirect, format!("redirect:{kind}")).after(answer.request, answer.status);
                    let draft = Draft::new(Severity::High, Confidence::Confirmed, location, message);
                    drafts.push(draft.distinct(format!("{kind}:{}", answers.issuer)).sample(sample));
                }
            }
            Registered::Refused(429) if drafts.is_empty() => {
                return Ok(Verdict::not_assessed("the authorization server limits how many clients it registers"));
            }
            Registered::Refused(429) => break,
            Registered::Refused(_) => {}
        }
    }
    Ok(Verdict::Decided(drafts))
}
