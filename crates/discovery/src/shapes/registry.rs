//! `server.json`, by which a server is published in the MCP registry. Format:
//! <https://github.com/modelcontextprotocol/registry/blob/main/docs/reference/server-json/server.schema.json>; names were in
//! snake case before 2025-09.

use contracts::api::scans::McpKind;

use super::{Reading, settings};
use crate::document::Node;
use crate::entry::Entry;
use crate::package::Package;

pub(super) fn read(document: &Node, reading: &mut Reading) {
    let schema = document.text_of(&["$schema"]).unwrap_or_default();
    let is_server = schema.contains("modelcontextprotocol") || document.any(&["packages", "remotes"]).is_some();
    let Some(name) = document.text_of(&["name"]).filter(|_| is_server) else { return };
    for package in document.get("packages").map(Node::items).unwrap_or_default() {
        let version = package.text_of(&["version"]).or_else(|| document.text_of(&["version"]));
        let registry = package.text_of(&["registryType", "registry_type", "registry_name"]).unwrap_or_default();
        let identifier = package.text_of(&["identifier", "name"]).unwrap_or_default();
        let transport = package.get("transport");
        reading.entries.push(Entry {
            name: name.to_owned(),
            line: package.line,
            kind: McpKind::Listed,
            transport: transport
                .and_then(|transport| transport.text_of(&["type"]))
                .or(Some("stdio"))
                .map(str::to_owned),
            env: settings(package.any(&["environmentVariables", "environment_variables"])),
            headers: settings(transport.and_then(|transport| transport.get("headers"))),
            package: Package::listed(registry, identifier, version),
            ..Entry::default()
        });
    }
    for remote in document.get("remotes").map(Node::items).unwrap_or_default() {
        reading.entries.push(Entry {
            name: name.to_owned(),
            line: remote.line,
            kind: McpKind::Listed,
            transport: remote.text_of(&["type", "transport_type"]).map(str::to_owned),
            url: remote.text_of(&["url"]).map(str::to_owned),
            headers: settings(remote.get("headers")),
            ..Entry::default()
        });
    }
}
