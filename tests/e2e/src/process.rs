//! Processes that a story or `make up` starts, and ends.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::wait;

/// How long a process may take to drain.
const DRAIN: Duration = Duration::from_secs(30);

/// A running process. Killed when dropped, unless it was left to itself.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program of this workspace, which must have been built.
    pub fn start<'v>(
        program: &str,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'v str, &'v str)>,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let path = binary(program)?;
        Self::spawn(program, Command::new(path).args(arguments).envs(variables), log)
    }

    /// Starts any command, its output in `log`.
    pub fn spawn(name: &str, command: &mut Command, log: &Path) -> anyhow::Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
        }
        let output = File::options().create(true).append(true).open(log).context("open the log")?;
        let errors = output.try_clone().context("open the log")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .kill_on_drop(true)
            // Ctrl-C in the terminal is for the harness, which then stops its processes in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("start `{name}`"))?;
        Ok(Self { name: name.to_owned(), child, log: log.to_path_buf() })
    }

    /// Its process id.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Fails with the end of the log if it has ended.
    pub fn check(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait().context("look at a process")? {
            None => Ok(()),
            Some(status) => bail!("`{}` ended with {status}; the end of its log:\n{}", self.name, self.log_end()),
        }
    }

    /// Waits until a URL answers with success.
    pub async fn wait_healthy(&mut self, url: &str, within: Duration) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(1)).build()?;
        let what = format!("`{}` to answer on {url}", self.name);
        let deadline = tokio::time::Instant::now() + within;
        loop {
            self.check()?;
            if client.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                bail!("waited in vain for {what}; the end of its log:\n{}", self.log_end());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks it to drain and waits for its end.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        match tokio::time::timeout(DRAIN, self.child.wait()).await {
            Ok(status) => {
                let status = status.context("wait for a process")?;
                if status.success() {
                    Ok(())
                } else {
                    bail!("`{}` ended with {status}:\n{}", self.name, self.log_end())
                }
            }
            Err(_) => bail!("`{}` did not drain within {} s", self.name, DRAIN.as_secs()),
        }
    }

    /// Ends it as a crash does, without a chance to say anything; also the end of a program that knows no draining.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.signal(Signal::KILL)?;
        self.child.wait().await.context("wait for a process")?;
        Ok(())
    }

    /// Lets it run on when this program ends.
    pub fn leave(self) -> Option<u32> {
        let pid = self.pid();
        // Dropping would kill it: the operating system takes over.
        std::mem::forget(self);
        pid
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let Some(pid) = self.pid() else { return Ok(()) };
        end(pid, signal).with_context(|| format!("signal `{}`", self.name))
    }

    fn log_end(&self) -> String {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

/// Signals a process by id.
pub fn end(pid: u32, signal: Signal) -> anyhow::Result<()> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).context("no process id")?;
    Ok(kill_process(pid, signal)?)
}

/// Whether a process runs.
pub fn is_running(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Waits until a process is gone.
pub async fn wait_gone(pid: u32, within: Duration) -> anyhow::Result<()> {
    wait::until(format!("process {pid} to end"), within, || async { Ok((!is_running(pid)).then_some(())) }).await
}

/// The built program beside this one.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe().context("find this program")?;
    let folders = here.ancestors().skip(1).take(2);
    let path = folders.map(|folder| folder.join(name)).find(|path| path.is_file());
    path.with_context(|| format!("`{name}` is not built: run `cargo build --workspace --bins`"))
}
