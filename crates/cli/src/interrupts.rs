//! Ctrl-C, counted from the start of the program, so that none is lost however early it comes.

use tokio::sync::watch;

use crate::progress::Display;

/// What somebody hears who pressed Ctrl-C.
pub(crate) const STOPPING: &str = "stopping; showing what was found so far (Ctrl-C again to quit at once)";

/// The presses of Ctrl-C so far.
pub(crate) struct Interrupts(watch::Receiver<u32>);

impl Interrupts {
    /// Listens from now on. Where the system refuses that, Ctrl-C ends the program as usual.
    pub(crate) fn listen() -> Self {
        let (presses, seen) = watch::channel(0);
        match stream() {
            Ok(mut stream) => {
                tokio::spawn(async move {
                    while stream.recv().await.is_some() {
                        presses.send_modify(|count| *count += 1);
                    }
                });
            }
            Err(error) => tracing::info!(%error, "cannot listen for Ctrl-C"),
        }
        Self(seen)
    }

    /// Goes on with what is under way, which shows what it has once Ctrl-C was pressed, and says so then.
    pub(crate) async fn telling<T>(&self, display: &Display, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.reach(1) => display.say(STOPPING),
        }
        work.await
    }

    /// Waits until Ctrl-C was pressed that often.
    pub(crate) async fn reach(&self, presses: u32) {
        if self.0.clone().wait_for(|count| *count >= presses).await.is_err() {
            // Nobody listens, so it never comes.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
fn stream() -> std::io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn stream() -> std::io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
