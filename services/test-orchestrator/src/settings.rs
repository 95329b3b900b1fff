//! What the orchestrator is told at its start.

use anyhow::Context;
use engine::EvidenceKey;
use secrecy::{ExposeSecret, SecretString};

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

    /// The evidence key as bytes.
    pub(crate) fn evidence_key(&self) -> anyhow::Result<EvidenceKey> {
        parse_key(self.evidence_key.expose_secret())
            .context("MCP_AUDIT_EVIDENCE_KEY must be 64 hexadecimal digits, for example from `openssl rand -hex 32`")
    }
}

fn parse_key(hex: &str) -> Option<EvidenceKey> {
    let hex = hex.trim();
    if hex.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(EvidenceKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(parse_key(&"0f".repeat(32)).map(|key| key.0), Some([15; 32]));
        for bad in ["", "0f", &"zz".repeat(32), &"é".repeat(32)] {
            assert!(parse_key(bad).is_none(), "{bad:?} was accepted");
        }
    }
}
