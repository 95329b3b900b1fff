//! What one run of a program costs.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use wait4::Wait4 as _;

/// Time and memory of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// From its start to its end.
    pub(crate) wall: Duration,
    /// On all cores, in user and kernel.
    pub(crate) cpu: Duration,
    /// Largest resident set, in bytes.
    pub(crate) peak: u64,
}

/// Runs a program to its end, which must be a good one.
pub(crate) fn run(program: &Path, arguments: &[OsString]) -> anyhow::Result<Cost> {
    let begun = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .with_context(|| format!("start {}", program.display()))?;
    let ended = child.wait4().context("wait for the program")?;
    let wall = begun.elapsed();
    ensure!(ended.status.success(), "`{} {arguments:?}` ended with {}", program.display(), ended.status);
    Ok(Cost { wall, cpu: ended.rusage.utime + ended.rusage.stime, peak: ended.rusage.maxrss })
}
