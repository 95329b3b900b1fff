//! Settings, from flags or environment.

use std::time::Duration;

use crate::fanout::Limits;
use crate::origin::AllowedOrigin;

/// Settings of progress-fanout. Missing or malformed values stop the start.
#[derive(Debug, clap::Parser)]
#[command(version, about = "Streams the progress of tests and scans to dashboards")]
pub struct Settings {
    /// What every service has. `REDIS_URL` is needed here; `MCP_AUDIT_LISTEN` is the address of the WebSocket.
    #[command(flatten)]
    pub worker: runtime::Settings,

    /// Web pages that may connect, as origins with commas between: `https://app.example,http://localhost:5173`.
    /// Programs that send no `Origin` may always connect with a ticket.
    #[arg(long, env = "MCP_AUDIT_ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<AllowedOrigin>,

    /// Connections that this process holds at most; above 1 000 raise the limit of open files as well.
    #[arg(long, env = "MCP_AUDIT_MAX_CONNECTIONS", default_value = "20000")]
    pub max_connections: usize,

    /// Connections that one organisation has to this process at most.
    #[arg(long, env = "MCP_AUDIT_MAX_CONNECTIONS_PER_ORG", default_value = "2000")]
    pub max_connections_per_org: usize,

    /// Minutes after which a client must come back with a new ticket.
    #[arg(long, env = "MCP_AUDIT_MAX_CONNECTION_AGE_MINUTES", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub max_connection_age_minutes: u64,
}

impl Settings {
    /// The limits that these settings ask for.
    pub fn limits(&self) -> Limits {
        Limits {
            connections: self.max_connections,
            connections_per_org: self.max_connections_per_org,
            max_age: Duration::from_mins(self.max_connection_age_minutes),
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_flags_are_consistent() {
        super::Settings::command().debug_assert();
    }
}
