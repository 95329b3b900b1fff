//! An emulator of AWS of our own, with every service that the infrastructure names.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::process::Command;

use crate::Process;
use crate::cloud::root;
use crate::stack::free_address;

/// From the start of the program to its first answer.
const START: Duration = Duration::from_mins(1);

/// A running emulator. Ends when dropped.
pub struct Emulator {
    /// Where all services answer.
    pub address: SocketAddr,
    process: Process,
}

impl Emulator {
    /// Starts ministack, which the local cloud has installed, with nothing in it and its files in `folder`.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
        let address: SocketAddr = free_address()?.parse()?;
        let mut command = Command::new(root().join("localstack/.state/ministack/bin/python"));
        // Nothing of the caller's: variables of an account or of the local cloud would send it elsewhere.
        let kept = |(name, _): &(String, String)| matches!(name.as_str(), "PATH" | "HOME" | "LANG");
        command.env_clear().envs(std::env::vars().filter(kept));
        command.args(["-m", "ministack"]).current_dir(folder);
        let host = address.ip().to_string();
        command.env("BIND_HOST", &host).env("MINISTACK_HOST", &host).env("GATEWAY_PORT", address.port().to_string());
        command.env("STATE_DIR", folder.join("state")).env("TMPDIR", folder).env("IOT_MTLS_ENABLED", "0");
        let process = Process::spawn("ministack", &mut command, &folder.join("log"))?;
        let mut emulator = Self { address, process };
        let health = format!("{}/_ministack/health", emulator.url());
        emulator.process.wait_healthy(&health, START).await?;
        Ok(emulator)
    }

    /// Where all services answer.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it and forgets what it held.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.process.kill().await
    }
}
