//! Servers that present themselves as a vendor's own while they come from elsewhere.

use contracts::audit::{Confidence, NamedTest, Need, Severity};
use url::Url;

use super::launch::{Launch, Package};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-SC-012",
    title: "Claims a vendor's identity",
    test: NamedTest::SupplyChain,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Say in the server's name who publishes it (\"… by <publisher>, unofficial\"), and do not name a vendor's site as its own.",
    tags: &[Tag::Cwe(451), Tag::McpTop10(9), Tag::Agentic(9)],
    run: Run::Static(check),
};

/// A vendor: its mark, the domains that are its own, and the package scopes or image owners that it publishes under.
struct Vendor {
    mark: &'static str,
    domains: &'static [&'static str],
    scopes: &'static [&'static str],
}

const fn vendor(mark: &'static str, domains: &'static [&'static str], scopes: &'static [&'static str]) -> Vendor {
    Vendor { mark, domains, scopes }
}

const VENDORS: [Vendor; 30] = [
    vendor("airtable", &["airtable.com"], &["airtable"]),
    vendor("asana", &["asana.com"], &["asana"]),
    vendor("atlassian", &["atlassian.com", "atlassian.net"], &["atlassian"]),
    vendor("aws", &["amazonaws.com", "aws.dev", "amazon.com"], &["aws", "awslabs", "aws-sdk", "public.ecr.aws"]),
    vendor("azure", &["azure.com", "microsoft.com"], &["azure", "microsoft", "mcr.microsoft.com"]),
    vendor("cloudflare", &["cloudflare.com", "workers.dev"], &["cloudflare"]),
    vendor("datadog", &["datadoghq.com", "datadoghq.eu"], &["datadog"]),
    vendor("discord", &["discord.com"], &["discord"]),
    vendor("dropbox", &["dropbox.com"], &["dropbox"]),
    vendor("figma", &["figma.com"], &["figma"]),
    vendor("github", &["github.com", "githubcopilot.com"], &["github", "ghcr.io/github"]),
    vendor("gitlab", &["gitlab.com"], &["gitlab", "gitlab-org"]),
    vendor("google", &["google.com", "googleapis.com"], &["google", "googleapis", "google-cloud"]),
    vendor("hubspot", &["hubspot.com", "hubapi.com"], &["hubspot"]),
    vendor("jira", &["atlassian.com", "atlassian.net"], &["atlassian"]),
    vendor("linear", &["linear.app"], &["linear"]),
    vendor("microsoft", &["microsoft.com", "azure.com"], &["microsoft", "azure", "mcr.microsoft.com"]),
    vendor("mongodb", &["mongodb.com"], &["mongodb", "mongodb-js"]),
    vendor("notion", &["notion.com", "notion.so"], &["notionhq"]),
    vendor("openai", &["openai.com"], &["openai"]),
    vendor("paypal", &["paypal.com"], &["paypal"]),
    vendor("salesforce", &["salesforce.com", "force.com"], &["salesforce"]),
    vendor("sentry", &["sentry.io", "sentry.dev"], &["sentry"]),
    vendor("shopify", &["shopify.com", "shopify.dev"], &["shopify"]),
    vendor("slack", &["slack.com"], &["slack", "slackapi"]),
    vendor("stripe", &["stripe.com"], &["stripe"]),
    vendor("supabase", &["supabase.com", "supabase.co"], &["supabase"]),
    vendor("twilio", &["twilio.com"], &["twilio", "twilio-alpha"]),
    vendor("vercel", &["vercel.com"], &["vercel"]),
    vendor("zapier", &["zapier.com"], &["zapier"]),
];
/// Words beside a mark that do not change who seems to speak.
const NEUTRAL: [&str; 12] =
    ["mcp", "server", "official", "the", "api", "remote", "inc", "service", "cloud", "by", "tools", "connector"];
/// Sites where anybody publishes: an address there claims nothing.
const SHARED_HOSTS: [&str; 4] = ["github.com", "gitlab.com", "workers.dev", "notion.so"];

fn check(snapshot: &Snapshot) -> Verdict {
    let origin = match (&snapshot.url, Launch::of(snapshot).and_then(|launch| launch.package())) {
        (_, Some(package)) => Origin::Package(package),
        (Some(url), None) if !snapshot.loopback => Origin::Host(host(url).unwrap_or_default()),
        _ => {
            return Verdict::needs(
                Need::Source,
                "the origin of a server on this machine does not tell its publisher: give the launch command with its package",
            );
        }
    };
    let Some((vendor, claim, text)) = claim(snapshot) else { return Verdict::PASS };
    if origin.belongs_to(vendor) {
        return Verdict::PASS;
    }
    let message = format!(
        "the server presents itself as {}, but neither its origin nor its package is that vendor's",
        vendor.mark
    );
    Draft::new(Severity::Medium, Confidence::Tentative, "server", message)
        .distinct(vendor.mark)
        .sample(Sample::whole(text, format!("identity:{claim}")))
        .into()
}

/// Where a server comes from.
enum Origin {
    Host(String),
    Package(Package),
}

impl Origin {
    fn belongs_to(&self, vendor: &Vendor) -> bool {
        match self {
            Self::Host(host) => vendor.domains.iter().any(|domain| is_within(host, domain)),
            Self::Package(package) => {
                let name = package.name.trim_start_matches('@').to_ascii_lowercase();
                // The reference servers of the protocol's own organisation carry the names of what they connect to.
                let scopes = vendor.scopes.iter().chain(&["modelcontextprotocol", "mcp"]);
                let by_scope = scopes.clone().any(|scope| name.starts_with(&format!("{scope}/")));
                let by_address = vendor.scopes.iter().any(|scope| name.contains(&format!("github.com/{scope}/")));
                by_scope || by_address
            }
        }
    }
}

/// The vendor that a server claims to be, by which field, and its text.
fn claim(snapshot: &Snapshot) -> Option<(&'static Vendor, &'static str, String)> {
    for field in ["title", "name"] {
        let Some(text) = snapshot.server_field(field) else { continue };
        let words = split(text);
        let is_claim = |vendor: &&Vendor| {
            let is_mark =
                |word: &String| word == vendor.mark || (vendor.mark == "github" && (word == "git" || word == "hub"));
            words.iter().any(is_mark)
                && words.iter().all(|word| is_mark(word) || NEUTRAL.contains(&word.as_str()))
                && text.to_ascii_lowercase().contains(vendor.mark)
        };
        if let Some(vendor) = VENDORS.iter().find(is_claim) {
            return Some((vendor, field, text.to_owned()));
        }
    }
    let website = snapshot.server_field("websiteUrl")?;
    let host = host(website)?;
    if SHARED_HOSTS.iter().any(|shared| is_within(&host, shared)) {
        return None;
    }
    let vendor = VENDORS.iter().find(|vendor| vendor.domains.iter().any(|domain| is_within(&host, domain)))?;
    Some((vendor, "websiteUrl", website.to_owned()))
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_ascii_lowercase)
}

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, launched, server};

    #[test]
    fn a_borrowed_mark_is_flagged_and_the_vendor_or_a_connector_is_not() {
        let at = |url: &str, info: serde_json::Value| {
            findings(&CHECK, &Snapshot { url: Some(url.into()), server_info: info, ..server(&[]) }).len()
        };
        assert_eq!(at("https://mcp.example.com/mcp", json!({"name": "Stripe MCP Server"})), 1);
        assert_eq!(at("https://mcp.example.com/mcp", json!({"name": "x", "websiteUrl": "https://docs.stripe.com"})), 1);
        assert_eq!(at("https://mcp.stripe.com/mcp", json!({"name": "Stripe MCP Server"})), 0);
        assert_eq!(
            at(
                "https://mcp.example.com/mcp",
                json!({"name": "acme-stripe-bridge", "websiteUrl": "https://github.com/acme/x"})
            ),
            0
        );

        let run = |command: &str| {
            findings(&CHECK, &Snapshot { server_info: json!({"name": "GitHub"}), ..launched(command) }).len()
        };
        assert_eq!(run("npx -y github-mcp-pro"), 1);
        assert_eq!(run("npx -y @modelcontextprotocol/server-github"), 0);
        assert_eq!(run("docker run ghcr.io/github/github-mcp-server"), 0);
    }
}
