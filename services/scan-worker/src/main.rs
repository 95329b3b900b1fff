//! scan-worker: discovery of the MCP servers in one uploaded archive, uploaded or local tree, or in repositories of GitHub.

mod archive;
mod changes;
mod compare;
mod findings;
mod github;
mod github_apps;
mod manifests;
mod masked;
mod settings;
mod tree;
mod worker;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: settings::Settings = runtime::settings().await?;
    let parts = runtime::Parts::connect("scan-worker", settings.worker.clone()).await?;
    let handler = worker::ScanWorker::new(&parts, &settings)?;
    runtime::run(handler, parts).await
}
