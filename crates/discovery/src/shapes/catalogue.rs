//! Catalogues of the Docker MCP toolkit: `registry` with a server per name, and the list of those switched on. Format:
//! `docs/catalog.md` of <https://github.com/docker/mcp-gateway>. A `server.yaml` of its registry describes one server alike.

use contracts::api::scans::McpKind;

use super::{Reading, Setting, settings};
use crate::document::Node;
use crate::entry::Entry;
use crate::package;

pub(super) fn read(document: &Node, reading: &mut Reading) {
    let Some(registry) = document.any(&["registry", "servers"]) else {
        if let (Some(name), Some(_)) = (document.text_of(&["name"]), document.any(&["image", "remote"])) {
            reading.entries.push(entry(name, document.line, document));
        }
        return;
    };
    for member in registry.members() {
        reading.entries.push(entry(&member.name, member.line, &member.node));
    }
    for item in registry.items() {
        // Profiles list servers with the catalogue entry inside.
        let server = item.at(&["snapshot", "server"]).or_else(|| item.get("server")).unwrap_or(item);
        match server.text_of(&["name"]).or_else(|| item.text_of(&["image"])) {
            Some(name) => reading.entries.push(entry(name, item.line, server)),
            None => reading.problems.push((item.line, "a server is expected here, with `name` or `image`".to_owned())),
        }
    }
}

fn entry(name: &str, line: u32, server: &Node) -> Entry {
    // Secrets are kept elsewhere, under these names.
    let secrets =
        server.get("secrets").or_else(|| server.at(&["config", "secrets"])).map(Node::items).unwrap_or_default();
    let secrets = secrets.iter().filter_map(|secret| secret.text_of(&["env", "name"]));
    let mut env = settings(server.get("env").or_else(|| server.at(&["config", "env"])));
    env.extend(secrets.map(|name| Setting { name: name.to_owned(), value: None }));
    let remote = server.get("remote");
    Entry {
        name: name.to_owned(),
        line,
        kind: McpKind::Listed,
        transport: remote
            .and_then(|remote| remote.text_of(&["transport_type", "transport"]))
            .or(Some("stdio"))
            .map(str::to_owned),
        url: remote.and_then(|remote| remote.text_of(&["url"])).map(str::to_owned),
        headers: settings(remote.and_then(|remote| remote.get("headers"))),
        package: server.text_of(&["image"]).map(package::image),
        command: server.get("command").map(Node::words).unwrap_or_default(),
        env,
        ..Entry::default()
    }
}
