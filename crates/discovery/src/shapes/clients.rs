//! Servers as clients keep them. Clients differ in words and agree in structure, so one reader knows the words of all: a
//! definition that was copied from one client to another is found as well.

use contracts::api::scans::McpKind;

use super::{Reading, Setting, names, settings};
use crate::document::{Member, Node, Value};
use crate::entry::Entry;

const URL: &[&str] = &["url", "serverUrl", "httpUrl", "uri", "endpoint", "server_url"];
const TRANSPORT: &[&str] = &["type", "transport", "transportType", "transport_type"];
const ENVIRONMENT: &[&str] = &["env", "envs", "environment"];
const HEADERS: &[&str] = &["headers", "http_headers", "httpHeaders"];

pub(super) fn read(document: &Node, places: &[&str], reading: &mut Reading) {
    let before = (reading.entries.len(), reading.problems.len());
    for place in places.iter().filter(|place| **place != ".") {
        let names: Vec<&str> = place.split('/').collect();
        descend(document, &names, None, reading);
    }
    let nothing_yet = before == (reading.entries.len(), reading.problems.len());
    // Plugins may leave the outer object away. Then every member looks like a definition.
    if nothing_yet && places.contains(&".") {
        let bare = document.members().iter().filter(|member| is_definition(&member.node));
        reading.entries.extend(bare.map(|member| entry(&member.name, member.line, &member.node, None)));
    }
}

fn descend(node: &Node, names: &[&str], project: Option<&str>, reading: &mut Reading) {
    match names.split_first() {
        None => servers(node, project, reading),
        Some((&"*", rest)) => {
            for member in node.members() {
                descend(&member.node, rest, Some(&member.name), reading);
            }
        }
        // Settings may also write `"mcp.servers": {}`.
        Some((name, rest)) => {
            let dotted = (!rest.is_empty()).then(|| names.join("."));
            if let Some(dotted) = dotted.and_then(|dotted| node.get(&dotted)) {
                servers(dotted, project, reading);
            }
            // A name that stands twice is read twice: the clients' parsers disagree about which counts.
            for member in node.members().iter().filter(|member| member.name == *name) {
                descend(&member.node, rest, project, reading);
            }
        }
    }
}

fn servers(node: &Node, project: Option<&str>, reading: &mut Reading) {
    match &node.value {
        Value::Members(members) => members.iter().for_each(|member| named(member, project, reading)),
        Value::List(items) => items.iter().for_each(|item| listed(item, project, reading)),
        Value::Nothing => {}
        // Continue names files and Claude Code plugins a file in this place.
        Value::Text(_) => {
            reading.problems.push((node.line, "names a file instead of servers: scan that file".to_owned()));
        }
    }
}

fn named(member: &Member, project: Option<&str>, reading: &mut Reading) {
    match &member.node.value {
        Value::Members(_) => reading.entries.push(entry(&member.name, member.line, &member.node, project)),
        // Some clients take a bare address.
        Value::Text(text) if text.starts_with("http://") || text.starts_with("https://") => {
            reading.entries.push(Entry {
                name: member.name.clone(),
                line: member.line,
                project: project.map(str::to_owned),
                url: Some(text.clone()),
                ..Entry::default()
            });
        }
        Value::Nothing => {}
        _ => reading
            .problems
            .push((member.line, "a server is expected here, as an object with `command` or `url`".to_owned())),
    }
}

fn listed(item: &Node, project: Option<&str>, reading: &mut Reading) {
    let inner = item.get("transport").filter(|transport| !transport.members().is_empty()).unwrap_or(item);
    let name = item.text_of(&["name", "id"]).map(str::to_owned).or_else(|| {
        // `experimental.modelContextProtocolServers` of Continue has no names.
        inner
            .get("command")
            .map(Node::words)
            .and_then(|words| words.into_iter().next())
            .or_else(|| inner.text_of(URL).map(crate::secret::url))
    });
    match name {
        Some(name) if is_definition(inner) => reading.entries.push(entry(&name, item.line, item, project)),
        _ => reading
            .problems
            .push((item.line, "a server is expected here, with `name` and `command` or `url`".to_owned())),
    }
}

fn is_definition(node: &Node) -> bool {
    node.any(&["command", "cmd"]).is_some() || node.any(URL).is_some()
}

fn entry(name: &str, line: u32, definition: &Node, project: Option<&str>) -> Entry {
    // Older Continue and some others put the definition into `transport`.
    let inner = definition.get("transport").filter(|transport| !transport.members().is_empty()).unwrap_or(definition);
    let mut env = settings(inner.any(ENVIRONMENT));
    let mut headers = settings(
        inner
            .any(HEADERS)
            .or_else(|| inner.at(&["requestOptions", "headers"]))
            .or_else(|| inner.at(&["requestInit", "headers"])),
    );
    // Goose and Codex name variables whose values they keep elsewhere.
    env.extend(names(inner.any(&["env_keys", "env_vars"])));
    headers.extend(
        inner
            .get("env_http_headers")
            .map(Node::members)
            .unwrap_or_default()
            .iter()
            .map(|member| Setting { name: member.name.clone(), value: None }),
    );
    headers
        .extend(inner.get("bearer_token_env_var").map(|_| Setting { name: "Authorization".to_owned(), value: None }));
    let token = inner.text_of(&["bearer_token", "authorization_token", "apiKey", "api_key"]);
    headers.extend(token.map(|token| Setting { name: "Authorization".to_owned(), value: Some(token.to_owned()) }));
    let command = command(inner);
    // Zed nests program, arguments and environment.
    if let Some(nested) = inner.get("command").filter(|command| !command.members().is_empty()) {
        env.extend(settings(nested.any(ENVIRONMENT)));
    }
    Entry {
        name: name.to_owned(),
        line,
        kind: McpKind::Configured,
        project: project.map(str::to_owned),
        transport: inner.text_of(TRANSPORT).map(str::to_owned),
        // A program with a `url` for its own use is still a program.
        url: inner
            .text_of(URL)
            .filter(|_| command.is_empty() || inner.text_of(TRANSPORT).is_some_and(is_remote))
            .map(str::to_owned),
        command,
        env,
        headers,
        package: None,
        disabled: definition.is_set("disabled") || definition.text_of(&["enabled"]) == Some("false"),
    }
}

fn is_remote(transport: &str) -> bool {
    let transport = transport.to_ascii_lowercase();
    ["http", "sse", "remote", "stream"].iter().any(|word| transport.contains(word))
}

/// Program and arguments: one array, a word and an array, or an object with `path`.
fn command(definition: &Node) -> Vec<String> {
    let Some(command) = definition.any(&["command", "cmd"]) else { return Vec::new() };
    let nested = !command.members().is_empty();
    let mut words =
        if nested { command.any(&["path", "command"]).map(Node::words).unwrap_or_default() } else { command.words() };
    let arguments = definition.any(&["args", "arguments"]).or_else(|| command.any(&["args", "arguments"]));
    words.extend(arguments.map(Node::words).unwrap_or_default());
    words
}
