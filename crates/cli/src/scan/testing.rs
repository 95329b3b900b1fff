//! `mcp-audit scan --test`: goes on to test what was found.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contracts::api::scans::{DiscoveredMcp, McpKind};
use contracts::audit::Level;
use discovery::{Launch, launches, read_file};
use engine::{Neighbour, Options, Target};
use url::Url;

use crate::arguments::{Scan, ScanFormat};
use crate::companions::is_same;
use crate::gate::Exit;
use crate::installation::evidence_key;
use crate::interrupts::Interrupts;
use crate::output::{BOLD, DIM};
use crate::packages::Given;
use crate::progress::Display;
use crate::run::{Failure, Prepared, internal, usage};
use crate::several::{self, Planned};

/// Refuses what cannot be done before anything is searched.
pub(super) fn check(arguments: &Scan) -> Result<(), Failure> {
    if arguments.test && arguments.format != ScanFormat::Table && arguments.output.is_none() {
        return Err(usage("the tests are shown as tables: write the scan to a file with `--output FILE`".to_owned()));
    }
    if arguments.test && !arguments.yes && !io::stdin().is_terminal() {
        return Err(usage("--test starts what it finds, and nobody can be asked here: add --yes".to_owned()));
    }
    Ok(())
}

/// A server to test.
struct Server {
    name: String,
    config_path: String,
    /// Its address or command, with secrets masked.
    shown: String,
    target: Target,
}

/// Tests what was found, after asking.
pub(super) async fn go_on(
    arguments: &Scan,
    found: &[DiscoveredMcp],
    interrupts: &Arc<Interrupts>,
) -> Result<Exit, Failure> {
    // Bars would move over the question.
    let lines = if arguments.quiet { Display::Quiet } else { Display::Lines };
    let servers = servers(arguments, found, &lines);
    if servers.is_empty() {
        lines.say("nothing was found that could be tested");
        return Ok(Exit::Clean);
    }
    if !arguments.yes && !agreed(&servers).map_err(|error| internal(format!("cannot ask: {error}")))? {
        lines.say("nothing was tested");
        return Ok(Exit::Clean);
    }
    let display = Arc::new(Display::new(arguments.quiet));
    let Some(finished) = several::run(planned(&servers), &display, interrupts).await? else {
        return Ok(Exit::Interrupted);
    };
    several::show(&finished)?;
    Ok(several::worst(&finished, arguments.fail_on, arguments.allow_incomplete))
}

/// The servers that clients start or reach, each once. Says why others are left out.
fn servers(arguments: &Scan, found: &[DiscoveredMcp], display: &Display) -> Vec<Server> {
    let mut files: BTreeMap<&str, Vec<&DiscoveredMcp>> = BTreeMap::new();
    for mcp in found.iter().filter(|mcp| mcp.kind == McpKind::Configured && !mcp.disabled) {
        files.entry(&mcp.config_path).or_default().push(mcp);
    }
    let mut servers: Vec<Server> = Vec::new();
    for (path, mcps) in files {
        let left_out = |mcp: &DiscoveredMcp, reason: &str| {
            display.say(&format!("not tested: {} in {path}: {reason}", mcp.name));
        };
        let text = match read_file(&place(arguments, path)) {
            Ok((_, text)) => text,
            Err(reason) => {
                for mcp in mcps {
                    left_out(mcp, &reason);
                }
                continue;
            }
        };
        let lookup = |name: &str| variable(arguments, name);
        let mut launches: BTreeMap<_, _> = launches(&mcps[0].client, path, &text, &lookup).into_iter().collect();
        for mcp in mcps {
            let launch = launches.remove(&mcp.mcp_id).unwrap_or_else(|| Err("its file has changed".to_owned()));
            match launch.and_then(target) {
                Ok(target) if servers.iter().any(|server| is_same(&server.target, &target)) => {}
                Ok(target) => servers.push(Server {
                    name: mcp.name.clone(),
                    config_path: path.to_owned(),
                    shown: mcp.url.clone().unwrap_or_else(|| mcp.command.join(" ")),
                    target,
                }),
                Err(reason) => left_out(mcp, &reason),
            }
        }
    }
    servers
}

/// Where a file of the scan is.
fn place(arguments: &Scan, path: &str) -> PathBuf {
    match &arguments.path {
        _ if arguments.machine => PathBuf::from(path),
        file if file.is_file() => file.clone(),
        folder => folder.join(path),
    }
}

/// What clients put in the place of a reference: a variable of the environment, or a folder that they know.
fn variable(arguments: &Scan, name: &str) -> Option<String> {
    let folder = |path: &Path| path.canonicalize().ok()?.to_str().map(str::to_owned);
    match name {
        "workspaceFolder" | "CLAUDE_PROJECT_DIR" => folder(&arguments.path),
        "userHome" => folder(&std::env::home_dir()?),
        name => std::env::var(name).ok(),
    }
}

fn target(launch: Launch) -> Result<Target, String> {
    if let Some(url) = launch.url {
        let url = Url::parse(&url).map_err(|error| format!("its address is none: {error}"))?;
        return Ok(Target::Http { url, headers: launch.headers });
    }
    let (program, args) = launch.command.split_first().ok_or("its file does not say how it is started")?;
    Ok(Target::Stdio { program: program.clone(), args: args.to_vec(), env: launch.env })
}

/// Asks whether the servers may be started and contacted.
fn agreed(servers: &[Server]) -> io::Result<bool> {
    let mut terminal = anstream::stderr();
    writeln!(terminal, "\n{BOLD}To test them, these programs are started and these addresses contacted:{BOLD:#}")?;
    for Server { name, config_path, shown, .. } in servers {
        writeln!(terminal, "  {name:<20} {shown} {DIM}{config_path}{DIM:#}")?;
    }
    write!(terminal, "Only start what you trust. Go on? [y/N] ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// The tests, each beside the other servers of its file: one model uses them all.
fn planned(servers: &[Server]) -> Vec<Planned> {
    let key = evidence_key();
    let planned = servers.iter().map(|server| {
        let others = servers
            .iter()
            .filter(|other| other.config_path == server.config_path && !is_same(&other.target, &server.target));
        let neighbours = others.map(|other| Neighbour::of(&other.name, &other.target, &key)).collect();
        let given = match &server.target {
            Target::Stdio { program, args, .. } => {
                Given::of_command(&std::iter::once(program).chain(args).cloned().collect::<Vec<_>>())
            }
            Target::Http { .. } => Given::of_command(&[]),
        };
        let options = Options {
            evidence_key: key.clone(),
            neighbours: Some(neighbours),
            level: Level::Two,
            // Somebody has read the addresses and agreed.
            addresses: outbound::Policy::AllowPrivate,
            ..Options::default()
        };
        let prepared = Prepared { target: server.target.clone(), options, given, approve: None };
        Planned { name: server.name.clone(), prepared }
    });
    planned.collect()
}
