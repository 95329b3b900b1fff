//! Ctrl-C, counted from the start of the program, so that none is lost however early it comes.

use tokio::sync::watch;

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
