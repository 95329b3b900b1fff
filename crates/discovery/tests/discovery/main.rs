//! Discovery as its users see it: files in, servers out. Every text here is made up.

mod archives;
mod clients;
mod code;
mod declared;
mod fixes;
mod hostile;
mod machines;
mod surroundings;
mod trees;

use contracts::api::scans::DiscoveredMcp;
use discovery::Discovery;

/// Reads one file.
fn read(path: &str, text: &str) -> Discovery {
    let mut found = Discovery::default();
    found.read(path, text);
    found
}

/// One line per server: what its file says about it.
fn shown(found: &Discovery) -> String {
    let servers = found.mcps.iter().map(line);
    let skipped = found.skipped.iter().map(|file| format!("skipped {}: {}", file.path, file.reason));
    servers.chain(skipped).collect::<Vec<_>>().join("\n")
}

fn line(mcp: &DiscoveredMcp) -> String {
    let mut parts = vec![format!("{}:{} {} {}", mcp.client, mcp.line.unwrap_or_default(), mcp.name, mcp.transport)];
    parts.extend(mcp.project.as_ref().map(|project| format!("in {project}")));
    parts.extend((!mcp.command.is_empty()).then(|| format!("`{}`", mcp.command.join(" "))));
    parts.extend(mcp.url.clone());
    parts.extend(mcp.package.clone());
    parts.extend((!mcp.env_names.is_empty()).then(|| format!("env {}", mcp.env_names.join(" "))));
    parts.extend((!mcp.header_names.is_empty()).then(|| format!("headers {}", mcp.header_names.join(" "))));
    parts.extend(mcp.disabled.then(|| "disabled".to_owned()));
    parts.join(" ")
}
