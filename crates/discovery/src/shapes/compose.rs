//! Compose files (<https://github.com/compose-spec/compose-spec>) whose services run MCP servers: images that say so in their
//! name or that are known, commands that start an MCP package, and services named so that are built here.

use contracts::api::scans::McpKind;

use super::{Reading, names_mcp, settings};
use crate::document::{Member, Node};
use crate::entry::Entry;
use crate::{known, package};

pub(super) fn read(document: &Node, reading: &mut Reading) {
    let services = document.get("services").map(Node::members).unwrap_or_default();
    reading.entries.extend(services.iter().filter_map(entry));
}

fn entry(service: &Member) -> Option<Entry> {
    let node = &service.node;
    let image = node.text_of(&["image"]).map(package::image);
    let mut command = node.get("entrypoint").map(Node::words).unwrap_or_default();
    command.extend(node.get("command").map(Node::words).unwrap_or_default());
    let launched = package::of(&command).filter(|package| names_mcp(&package.name));
    let runs_mcp = image.as_ref().is_some_and(|image| names_mcp(&image.name) || known::of(None, Some(image)).is_some());
    let built_here = node.get("build").is_some() && names_mcp(&service.name);
    if !runs_mcp && launched.is_none() && !built_here {
        return None;
    }
    let reachable = node.any(&["ports", "expose"]).is_some();
    Some(Entry {
        name: service.name.clone(),
        line: service.line,
        kind: McpKind::Deployed,
        transport: reachable.then(|| "http".to_owned()),
        package: if built_here { None } else { launched.or(image) },
        command,
        env: settings(node.get("environment")),
        ..Entry::default()
    })
}
