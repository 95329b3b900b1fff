//! A thread that serves until it is no longer wanted.

use std::io;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// A server that runs. It stops, with all its connections, when this is dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Serves on a runtime of its own, which ends all connections with it, also those that stream without end.
    pub(crate) fn start(serve: impl AsyncFnOnce() -> io::Result<()> + Send + 'static) -> Self {
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                tokio::select! {
                    end = serve() => end.expect("a server that serves"),
                    _ = stopped => {}
                }
            });
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }

    /// Waits until the server ends, which it does only if it fails.
    pub(crate) fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been printed by then.
            drop(thread.join());
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens where the server has already ended.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
