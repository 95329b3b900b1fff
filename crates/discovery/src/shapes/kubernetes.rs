//! Kubernetes manifests whose containers run MCP servers, and the resources of operators for them: ToolHive
//! (`toolhive.stacklok.dev`, <https://docs.stacklok.com/toolhive/reference/crd-spec>) and kagent (`kagent.dev`,
//! <https://kagent.dev/docs/kagent/resources/api-ref>).

use contracts::api::scans::McpKind;

use super::{Reading, Setting, names_mcp, settings};
use crate::document::Node;
use crate::entry::Entry;
use crate::{known, package};

/// Where the pod is in the kinds that have one.
const PODS: &[&[&str]] = &[
    &["spec", "jobTemplate", "spec", "template", "spec"],
    &["spec", "template", "spec"],
    &["spec"],
    &["template", "spec"],
];

pub(super) fn read(document: &Node, reading: &mut Reading) {
    // Lists hold whole resources; a list in a list is nothing that Kubernetes knows.
    let resources =
        document.get("items").filter(|_| document.text_of(&["kind"]).is_some_and(|kind| kind.ends_with("List")));
    match resources {
        Some(resources) => resources.items().iter().for_each(|resource| read_one(resource, reading)),
        None => read_one(document, reading),
    }
}

fn read_one(resource: &Node, reading: &mut Reading) {
    let Some(kind) = resource.text_of(&["kind"]) else { return };
    let name = resource.at(&["metadata", "name"]).and_then(Node::text).unwrap_or("unnamed");
    if matches!(kind, "MCPServer" | "RemoteMCPServer" | "MCPRemoteProxy" | "ToolServer") {
        reading.entries.extend(resource.get("spec").map(|spec| of_operator(name, resource.line, spec)));
        return;
    }
    let containers = PODS.iter().find_map(|pod| resource.at(pod)?.get("containers"));
    for container in containers.map(Node::items).unwrap_or_default() {
        reading.entries.extend(of_container(name, container));
    }
}

fn of_operator(name: &str, line: u32, spec: &Node) -> Entry {
    let deployment = spec.get("deployment").unwrap_or(spec);
    let mut command = deployment.any(&["cmd", "command"]).map(Node::words).unwrap_or_default();
    command.extend(deployment.get("args").map(Node::words).unwrap_or_default());
    let mut env = settings(deployment.get("env"));
    let secrets = spec.get("secrets").map(Node::items).unwrap_or_default();
    let secrets = secrets.iter().filter_map(|secret| secret.text_of(&["targetEnvName", "key"]));
    env.extend(secrets.map(|name| Setting { name: name.to_owned(), value: None }));
    Entry {
        name: name.to_owned(),
        line,
        kind: McpKind::Deployed,
        transport: spec.text_of(&["transport", "transportType", "protocol"]).map(str::to_owned),
        url: spec.text_of(&["url", "remoteURL", "remoteUrl"]).map(str::to_owned),
        package: deployment.text_of(&["image"]).map(package::image),
        command,
        env,
        headers: settings(spec.any(&["headers", "headersFrom"])),
        ..Entry::default()
    }
}

fn of_container(resource: &str, container: &Node) -> Option<Entry> {
    let image = package::image(container.text_of(&["image"])?);
    let mut command = container.get("command").map(Node::words).unwrap_or_default();
    command.extend(container.get("args").map(Node::words).unwrap_or_default());
    let launched = package::of(&command).filter(|package| names_mcp(&package.name));
    if !names_mcp(&image.name) && known::of(None, Some(&image)).is_none() && launched.is_none() {
        return None;
    }
    let name = container.text_of(&["name"]).filter(|name| *name != resource);
    Some(Entry {
        name: name.map_or_else(|| resource.to_owned(), |name| format!("{resource}/{name}")),
        line: container.line,
        kind: McpKind::Deployed,
        transport: container.any(&["ports"]).map(|_| "http".to_owned()),
        package: launched.or(Some(image)),
        // Those with `valueFrom` take their value from a secret or a config map.
        env: settings(container.get("env")),
        command,
        ..Entry::default()
    })
}
