//! The servers to measure with, in a process of their own. In that of the bench they would count as memory of each
//! program that it starts: a process begins its life as a copy of the one that starts it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use servers::{Running, start};

use crate::samples::{small, twenty_tools};

/// The word that makes this program serve.
const SERVE: &str = "serve";
/// How many servers with five tools there are.
const SMALL: usize = 10;

/// Servers that run until this is dropped.
pub(crate) struct Servers {
    /// Addresses of servers with five tools.
    pub(crate) small: Vec<String>,
    /// The address of a server with twenty tools.
    pub(crate) twenty_tools: String,
    child: Child,
}

impl Servers {
    /// Starts this program once more, as the servers.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("find this program")?;
        let mut child = Command::new(own)
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("start the servers")?;
        let output = child.stdout.take().context("the output of the servers")?;
        let mut urls = BufReader::new(output).lines().take(SMALL + 1).collect::<Result<Vec<String>, _>>()?;
        let twenty_tools = urls.pop().context("the addresses of the servers")?;
        Ok(Self { small: urls, twenty_tools, child })
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // They end with their input.
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// Whether this process is to be the servers.
pub(crate) fn is_asked_for() -> bool {
    std::env::args().nth(1).is_some_and(|word| word == SERVE)
}

/// Serves until standard input ends. Prints the addresses.
pub(crate) fn serve() -> anyhow::Result<()> {
    let small = (0..SMALL).map(|_| start(&small()));
    let servers: Vec<Running> = small.chain([start(&twenty_tools())]).collect();
    let mut output = std::io::stdout();
    for server in &servers {
        writeln!(output, "{}", server.url())?;
    }
    output.flush()?;
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
