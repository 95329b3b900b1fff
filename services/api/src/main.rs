//! The api service.

use std::time::Duration;

use anyhow::Context as _;
use api::{Api, Settings, Tasks, router, schedules, sweeper};
use runtime::{Parts, Queue};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = runtime::settings().await?;
    let parts = Parts::connect("api", settings.worker.clone()).await?;
    for queue in [Queue::Test, Queue::Scan, Queue::Report] {
        parts.bus.require_queue(queue)?;
    }
    let api = Api::new(&settings, &parts)?;
    let app = router(api.clone())?;
    if runtime::is_lambda() {
        // On the heap, as it is not always there and large.
        return Box::pin(runtime::serve_gateway(app, settings.public_url.path(), Tasks::new(api), &parts)).await;
    }
    let address =
        settings.worker.listen.context("set MCP_AUDIT_LISTEN to the address of the API, such as 127.0.0.1:8080")?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))?;
    let tick = Duration::from_secs(settings.schedule_tick_seconds);
    let ticking = tokio::spawn(schedules::run(api.clone(), tick, parts.shutdown.clone()));
    let sweeping = tokio::spawn(sweeper::run(api, parts.shutdown.clone()));
    let served = runtime::serve_http(app, listener, &parts).await;
    parts.shutdown.cancel();
    sweeping.await.context("end the sweeper")?;
    ticking.await.context("end the tick of schedules")?;
    served
}
