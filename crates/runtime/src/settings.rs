//! Settings that every service has, from flags or environment.

use std::net::SocketAddr;
use std::num::{NonZeroUsize, ParseFloatError};
use std::time::Duration;

use secrecy::SecretString;

/// Settings of the runtime. A service flattens them into its own. Missing or malformed values stop the start.
#[derive(clap::Args, Debug, Clone)]
// Flattened next to other structs named `Settings`, whose groups would bear the same name.
#[group(skip)]
pub struct Settings {
    /// Environment that this process belongs to, such as `local` or `prod`; shown in logs and traces.
    #[arg(long, env = "MCP_AUDIT_ENV", default_value = "local")]
    pub environment: String,

    /// Queue that this worker consumes. Not needed inside Lambda, whose event source names the queue.
    #[arg(long, env = "QUEUE_URL")]
    pub queue_url: Option<String>,

    /// How many messages are handled at the same time.
    #[arg(long, env = "MCP_AUDIT_CONCURRENCY", default_value = "4")]
    pub concurrency: NonZeroUsize,

    /// Seconds that one receive waits for messages, 0 to 20. A stopping worker waits for its last receive, so that no
    /// message is lost on the way; shorten this where quick stops matter more than the price of requests.
    #[arg(long, env = "MCP_AUDIT_RECEIVE_WAIT_SECONDS", default_value = "20", value_parser = clap::value_parser!(u8).range(0..=20))]
    pub receive_wait_seconds: u8,

    /// Seconds before the first retry of a message; each further one waits three times longer, up to 15 minutes.
    #[arg(long = "retry-delay-seconds", env = "MCP_AUDIT_RETRY_DELAY_SECONDS", default_value = "10", value_parser = seconds)]
    pub retry_delay: Duration,

    /// Seconds that running work may take to finish once the process is asked to stop.
    #[arg(long = "drain-timeout-seconds", env = "MCP_AUDIT_DRAIN_TIMEOUT_SECONDS", default_value = "25", value_parser = seconds)]
    pub drain_timeout: Duration,

    /// Address for HTTP. A worker serves `/healthz` and `/metrics` there, and nothing where it is absent.
    #[arg(long, env = "MCP_AUDIT_LISTEN")]
    pub listen: Option<SocketAddr>,

    /// OpenTelemetry collector (OTLP over HTTP, such as `http://127.0.0.1:4318`). Without it no spans are exported.
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub otlp_endpoint: Option<String>,

    /// Redis for progress. Without it work goes on and dashboards poll.
    #[arg(long, env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<SecretString>,

    /// Where messages go.
    #[command(flatten)]
    pub bus: BusSettings,

    /// Where state is kept.
    #[command(flatten)]
    pub store: store::Settings,
}

impl Settings {
    /// Fails in a deployed environment, for options that would be dangerous there.
    pub fn require_local(&self, option: &str) -> anyhow::Result<()> {
        let environment = self.environment.as_str();
        if matches!(environment, "dev" | "staging" | "prod") {
            anyhow::bail!("{option} is for a local cloud only, and this is `{environment}`: remove it");
        }
        Ok(())
    }
}

/// Addresses of the topic and the queues. Each is needed only by the services that send there.
#[derive(clap::Args, Debug, Clone, Default)]
pub struct BusSettings {
    /// Topic of all facts.
    #[arg(long, env = "MCP_AUDIT_TOPIC_ARN")]
    pub topic_arn: Option<String>,

    /// Queue of scan-worker.
    #[arg(long, env = "MCP_AUDIT_SCAN_QUEUE_URL")]
    pub scan_queue_url: Option<String>,

    /// Queue of test-orchestrator.
    #[arg(long, env = "MCP_AUDIT_TEST_QUEUE_URL")]
    pub test_queue_url: Option<String>,

    /// Queue of report-generator.
    #[arg(long, env = "MCP_AUDIT_REPORT_QUEUE_URL")]
    pub report_queue_url: Option<String>,

    /// Queue of alert-sender.
    #[arg(long, env = "MCP_AUDIT_ALERT_QUEUE_URL")]
    pub alert_queue_url: Option<String>,

    /// Queue of metering-aggregator.
    #[arg(long, env = "MCP_AUDIT_METERING_QUEUE_URL")]
    pub metering_queue_url: Option<String>,
}

/// Why a text is not a number of seconds.
#[derive(Debug, thiserror::Error)]
enum InvalidSeconds {
    #[error(transparent)]
    Number(#[from] ParseFloatError),
    #[error("must be 0 to 43200 seconds")]
    Range,
}

/// Reads seconds, with fractions, up to the 12 hours that SQS can hide a message.
fn seconds(text: &str) -> Result<Duration, InvalidSeconds> {
    let seconds: f64 = text.parse()?;
    if (0.0..=43_200.0).contains(&seconds) { Ok(Duration::from_secs_f64(seconds)) } else { Err(InvalidSeconds::Range) }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};
    use secrecy::ExposeSecret;

    use super::*;

    #[derive(Parser)]
    struct Service {
        #[command(flatten)]
        worker: Settings,
    }

    #[test]
    fn the_flags_are_consistent_and_secrets_do_not_print() {
        Service::command().debug_assert();
        let redis = "redis://:hush@127.0.0.1:6379";
        let stores = ["--table", "t", "--reports-bucket", "r", "--manifests-bucket", "m"];
        let ours = ["service", "--redis-url", redis, "--drain-timeout-seconds", "0.5"];
        let service = Service::parse_from(ours.into_iter().chain(stores));
        assert_eq!(service.worker.drain_timeout, Duration::from_millis(500));
        assert_eq!(service.worker.redis_url.as_ref().unwrap().expose_secret(), redis);
        assert!(!format!("{:?}", service.worker).contains("hush"));
    }

    #[test]
    fn seconds_have_a_range() {
        assert_eq!(seconds("1.5").unwrap(), Duration::from_millis(1500));
        for bad in ["", "-1", "NaN", "inf", "43201"] {
            assert!(seconds(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
