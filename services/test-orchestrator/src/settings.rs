//! What the orchestrator is told at its start.

use std::path::PathBuf;

use anyhow::Context;
use engine::EvidenceKey;
use outbound::{Client, Limits};
use secrecy::{ExposeSecret, SecretString};
use supply_chain::{AdvisorySource, OfflineDatabase, OnlineApi};
use url::Url;

/// Settings of the test orchestrator, from flags or environment. Missing or malformed values stop the start.
#[derive(Debug, clap::Parser)]
pub(crate) struct Settings {
    /// Those of every worker.
    #[command(flatten)]
    pub(crate) worker: runtime::Settings,
    /// Key for the digests in evidence: 64 hexadecimal digits, the same on all replicas.
    #[arg(long, env = "MCP_AUDIT_EVIDENCE_KEY", hide_env_values = true)]
    pub(crate) evidence_key: SecretString,
    /// Allows targets on loopback addresses. Only for a local cloud; a deployed environment refuses to start with it.
    #[arg(long, env = "MCP_AUDIT_ALLOW_LOOPBACK_TARGETS")]
    pub(crate) allow_loopback_targets: bool,
    /// OSV server at a public address, which learns the names and versions of packages of discovered servers; `off` for
    /// none.
    #[arg(long, env = "MCP_AUDIT_OSV_URL", default_value = "https://api.osv.dev", value_parser = osv_server)]
    pub(crate) osv_url: OsvServer,
    /// Folder or zip of OSV records on this machine, which is asked instead of the server.
    #[arg(long, env = "MCP_AUDIT_OSV_DB")]
    pub(crate) osv_db: Option<PathBuf>,
}

/// Who is asked about advisories, where there is no database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OsvServer {
    Off,
    At(Url),
}

fn osv_server(text: &str) -> Result<OsvServer, String> {
    if text == "off" {
        return Ok(OsvServer::Off);
    }
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.map(OsvServer::At).ok_or_else(|| "give an address such as `https://api.osv.dev`, or `off`".to_owned())
}

impl Settings {
    /// Which addresses a test may connect to.
    pub(crate) fn addresses(&self) -> anyhow::Result<outbound::Policy> {
        if !self.allow_loopback_targets {
            return Ok(outbound::Policy::PublicOnly);
        }
        self.worker.require_local("--allow-loopback-targets")?;
        Ok(outbound::Policy::AllowLoopback)
    }

    /// Where advisories are looked up, if anywhere.
    pub(crate) fn advisories(&self) -> anyhow::Result<Option<AdvisorySource>> {
        if let Some(path) = &self.osv_db {
            let database = OfflineDatabase::open(path).context("open the database of MCP_AUDIT_OSV_DB")?;
            return Ok(Some(AdvisorySource::Offline(database)));
        }
        let OsvServer::At(base) = &self.osv_url else { return Ok(None) };
        let client = Client::new(self.addresses()?, Limits::default()).context("prepare calls of the OSV server")?;
        Ok(Some(AdvisorySource::Online(OnlineApi::new(client, base.clone(), None))))
    }

    /// The evidence key as bytes.
    pub(crate) fn evidence_key(&self) -> anyhow::Result<EvidenceKey> {
        EvidenceKey::from_hex(self.evidence_key.expose_secret())
            .context("MCP_AUDIT_EVIDENCE_KEY must be 64 hexadecimal digits, for example from `openssl rand -hex 32`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_come_from_an_address_or_from_nowhere() {
        assert_eq!(osv_server("off"), Ok(OsvServer::Off));
        assert_eq!(osv_server("https://osv.example/").ok(), "https://osv.example/".parse().ok().map(OsvServer::At));
        for bad in ["", "on", "osv.example", "file:///etc"] {
            assert!(osv_server(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
