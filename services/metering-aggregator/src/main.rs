//! metering-aggregator: usage events to totals per organisation, meter and hour.

mod aggregator;

/// Settings of the metering aggregator, from flags or environment.
#[derive(Debug, clap::Parser)]
struct Settings {
    /// Those of every worker.
    #[command(flatten)]
    worker: runtime::Settings,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = runtime::settings().await?;
    let parts = runtime::Parts::connect("metering-aggregator", settings.worker).await?;
    let handler = aggregator::Aggregator::new(&parts);
    runtime::run(handler, parts).await
}
