//! report-generator: a finished test to report files.

mod generator;

/// Settings of the report generator, from flags or environment.
#[derive(Debug, clap::Parser)]
struct Settings {
    /// Those of every worker.
    #[command(flatten)]
    worker: runtime::Settings,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = runtime::settings().await?;
    let parts = runtime::Parts::connect("report-generator", settings.worker).await?;
    let handler = generator::Generator::new(&parts);
    runtime::run(handler, parts).await
}
