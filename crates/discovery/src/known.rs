//! Well-known servers: a bundled table from package coordinate or host to name, publisher and powers.

use std::collections::HashMap;
use std::sync::LazyLock;

use contracts::api::scans::KnownMcp;
use serde::Deserialize;
use url::Url;

use crate::package::Package;

/// One entry of `known.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// `npm:name`, `pypi:name`, `docker:image` or `host:name`; a `*` at the end stands for anything.
    keys: Vec<String>,
    name: String,
    publisher: String,
    /// What it can do, in the words of the risk reasons.
    #[serde(default)]
    powers: Vec<String>,
}

/// A server that the table knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    name: &'static str,
    publisher: &'static str,
    pub(crate) powers: &'static [String],
}

impl From<Known> for KnownMcp {
    fn from(known: Known) -> Self {
        Self { name: known.name.to_owned(), publisher: known.publisher.to_owned() }
    }
}

static TABLE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| serde_json::from_str(include_str!("known.json")).expect("the bundled table is tested"));

static BY_KEY: LazyLock<HashMap<&'static str, &'static Entry>> =
    LazyLock::new(|| TABLE.iter().flat_map(|entry| entry.keys.iter().map(move |key| (key.as_str(), entry))).collect());

/// Programs that only pass messages on: the server is behind the URL among their arguments.
const BRIDGES: &[&str] = &["npm:mcp-remote", "npm:supergateway", "pypi:mcp-proxy", "npm:mcp-proxy"];

/// The address that a server is behind: its URL, or the one that a bridge is told.
pub(crate) fn address(url: Option<&str>, command: &[String], package: Option<&Package>) -> Option<Url> {
    let bridged = || {
        package.filter(|package| BRIDGES.contains(&package.identity().as_str()))?;
        command.iter().find(|word| word.starts_with("http://") || word.starts_with("https://")).map(String::as_str)
    };
    Url::parse(url.or_else(bridged)?).ok()
}

/// What is known about a server, by its address or its package.
pub(crate) fn of(address: Option<&Url>, package: Option<&Package>) -> Option<Known> {
    let key = match (address.and_then(Url::host_str), package) {
        (Some(host), _) => format!("host:{host}"),
        (None, Some(package)) => package.identity(),
        (None, None) => return None,
    };
    let entry = BY_KEY.get(key.as_str()).copied().or_else(|| {
        // `docker:ghcr.io/github/*` and `host:*` never stand for less than one folder or label.
        let ends = key.char_indices().filter(|(_, c)| matches!(c, '/')).map(|(at, _)| at + 1);
        ends.rev().find_map(|end| BY_KEY.get(format!("{}*", &key[..end]).as_str()).copied())
    })?;
    Some(Known { name: &entry.name, publisher: &entry.publisher, powers: &entry.powers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{package, risk};

    #[test]
    fn the_bundled_table_is_sound() {
        assert!(TABLE.len() > 50);
        assert_eq!(BY_KEY.len(), TABLE.iter().map(|entry| entry.keys.len()).sum::<usize>(), "a key stands twice");
        for entry in TABLE.iter() {
            assert!(!entry.name.is_empty() && !entry.publisher.is_empty(), "{entry:?}");
            assert!(entry.powers.iter().all(|power| risk::is_power(power)), "{entry:?}");
            for key in &entry.keys {
                let (kind, rest) = key.split_once(':').expect("a kind");
                assert!(matches!(kind, "npm" | "pypi" | "docker" | "host" | "nuget" | "go"), "{key}");
                assert!(!rest.is_empty() && *rest == rest.to_ascii_lowercase(), "{key}");
            }
        }
    }

    #[test]
    fn servers_are_known_by_package_image_host_and_bridge() {
        let name = |url: Option<&str>, command: &str| {
            let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
            let package = package::of(&command);
            of(address(url, &command, package.as_ref()).as_ref(), package.as_ref()).map(|known| known.publisher)
        };
        assert_eq!(name(None, "npx -y @modelcontextprotocol/server-filesystem@1.0.0"), Some("Model Context Protocol"));
        assert_eq!(name(None, "docker run ghcr.io/github/github-mcp-server:v1"), Some("GitHub"));
        assert_eq!(name(Some("https://mcp.notion.com/mcp"), ""), Some("Notion"));
        assert_eq!(name(None, "npx mcp-remote https://mcp.notion.com/sse"), Some("Notion"));
        assert_eq!(name(None, "npx mcp-remote https://mcp.notion.com.evil.example/sse"), None);
        assert_eq!(name(None, "npx @modelcontextprotoc0l/server-filesystem"), None);
    }
}
