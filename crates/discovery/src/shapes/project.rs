//! Projects that depend on an SDK of the protocol: servers, and sometimes clients, that are built here.

use contracts::api::scans::McpKind;

use super::Reading;
use crate::document::{Member, Node};
use crate::entry::Entry;
use crate::package::Package;

/// Packages of npm to build servers with.
const NODE_SDKS: &[&str] = &[
    "@modelcontextprotocol/sdk",
    "@modelcontextprotocol/server",
    "fastmcp",
    "mcp-framework",
    "mcp-handler",
    "@vercel/mcp-adapter",
    "@nestjs-mcp/server",
    "@rekog/mcp-nest",
    "xmcp",
    "mcp-use",
    "tmcp",
    "@hono/mcp",
];

/// Projects of PyPI to build servers with.
const PYTHON_SDKS: &[&str] =
    &["mcp", "fastmcp", "fastapi-mcp", "mcp-framework", "django-mcp-server", "flask-mcp-server"];

/// `package.json`; <https://docs.npmjs.com/cli/configuring-npm/package-json>.
pub(super) fn node(document: &Node, reading: &mut Reading) {
    let groups = ["dependencies", "peerDependencies", "optionalDependencies", "devDependencies"];
    let dependencies = groups.iter().filter_map(|group| document.get(group)).flat_map(Node::members);
    let sdk = dependencies.into_iter().find(|dependency| NODE_SDKS.contains(&dependency.name.as_str()));
    let own = document.text_of(&["name"]);
    let package = own.map(|name| Package { ecosystem: "npm", name: name.to_owned(), version: version(document) });
    reading.entries.extend(sdk.map(|sdk: &Member| built(own, sdk.line, package)));
}

/// `pyproject.toml`; <https://packaging.python.org/en/latest/specifications/pyproject-toml/>, and the tables of Poetry.
pub(super) fn python(document: &Node, reading: &mut Reading) {
    let project = document.get("project");
    let poetry = document.at(&["tool", "poetry"]);
    let listed = project.and_then(|project| project.get("dependencies")).map(Node::items).unwrap_or_default();
    let optional =
        project.and_then(|project| project.get("optional-dependencies")).map(Node::members).unwrap_or_default();
    let listed = listed.iter().chain(optional.iter().flat_map(|group| group.node.items()));
    let listed = listed.filter_map(|item| Some((requirement(item.text()?), item.line)));
    let of_poetry = poetry.and_then(|poetry| poetry.get("dependencies")).map(Node::members).unwrap_or_default();
    let of_poetry = of_poetry.iter().map(|member| (member.name.to_ascii_lowercase(), member.line));
    let sdk = listed.chain(of_poetry).find(|(name, _)| PYTHON_SDKS.contains(&name.as_str()));
    let Some((_, line)) = sdk else { return };
    let described = project.or(poetry);
    let own = described.and_then(|project| project.text_of(&["name"]));
    let package =
        own.map(|name| Package { ecosystem: "pypi", name: name.to_owned(), version: described.and_then(version) });
    reading.entries.push(built(own, line, package));
}

/// The normalised name of a requirement (PEP 508, PEP 503): `Fast_MCP[cli]>=2` is `fast-mcp`.
fn requirement(text: &str) -> String {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(text.len());
    text[..end].to_ascii_lowercase().replace(['_', '.'], "-")
}

fn version(project: &Node) -> Option<String> {
    project.text_of(&["version"]).map(str::to_owned)
}

fn built(name: Option<&str>, line: u32, package: Option<Package>) -> Entry {
    Entry {
        name: name.unwrap_or("unnamed project").to_owned(),
        line,
        kind: McpKind::Built,
        package,
        ..Entry::default()
    }
}
