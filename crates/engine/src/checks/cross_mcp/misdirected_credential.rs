//! Secrets that the configuration sends without encryption, or to a host that did not issue them.

use contracts::audit::{Confidence, NamedTest, Severity};
use url::Url;

use super::members::{audited, neighbours};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::oauth::discovery::is_loopback;
use crate::neighbour::{Credential, Neighbour};
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-012",
    title: "Credential over clear text or to a wrong host",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Correct the address (https, and a host of the issuer), and revoke the secret, which others may have seen.",
    tags: &[Tag::Cwe(319), Tag::Cwe(522), Tag::McpTop10(1)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

/// Where secrets of a known format belong. Formats that servers of anybody's own also issue are left out.
const ISSUERS: [(&str, &[&str]); 22] = [
    ("anthropic-key", &["anthropic.com"]),
    ("atlassian-token", &["atlassian.com", "atlassian.net"]),
    ("aws-access-key", &["amazonaws.com", "aws.dev", "amazon.com"]),
    ("databricks-token", &["databricks.com", "azuredatabricks.net"]),
    ("digitalocean-token", &["digitalocean.com"]),
    ("docker-token", &["docker.com", "docker.io"]),
    ("figma-token", &["figma.com"]),
    ("github-fine-grained-token", &["github.com", "githubcopilot.com", "ghe.com"]),
    ("github-token", &["github.com", "githubcopilot.com", "ghe.com"]),
    ("google-api-key", &["google.com", "googleapis.com"]),
    ("google-oauth-secret", &["google.com", "googleapis.com"]),
    ("groq-key", &["groq.com"]),
    ("huggingface-token", &["huggingface.co", "hf.co", "hf.space"]),
    ("linear-key", &["linear.app"]),
    ("notion-token", &["notion.com", "notion.so"]),
    ("openai-key", &["openai.com"]),
    ("openrouter-key", &["openrouter.ai"]),
    ("sendgrid-key", &["sendgrid.com", "twilio.com"]),
    ("shopify-token", &["shopify.com", "myshopify.com", "shopify.dev"]),
    ("slack-token", &["slack.com"]),
    ("stripe-key", &["stripe.com"]),
    ("supabase-key", &["supabase.com", "supabase.co"]),
];

fn check(probe: &Probe) -> Verdict {
    let mut drafts = misdirected(&audited(probe));
    match neighbours(probe) {
        Ok(neighbours) => drafts.extend(neighbours.iter().flat_map(misdirected)),
        // The audited entry alone can fail, but its soundness says nothing about the others.
        Err(verdict) if drafts.is_empty() => return verdict,
        Err(_) => {}
    }
    Verdict::Decided(drafts)
}

fn misdirected(member: &Neighbour) -> Vec<Draft> {
    let prefix = if member.name.is_empty() { String::new() } else { format!("{}/", member.name) };
    let mut drafts = Vec::new();
    for destination in member.destinations.iter().filter_map(|origin| Url::parse(origin).ok()) {
        if is_loopback(&destination) {
            continue;
        }
        for credential in &member.credentials {
            let (kind, message) = if destination.scheme() == "http" {
                ("clear-text", "the configuration sends a secret without encryption")
            } else if is_foreign(credential, &destination) {
                ("host", "the configuration sends a secret to a host that is not its issuer's")
            } else {
                continue;
            };
            let shown = format!("{} to {}", credential.place, destination.origin().ascii_serialization());
            drafts.push(
                Draft::new(
                    Severity::High,
                    Confidence::Confirmed,
                    format!("config:{prefix}{}", credential.place),
                    message,
                )
                .distinct(kind)
                .sample(Sample::whole(shown, format!("credential:{kind}"))),
            );
        }
    }
    drafts
}

/// Whether a secret of a known issuer goes to somebody else.
fn is_foreign(credential: &Credential, destination: &Url) -> bool {
    let Some(kind) = credential.kind.as_deref() else { return false };
    let Some((_, domains)) = ISSUERS.iter().find(|(issued, _)| *issued == kind) else { return false };
    let host = destination.host_str().unwrap_or_default().to_ascii_lowercase();
    let is_within =
        |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    // Companies run the source host under names of their own.
    let is_own_instance = kind.starts_with("github") && host.split('.').any(|label| label.contains("github"));
    !domains.iter().any(is_within) && !is_own_instance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::cross_mcp::members::tests::KEY;

    fn found(url: &str, token: &str) -> Vec<(String, String)> {
        let headers = [("Authorization".to_owned(), format!("Bearer {token}").into())];
        let member = Neighbour::remote("wiki", &Url::parse(url).expect("a URL"), &headers, &KEY);
        misdirected(&member).into_iter().map(|draft| (draft.location, draft.discriminator)).collect()
    }

    #[test]
    fn clear_text_and_foreign_hosts_are_flagged() {
        let token = format!("lin_api_{}", "Ab3dEf7hIj1kLm5nOp9qRs2tUv6wXy0zAb4dEf8h");
        let at = |kind: &str| vec![("config:wiki/headers/Authorization".to_owned(), kind.to_owned())];
        assert_eq!(found("http://wiki.example/mcp", "a-token-of-the-user"), at("clear-text"));
        assert_eq!(found("https://wiki.example/mcp", &token), at("host"));
        assert!(found("https://mcp.linear.app/mcp", &token).is_empty());
        assert!(found("https://wiki.example/mcp", "a-token-of-the-user").is_empty());
        assert!(found("http://localhost:3000/mcp", "a-token-of-the-user").is_empty());
    }
}
