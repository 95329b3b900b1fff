//! What the alert sender is told at its start.

use secrecy::SecretString;
use url::Url;

/// Settings of the alert sender, from flags or environment. Missing or malformed values stop the start.
#[derive(Debug, clap::Parser)]
pub(crate) struct Settings {
    /// Those of every worker.
    #[command(flatten)]
    pub(crate) worker: runtime::Settings,
    /// Sender address; its identity is verified with SES.
    #[arg(long, env = "MCP_AUDIT_MAIL_SENDER")]
    pub(crate) mail_from: String,
    /// Public URL of the API, for links in e-mails.
    #[arg(long, env = "MCP_AUDIT_PUBLIC_URL")]
    pub(crate) public_url: Url,
    /// Key that signs the links to reports; the API has the same.
    #[arg(long, env = "MCP_AUDIT_LINK_KEY", hide_env_values = true)]
    pub(crate) link_key: SecretString,
}
