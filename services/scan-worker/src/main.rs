//! scan-worker: discovery of the MCP servers in one uploaded or local tree.

mod worker;

use std::path::PathBuf;

use clap::Parser;

/// Settings of the scan worker, from flags or environment. Missing or malformed values stop the start.
#[derive(Debug, clap::Parser)]
struct Settings {
    /// Those of every worker.
    #[command(flatten)]
    worker: runtime::Settings,
    /// Folder below which scans of local folders are allowed. None are without it.
    #[arg(long, env = "MCP_AUDIT_LOCAL_ROOT")]
    local_root: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    let parts = runtime::Parts::connect("scan-worker", settings.worker).await?;
    let handler = worker::ScanWorker::new(&parts, settings.local_root);
    runtime::run(handler, parts).await
}
