//! `make up`, `make down`, `make demo` and `make infra-apply-local`: the product on the local cloud, for people.

mod demo;
mod infra;
mod screen;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use e2e::process::{end, is_running, wait_gone};
use e2e::{Cloud, Service, Stack, cloud};
use rustix::process::Signal;

/// Runs the product on the local cloud.
#[derive(Parser)]
enum Command {
    /// Starts all services and leaves them running
    Up,
    /// Stops them
    Down,
    /// Audits two servers through the API and shows the results
    Demo,
    /// Applies the infrastructure to an emulator and runs the product on it
    Infra,
}

/// Fixed ports, so that bookmarks keep working.
const PORTS: &[(Service, u16)] = &[
    (Service::Api, 8080),
    (Service::ProgressFanout, 8081),
    (Service::ScanWorker, 8082),
    (Service::TestOrchestrator, 8083),
    (Service::ReportGenerator, 8084),
    (Service::AlertSender, 8085),
    (Service::MeteringAggregator, 8086),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Command::parse();
    let done = async {
        match command {
            Command::Up => up().await,
            Command::Down => down().await,
            Command::Demo => demo::run().await,
            Command::Infra => infra::run().await,
        }
    };
    tokio::select! {
        done = done => done,
        // Dropped, the command ends the processes that it started.
        stopped = tokio::signal::ctrl_c() => {
            stopped.context("wait for Ctrl-C")?;
            bail!("stopped by Ctrl-C; what was started is ended")
        }
    }
}

async fn up() -> anyhow::Result<()> {
    down().await?;
    let addresses: BTreeMap<_, _> =
        PORTS.iter().map(|(service, port)| (*service, format!("127.0.0.1:{port}"))).collect();
    for address in addresses.values() {
        let listener = std::net::TcpListener::bind(address);
        listener.with_context(|| format!("{address} is taken: stop the program that listens there, then try again"))?;
    }
    let stack = Stack::at(Cloud::shared()?, addresses).await?;
    screen::title("MCP Audit runs on this machine");
    screen::row("API", &stack.api_url);
    screen::row("WebSocket", stack.cloud.get("PROGRESS_PUBLIC_URL")?);
    screen::row("Mailbox", stack.cloud.get("MAILBOX_URL")?);
    screen::row("Logs", &stack.logs().display().to_string());
    screen::row("Stop it", "make down");
    let pids: Vec<_> = stack.leave().iter().map(u32::to_string).collect();
    fs::write(pid_file(), pids.join("\n")).context("note the process ids")
}

/// Stops what `up` started, and nothing else. The emulators stay: `localstack/cloud stop` ends them.
async fn down() -> anyhow::Result<()> {
    let Ok(text) = fs::read_to_string(pid_file()) else { return Ok(()) };
    let ours = |pid: &u32| {
        let program = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        PORTS.iter().any(|(service, _)| name.starts_with(&service.to_string()))
    };
    // An id may belong to somebody else by now.
    let pids: Vec<u32> =
        text.lines().filter_map(|line| line.parse().ok()).filter(|pid| is_running(*pid)).filter(ours).collect();
    for pid in &pids {
        end(*pid, Signal::TERM)?;
    }
    for pid in pids {
        wait_gone(pid, Duration::from_secs(30)).await?;
    }
    fs::remove_file(pid_file()).context("forget the process ids")
}

fn pid_file() -> PathBuf {
    cloud::root().join("target/local-services.pids")
}
