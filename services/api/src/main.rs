//! The api service.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use api::{Api, SWEEP_EVERY, Settings, Tasks, router};
use contracts::tasks::Task;
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
    let tasks = Tasks::new(api);
    if runtime::is_lambda() {
        // On the heap, as it is not always there and large.
        return Box::pin(runtime::serve_gateway(app, settings.public_url.path(), tasks, &parts)).await;
    }
    let address =
        settings.worker.listen.context("set MCP_AUDIT_LISTEN to the address of the API, such as 127.0.0.1:8080")?;
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))?;
    let tasks = Arc::new(tasks);
    let tick = Duration::from_secs(settings.schedule_tick_seconds);
    let ticking = tokio::spawn(tasks.clone().repeat(Task::StartDueScans, tick, parts.shutdown.clone()));
    let sweeping = tokio::spawn(tasks.repeat(Task::Sweep, SWEEP_EVERY, parts.shutdown.clone()));
    let served = runtime::serve_http(app, listener, &parts).await;
    parts.shutdown.cancel();
    sweeping.await.context("end the sweeper")?;
    ticking.await.context("end the tick of schedules")?;
    served
}
