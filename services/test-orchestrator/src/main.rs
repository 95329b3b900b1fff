//! test-orchestrator: one security test of one MCP server, phase by phase, resumable.

mod announce;
mod groups;
mod orchestrator;
mod packages;
mod settings;
mod steps;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: settings::Settings = runtime::settings().await?;
    let parts = runtime::Parts::connect("test-orchestrator", settings.worker.clone()).await?;
    let handler = orchestrator::Orchestrator::new(&parts, &settings)?;
    runtime::run(handler, parts).await
}
