//! scan-worker: discovery of the MCP servers in one uploaded or local tree, or in repositories of GitHub.

mod changes;
mod compare;
mod github;
mod github_apps;
mod manifests;
mod masked;
mod settings;
mod worker;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: settings::Settings = runtime::settings().await?;
    let parts = runtime::Parts::connect("scan-worker", settings.worker.clone()).await?;
    let handler = worker::ScanWorker::new(&parts, &settings)?;
    runtime::run(handler, parts).await
}
