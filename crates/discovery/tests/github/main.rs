//! Repositories of GitHub, read from a server that answers as GitHub does. Every text here is made up.

mod accounts;
mod apps;
mod changes;
mod failures;
mod hostile;
mod large;

use std::sync::Mutex;
use std::time::Duration;

use discovery::Discovery;
use discovery::github::{Beside, Event, GitHub, GitHubError, RepositoryFile, Scan, Settings};
use outbound::Policy;
use servers::github::GitHub as Server;

/// A configuration with one server of this name.
fn config(name: &str) -> String {
    format!("{{\"mcpServers\": {{\"{name}\": {{\"command\": \"node\", \"args\": [\"{name}.js\"]}}}}}}")
}

/// What a scan showed.
#[derive(Default)]
struct Seen {
    repositories: Vec<String>,
    found: Discovery,
    files: Vec<RepositoryFile>,
    events: Vec<String>,
}

impl Seen {
    /// The servers as `path name`.
    fn servers(&self) -> Vec<String> {
        self.found.mcps.iter().map(|mcp| format!("{} {}", mcp.config_path, mcp.name)).collect()
    }

    /// What was passed over, as `path: reason`.
    fn skipped(&self) -> Vec<String> {
        self.found.skipped.iter().map(|file| format!("{}: {}", file.path, file.reason)).collect()
    }
}

/// For a server on this machine, with bounds for tests.
fn settings(server: &Server) -> Settings {
    let mut settings = Settings::new(server.url().parse().expect("an address"));
    settings.addresses = Policy::AllowLoopback;
    settings.limits.answer = Duration::from_secs(20);
    settings.limits.repeating = Duration::from_secs(3);
    settings.limits.waiting = Duration::from_secs(10);
    settings
}

async fn scan(server: &Server, target: &str) -> Result<Seen, GitHubError> {
    scan_with(settings(server), target, None).await
}

async fn scan_with(settings: Settings, target: &str, beside: Option<Beside>) -> Result<Seen, GitHubError> {
    scan_by(&GitHub::new(settings)?, target, beside).await
}

async fn scan_by(github: &GitHub, target: &str, beside: Option<Beside>) -> Result<Seen, GitHubError> {
    let events = Mutex::new(Vec::new());
    let watch = |event: &Event<'_>| events.lock().expect("events").push(told(event));
    let mut scan = github.scan(&source(target), beside, &watch).await?;
    let mut seen = Seen::default();
    read_all(&mut scan, &mut seen).await?;
    drop(scan);
    seen.events = events.into_inner().expect("events");
    Ok(seen)
}

async fn read_all(scan: &mut Scan<'_>, seen: &mut Seen) -> Result<(), GitHubError> {
    while let Some(scanned) = scan.next().await? {
        seen.repositories.push(scanned.repository);
        seen.found.merge(scanned.found);
        seen.files.extend(scanned.files);
    }
    Ok(())
}

/// A source; words behind the target turn options on.
fn source(text: &str) -> contracts::github::GitHubSource {
    let (target, options) = text.split_once(' ').unwrap_or((text, ""));
    contracts::github::GitHubSource {
        target: target.parse().expect("a target"),
        include_archived: options.contains("archived"),
        include_forks: options.contains("forks"),
    }
}

fn told(event: &Event<'_>) -> String {
    match event {
        Event::Listed { repositories, archived, forks } => {
            format!("{repositories} listed, {archived} archived, {forks} forks")
        }
        Event::Repository { name, number, of } => format!("{number}/{of} {name}"),
        Event::Renamed { from, to } => format!("{from} is {to}"),
        Event::Waiting { .. } => "waiting".to_owned(),
    }
}
