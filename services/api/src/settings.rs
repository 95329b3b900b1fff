//! Settings, from flags or environment.

use anyhow::{Context as _, ensure};
use axum::http::{HeaderValue, Uri};
use outbound::Policy;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// Settings of the API. Missing or malformed values stop the start.
#[derive(Debug, clap::Parser)]
#[command(version, about = "REST API of MCP Audit")]
pub struct Settings {
    /// What every service has. `MCP_AUDIT_LISTEN` is needed here, except as a Lambda function.
    #[command(flatten)]
    pub worker: runtime::Settings,

    /// Who signs people in.
    #[command(flatten)]
    pub identity: IdentitySettings,

    /// How much clients may ask for.
    #[command(flatten)]
    pub rate_limits: RateLimitSettings,

    /// Public URL of this API. With `https` browsers are told to use nothing else (HSTS). Behind an API gateway its path is the
    /// one that the domain is mapped with.
    #[arg(long, env = "MCP_AUDIT_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: Url,

    /// Public URL of the WebSocket of progress-fanout.
    #[arg(long, env = "PROGRESS_PUBLIC_URL", default_value = "ws://127.0.0.1:8081/ws")]
    pub progress_public_url: Url,

    /// Key that verifies the links in e-mails; alert-sender signs with the same. At least 32 characters.
    #[arg(long, env = "MCP_AUDIT_LINK_KEY", hide_env_values = true)]
    pub link_key: SecretString,

    /// Web pages that may call the API from a browser, as origins with commas between: `https://app.example`.
    #[arg(long, env = "MCP_AUDIT_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<HeaderValue>,

    /// How many proxies of ours are in front, each of which appends the address of its client to `X-Forwarded-For`.
    /// With 0 the header is ignored, as clients can write anything into it. An API gateway tells the address of its client
    /// otherwise, so there this is 0, or with proxies in front of the gateway their number and one.
    #[arg(long, env = "MCP_AUDIT_TRUSTED_PROXIES", default_value = "0")]
    pub trusted_proxies: usize,

    /// Seconds between two looks for scans that are due. Where this runs as a function it is called for each look instead.
    #[arg(long, env = "MCP_AUDIT_SCHEDULE_TICK_SECONDS", default_value = "30", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub schedule_tick_seconds: u64,

    /// Accepts tests of servers on loopback addresses. Only for a local cloud; the orchestrator has the same flag.
    #[arg(long, env = "MCP_AUDIT_ALLOW_LOOPBACK_TARGETS")]
    pub allow_loopback_targets: bool,
}

/// Who signs people in: a Cognito user pool, or an emulated one.
#[derive(clap::Args, Debug, Clone)]
pub struct IdentitySettings {
    /// Id of the user pool.
    #[arg(long, env = "COGNITO_POOL_ID")]
    pub cognito_pool_id: String,

    /// Id of the app client, which has no secret and allows `USER_PASSWORD_AUTH`.
    #[arg(long, env = "COGNITO_CLIENT_ID")]
    pub cognito_client_id: String,

    /// What access tokens name as `iss`.
    #[arg(long, env = "COGNITO_ISSUER")]
    pub cognito_issuer: String,

    /// Where the keys of the issuer are. Apart from the issuer, because an emulator names the issuer of AWS.
    #[arg(long, env = "COGNITO_JWKS_URL")]
    pub cognito_jwks_url: Url,

    /// Lets people confirm their address by the link that the pool mails them, instead of confirming it at once. For
    /// AWS, where the pool sends mail.
    #[arg(long, env = "MCP_AUDIT_CONFIRM_BY_MAIL")]
    pub confirm_by_mail: bool,
}

/// How much clients may ask for. Kept in Redis; without it nothing is limited. 0 turns a limit off.
#[derive(clap::Args, Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "flattened: the names of the fields are the names of the flags")]
pub struct RateLimitSettings {
    /// Requests a minute of one organisation.
    #[arg(long, env = "MCP_AUDIT_RATE_LIMIT_ORG_PER_MINUTE", default_value = "1200")]
    pub rate_limit_org_per_minute: u32,

    /// Requests a minute from one address.
    #[arg(long, env = "MCP_AUDIT_RATE_LIMIT_ADDRESS_PER_MINUTE", default_value = "600")]
    pub rate_limit_address_per_minute: u32,

    /// Attempts a minute to register, sign in or refresh from one address.
    #[arg(long, env = "MCP_AUDIT_RATE_LIMIT_SIGN_IN_PER_MINUTE", default_value = "30")]
    pub rate_limit_sign_in_per_minute: u32,
}

impl Settings {
    /// Which addresses a test may name.
    pub fn targets(&self) -> anyhow::Result<Policy> {
        if !self.allow_loopback_targets {
            return Ok(Policy::PublicOnly);
        }
        self.worker.require_local("--allow-loopback-targets")?;
        Ok(Policy::AllowLoopback)
    }

    /// The key of links.
    pub fn link_key(&self) -> anyhow::Result<SecretString> {
        let long_enough = self.link_key.expose_secret().len() >= 32;
        ensure!(
            long_enough,
            "MCP_AUDIT_LINK_KEY must have at least 32 characters, for example from `openssl rand -hex 32`"
        );
        Ok(self.link_key.clone())
    }

    /// The URL of the WebSocket.
    pub fn progress_url(&self) -> anyhow::Result<Url> {
        let scheme = self.progress_public_url.scheme();
        ensure!(matches!(scheme, "ws" | "wss"), "PROGRESS_PUBLIC_URL must begin with `ws://` or `wss://`");
        Ok(self.progress_public_url.clone())
    }
}

/// An origin as a browser sends it.
fn origin(text: &str) -> anyhow::Result<HeaderValue> {
    let url = Url::parse(text).context("write an origin as `https://app.example`")?;
    let is_origin = matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text;
    ensure!(is_origin && text.parse::<Uri>().is_ok(), "write an origin as `https://app.example`, without a path");
    Ok(HeaderValue::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        Settings::command().debug_assert();
    }

    #[test]
    fn only_what_a_browser_sends_is_an_origin() {
        assert!(origin("http://localhost:5173").is_ok());
        for bad in ["*", "null", "https://app.example/", "https://app.example:443", "app.example", "ftp://app.example"]
        {
            assert!(origin(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
