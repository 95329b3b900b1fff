//! The progress-fanout service.

use anyhow::Context as _;
use progress_fanout::{Fanout, Settings, router};
use runtime::Parts;
use tokio::net::TcpListener;
use tracing::warn;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = runtime::settings().await?;
    let parts = Parts::connect("progress-fanout", settings.worker.clone()).await?;
    let redis_url = settings.worker.redis_url.as_ref().context("set REDIS_URL: there is no progress without Redis")?;
    let address = settings
        .worker
        .listen
        .context("set MCP_AUDIT_LISTEN to the address of the WebSocket, such as 127.0.0.1:8081")?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))?;

    let fanout = Fanout::start(redis_url, settings.allowed_origins.clone(), settings.limits(), parts.shutdown.clone())
        .context("read REDIS_URL")?;
    let served = runtime::serve_http(router(fanout.clone()), listener, &parts).await;
    // Also where serving failed, the connections that are open get their farewell.
    parts.shutdown.cancel();
    if tokio::time::timeout(parts.settings.drain_timeout, fanout.drained()).await.is_err() {
        warn!("some clients did not take their farewell in time and are cut off");
    }
    served
}
