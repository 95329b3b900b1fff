//! Runs the program to its end.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) output: String,
    /// Standard error.
    pub(crate) errors: String,
}

/// The program with these arguments, in an environment of its own.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcp-audit"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs the program with these arguments.
pub(crate) fn mcp_audit(arguments: &[&str]) -> Ended {
    let output = command(arguments).output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) }
}

/// The only document of an output.
pub(crate) fn json(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("no JSON ({error}): {output}"))
}

/// The program that serves fixtures, built beside this one.
pub(crate) fn servers() -> PathBuf {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_mcp-audit")).with_file_name("servers");
    assert!(program.is_file(), "`servers` is not built: run `cargo build --workspace --bins`");
    program
}
