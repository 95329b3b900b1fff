//! What the files say about servers: one module per shape, each from a tree of values to entries.

mod catalogue;
mod clients;
mod compose;
mod extension;
mod kubernetes;
mod project;
mod registry;

use crate::document::{Node, Value};
use crate::entry::{Entry, Setting};

/// How the servers stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// As clients keep them, below these places (names joined by `/`, `*` for any name): an object of names and definitions, or
    /// a list of definitions with a `name`. `.` is the whole file, where none of the other places exists.
    Servers(&'static [&'static str]),
    /// An extension for desktop clients.
    Extension,
    /// The description of a server in the MCP registry.
    Registry,
    /// A catalogue of the Docker MCP toolkit.
    Catalogue,
    /// A compose file.
    Compose,
    /// Kubernetes manifests.
    Kubernetes,
    /// A package of npm.
    NodePackage,
    /// A Python project.
    PythonProject,
}

/// What a file says.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) entries: Vec<Entry>,
    /// What could not be understood, with its line.
    pub(crate) problems: Vec<(u32, String)>,
}

/// Reads the documents of a file.
pub(crate) fn read(shape: Shape, documents: &[Node]) -> Reading {
    let mut reading = Reading::default();
    for document in documents {
        match shape {
            Shape::Servers(places) => clients::read(document, places, &mut reading),
            Shape::Extension => extension::read(document, &mut reading),
            Shape::Registry => registry::read(document, &mut reading),
            Shape::Catalogue => catalogue::read(document, &mut reading),
            Shape::Compose => compose::read(document, &mut reading),
            Shape::Kubernetes => kubernetes::read(document, &mut reading),
            Shape::NodePackage => project::node(document, &mut reading),
            Shape::PythonProject => project::python(document, &mut reading),
        }
    }
    reading
}

/// Settings of an object of names and values, or of a list of `NAME=value` or `{name, value}`.
fn settings(node: Option<&Node>) -> Vec<Setting> {
    let Some(node) = node else { return Vec::new() };
    let named = node.members().iter().map(|member| Setting { name: member.name.clone(), value: plain(&member.node) });
    let listed = node.items().iter().filter_map(|item| match item.text() {
        Some(text) => Some(match text.split_once('=') {
            Some((name, value)) => Setting { name: name.to_owned(), value: Some(value.to_owned()) },
            None => Setting { name: text.to_owned(), value: None },
        }),
        None => Some(Setting {
            name: item.text_of(&["name"])?.to_owned(),
            value: item.any(&["value", "default"]).and_then(plain),
        }),
    });
    named.chain(listed).collect()
}

/// Names without values: the client takes these from its own environment.
fn names(node: Option<&Node>) -> impl Iterator<Item = Setting> {
    let items = node.map(Node::items).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item.text().or_else(|| item.text_of(&["name"])))
        .map(|name| Setting { name: name.to_owned(), value: None })
}

/// The text of a value. A list or object in its place is kept as its texts, so that a secret in it is still found.
fn plain(node: &Node) -> Option<String> {
    match &node.value {
        Value::Nothing => None,
        Value::Text(text) => Some(text.clone()),
        Value::List(items) => Some(items.iter().filter_map(plain).collect::<Vec<_>>().join(" ")),
        Value::Members(members) => {
            Some(members.iter().filter_map(|member| plain(&member.node)).collect::<Vec<_>>().join(" "))
        }
    }
}

/// Whether a name has `mcp` as a word: `acme/mcp-github`, `mcp`, `github_mcp_server`.
fn names_mcp(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        let word = word.to_ascii_lowercase();
        word == "mcp" || word == "mcpserver" || word == "fastmcp"
    })
}
