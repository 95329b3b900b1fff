//! Extensions for desktop clients (MCPB, before DXT): `manifest.json` with a server that runs inside the extension. Format:
//! `MANIFEST.md` of <https://github.com/modelcontextprotocol/mcpb>.

use contracts::api::scans::McpKind;

use super::{Reading, settings};
use crate::document::Node;
use crate::entry::Entry;

pub(super) fn read(document: &Node, reading: &mut Reading) {
    // Many programs keep a `manifest.json`; only these have a version of this format.
    let Some(server) = document.any(&["manifest_version", "dxt_version"]).and_then(|_| document.get("server")) else {
        return;
    };
    let Some(config) = server.get("mcp_config") else { return };
    let mut command = config.get("command").map(Node::words).unwrap_or_default();
    command.extend(config.get("args").map(Node::words).unwrap_or_default());
    reading.entries.push(Entry {
        name: document.text_of(&["display_name", "name"]).unwrap_or("extension").to_owned(),
        line: server.line,
        kind: McpKind::Configured,
        command,
        env: settings(config.get("env")),
        ..Entry::default()
    });
}
