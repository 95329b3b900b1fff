//! Runs one of the servers by hand: over HTTP on loopback, or over standard input and output.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Parser, Subcommand};

/// Small MCP servers: clean ones, ones that are each wrong in one way, and a hostile one.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Names all servers.
    List,
    /// Serves on 127.0.0.1 until it is stopped. Prints the URL and, where one is needed, the token.
    Http {
        /// Which server.
        name: String,
        /// The port; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Serves standard input and output until the input ends.
    Stdio {
        /// Which server.
        name: String,
    },
}

fn main() -> anyhow::Result<()> {
    let mut output = std::io::stdout();
    match Arguments::parse().command {
        Command::List => {
            let line = |fixture: &servers::Fixture| format!("{:<32} {}\n", fixture.name, fixture.summary);
            output.write_all(servers::ALL.iter().map(line).collect::<String>().as_bytes())?;
        }
        Command::Http { name, port } => {
            let running = servers::start_on((find(&name)?.build)(), port);
            writeln!(output, "{}", running.url())?;
            if let Some(token) = running.token() {
                writeln!(output, "Authorization: Bearer {token}")?;
            }
            output.flush()?;
            running.wait();
        }
        Command::Stdio { name } => {
            let server = (find(&name)?.build)();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let end = runtime.block_on(servers::stdio::serve(server));
            // A read of standard input cannot be called off.
            runtime.shutdown_background();
            end?;
        }
    }
    Ok(())
}

fn find(name: &str) -> anyhow::Result<&'static servers::Fixture> {
    let found = servers::ALL.iter().find(|fixture| fixture.name == name);
    found.with_context(|| format!("there is no server `{name}`: `servers list` names them all"))
}
