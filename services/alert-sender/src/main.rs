//! alert-sender: critical findings at once, a summary at the end, and servers that a scan found new, by e-mail.

mod compose;
mod mailbox;
mod sender;
mod settings;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings: settings::Settings = runtime::settings().await?;
    let parts = runtime::Parts::connect("alert-sender", settings.worker.clone()).await?;
    let handler = sender::AlertSender::new(&parts, &settings);
    runtime::run(handler, parts).await
}
