//! `mcp-audit`: audits MCP servers, finds and mends configured ones from the command line, without any cloud.

mod arguments;
mod companions;
mod credentials;
mod fix;
mod gate;
mod installation;
mod interrupts;
mod output;
mod packages;
mod progress;
mod run;
mod scan;
mod several;
mod table;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::arguments::{Arguments, Command};
use crate::gate::Exit;

/// A third of an audit's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is the only way that this fails; there is nobody left to tell.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { Exit::Clean.into() } else { Exit::Usage.into() };
        }
    };
    log(arguments.verbose);
    // A test waits for one server: more threads would spend more on waking each other than they save. A scan brings its
    // own.
    let mut builder = match &arguments.command {
        Command::Test(test) if test.urls.len() > 1 => tokio::runtime::Builder::new_multi_thread(),
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(Exit::Internal, &format!("cannot start: {error}")),
    };
    let ended = match arguments.command {
        Command::Test(test) if test.urls.len() > 1 => runtime.block_on(several::test(*test)),
        Command::Test(test) => runtime.block_on(run::test(&test)),
        Command::Scan(scan) => runtime.block_on(scan::scan(&scan)),
        Command::Fix(fix) => runtime.block_on(fix::fix(&fix)),
    };
    let exit = match ended {
        Ok(exit) => exit.into(),
        Err(failure) => complain(failure.exit, &failure.message),
    };
    // Whatever still runs has been told to stop and must not keep the terminal.
    runtime.shutdown_background();
    exit
}

fn complain(exit: Exit, message: &str) -> ExitCode {
    output::complain(message);
    exit.into()
}

/// Logs go to standard error, and only when asked for: the report is what people want to see.
fn log(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        2 => tracing::Level::DEBUG,
        _ => tracing::Level::TRACE,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).init();
}
