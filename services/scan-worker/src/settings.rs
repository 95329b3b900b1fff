//! What the scan worker is told at its start.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use contracts::ids::OrgId;
use detect::evidence::{EvidenceKey, Masker};
use discovery::github::{Credential, GitHub};
use outbound::Policy;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::github_apps::apps;

/// Settings of the scan worker, from flags or environment. Missing or malformed values stop the start.
#[derive(Debug, clap::Parser)]
pub(crate) struct Settings {
    /// Those of every worker.
    #[command(flatten)]
    pub(crate) worker: runtime::Settings,
    /// Folder below which scans of local folders are allowed. None are without it.
    #[arg(long, env = "MCP_AUDIT_LOCAL_ROOT")]
    pub(crate) local_root: Option<PathBuf>,
    /// GitHub, or a GitHub Enterprise server with a public address.
    #[arg(long, env = "MCP_AUDIT_GITHUB_URL", default_value = "https://api.github.com")]
    pub(crate) github_url: Url,
    /// Tokens for GitHub, as ORG=TOKEN with the id of an organisation of ours, separated by commas. Each is used for scans
    /// of its organisation only; others see public repositories.
    #[arg(long, env = "MCP_AUDIT_GITHUB_TOKENS", hide_env_values = true)]
    pub(crate) github_tokens: Option<SecretString>,
    /// Installations of GitHub Apps, instead of tokens: a JSON array of objects with `org` (the id of an organisation of ours),
    /// `app` (the client id), `installation` (its number) and `private_key` (PEM), or the path of a file with it.
    #[arg(long, env = "MCP_AUDIT_GITHUB_APPS", hide_env_values = true)]
    pub(crate) github_apps: Option<SecretString>,
    /// Key for the digests in evidence: 64 hexadecimal digits, the same on all replicas and as that of the test orchestrator.
    #[arg(long, env = "MCP_AUDIT_EVIDENCE_KEY", hide_env_values = true)]
    pub(crate) evidence_key: SecretString,
    /// Allows a GitHub on loopback addresses. Only for a local cloud; a deployed environment refuses to start with it.
    #[arg(long, env = "MCP_AUDIT_ALLOW_LOOPBACK_TARGETS")]
    pub(crate) allow_loopback_targets: bool,
}

impl Settings {
    /// What masks findings.
    pub(crate) fn masker(&self) -> anyhow::Result<Arc<Masker>> {
        let key = EvidenceKey::from_hex(self.evidence_key.expose_secret())
            .context("MCP_AUDIT_EVIDENCE_KEY must be 64 hexadecimal digits, for example from `openssl rand -hex 32`")?;
        Ok(Arc::new(Masker::new(key)))
    }
}

/// GitHub as each organisation may see it. Nothing that one has read is kept for another.
pub(crate) struct GitHubs {
    by_organisation: HashMap<OrgId, GitHub>,
    public: GitHub,
}

/// How much of the answers for one organisation is kept, so that recurring scans need not read them again.
const CACHE_BYTES: usize = 32 << 20;
/// How much is read of one repository, manifests included. A worker has half a gigabyte of memory.
const REPOSITORY_BYTES: u64 = 96 << 20;
/// How long one worker waits for the limits of GitHub: they end within the hour.
const WAITING: Duration = Duration::from_mins(65);

impl GitHubs {
    pub(crate) fn new(settings: &Settings, masker: &Arc<Masker>) -> anyhow::Result<Self> {
        let mut addresses = Policy::PublicOnly;
        if settings.allow_loopback_targets {
            settings.worker.require_local("--allow-loopback-targets")?;
            addresses = Policy::AllowLoopback;
        }
        let github = |credential: Credential| {
            let mut github = discovery::github::Settings::new(settings.github_url.clone());
            github.addresses = addresses;
            github.cache_bytes = CACHE_BYTES;
            github.limits.waiting = WAITING;
            github.limits.bytes = REPOSITORY_BYTES;
            github.credential = credential;
            github.masker = Some(Arc::clone(masker));
            GitHub::new(github)
        };
        let tokens = tokens(settings.github_tokens.as_ref())?.into_iter();
        let apps = apps(settings.github_apps.as_ref())?.into_iter();
        let tokens = tokens.map(|(org, token)| (org, Credential::Token(token)));
        let mut by_organisation = HashMap::new();
        for (org, credential) in tokens.chain(apps.map(|(org, app)| (org, Credential::App(app)))) {
            let is_of = || format!("read the settings of organisation {org} for GitHub");
            let github = github(credential).with_context(is_of)?;
            ensure!(
                by_organisation.insert(org.clone(), github).is_none(),
                "organisation {org} has a token in MCP_AUDIT_GITHUB_TOKENS and an app in MCP_AUDIT_GITHUB_APPS: remove one"
            );
        }
        Ok(Self { by_organisation, public: github(Credential::None).context("read the settings for GitHub")? })
    }

    /// GitHub for an organisation.
    pub(crate) fn of(&self, org: &OrgId) -> &GitHub {
        self.by_organisation.get(org).unwrap_or(&self.public)
    }
}

/// Reads the tokens. What is wrong is told without them.
fn tokens(given: Option<&SecretString>) -> anyhow::Result<Vec<(OrgId, SecretString)>> {
    let entries = given.map(ExposeSecret::expose_secret).unwrap_or_default().split(',').map(str::trim);
    let mut tokens: Vec<(OrgId, SecretString)> = Vec::new();
    for (number, entry) in (1..).zip(entries.filter(|entry| !entry.is_empty())) {
        let wrong =
            || format!("MCP_AUDIT_GITHUB_TOKENS, entry {number}: write it as ORG=TOKEN with an organisation's id");
        let (org, token) = entry.split_once('=').with_context(wrong)?;
        let org: OrgId = org.trim().parse().ok().with_context(wrong)?;
        ensure!(!token.trim().is_empty(), wrong());
        ensure!(
            tokens.iter().all(|(other, _)| *other != org),
            "MCP_AUDIT_GITHUB_TOKENS has two tokens for organisation {org}"
        );
        tokens.push((org, token.trim().into()));
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let shown = |(org, token): (OrgId, SecretString)| (org.to_string(), token.expose_secret().to_owned());
        match tokens(Some(&text.into())) {
            Ok(tokens) => Ok(tokens.into_iter().map(shown).collect()),
            Err(error) => Err(format!("{error:#}")),
        }
    }

    #[test]
    fn each_organisation_has_its_token() {
        let pair = |org: &str, token: &str| (org.to_owned(), token.to_owned());
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read(" org-1=ghp_a, org-2 = ghp_b=,"), Ok(vec![pair("org-1", "ghp_a"), pair("org-2", "ghp_b=")]));
        for bad in ["ghp_hidden", "=ghp_hidden", "org 1=ghp_hidden", "org-1=", "org-1=ghp_hidden,org-1=ghp_hidden"] {
            let error = read(bad).expect_err(bad);
            assert!(!error.contains("hidden") && error.contains("MCP_AUDIT_GITHUB_TOKENS"), "{error}");
        }
    }
}
