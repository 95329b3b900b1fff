//! An emulator of AWS of our own, with every service that the infrastructure names.

use std::fs;
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
    pub url: String,
    process: Process,
}

impl Emulator {
    /// Starts ministack, which the local cloud has installed, with nothing in it and its files in `folder`.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
        let address = free_address()?;
        let (host, port) = address.rsplit_once(':').context("an address has a port")?;
        let python = root().join("localstack/.state/ministack/bin/python");
        let mut command = Command::new(python);
        // Not of the local cloud, whose variables would send it to itself.
        command
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| matches!(name.as_str(), "PATH" | "HOME" | "LANG")));
        command.args(["-m", "ministack"]).current_dir(folder);
        command.env("BIND_HOST", host).env("MINISTACK_HOST", host).env("GATEWAY_PORT", port);
        command.env("STATE_DIR", folder.join("state")).env("TMPDIR", folder).env("IOT_MTLS_ENABLED", "0");
        let mut process = Process::spawn("ministack", &mut command, &folder.join("log"))?;
        let url = format!("http://{address}");
        process.wait_healthy(&format!("{url}/_ministack/health"), START).await?;
        Ok(Self { url, process })
    }

    /// Ends it and forgets what it held.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.process.kill().await
    }
}
