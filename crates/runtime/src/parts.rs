//! Everything that a service needs around its handler.

use std::time::Duration;

use anyhow::Context as _;
use aws_config::BehaviorVersion;
use aws_config::timeout::TimeoutConfig;
use store::Store;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Telemetry;
use crate::{Bus, ProgressPublisher, Settings, metrics, shutdown};

/// What a service is built from. Cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// Name of the service, as in its folder: `alert-sender`.
    pub name: &'static str,
    /// Its settings.
    pub settings: Settings,
    /// Region, credentials and endpoints of AWS, for clients that only this service has.
    pub aws: aws_config::SdkConfig,
    /// Database and objects.
    pub store: Store,
    /// Where messages go.
    pub bus: Bus,
    /// What dashboards see.
    pub progress: ProgressPublisher,
    /// Cancelled when the process is asked to stop. Long work of a service's own watches it.
    pub shutdown: CancellationToken,
    pub(crate) telemetry: Telemetry,
}

impl Parts {
    /// Starts logging, metrics and signal handling, and prepares all clients. Sends nothing yet, so that a cold start
    /// stays fast.
    pub async fn connect(name: &'static str, settings: Settings) -> anyhow::Result<Self> {
        let telemetry = Telemetry::start(name, &settings)?;
        metrics::start();
        let shutdown = shutdown::on_signal()?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            // Time to the first byte of an answer, which a long poll of 20 s delays.
            .read_timeout(Duration::from_secs(30))
            .build();
        let aws = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).load().await;
        let store = Store::connect(&aws, &settings.store);
        let bus = Bus::new(&aws, store.clone(), settings.bus.clone());
        let progress = ProgressPublisher::new(settings.redis_url.as_ref()).context("read REDIS_URL")?;
        Ok(Self { name, settings, aws, store, bus, progress, shutdown, telemetry })
    }
}
