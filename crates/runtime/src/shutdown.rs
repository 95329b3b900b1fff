//! From a signal to the token that every loop watches.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// Cancels the returned token on the first SIGTERM or SIGINT. A second one ends the process at once: somebody who
/// presses Ctrl-C twice does not want to wait for the drain.
pub(crate) fn on_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("watch SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("watch SIGINT")?;
    let shutdown = CancellationToken::new();
    let token = shutdown.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let name = next().await;
        info!("got {name}, finishing what is running");
        token.cancel();
        let name = next().await;
        warn!("got {name} again, ending now: unfinished messages return after their visibility timeout");
        std::process::exit(1);
    });
    Ok(shutdown)
}
