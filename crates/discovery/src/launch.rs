//! How a configured server is started or reached, with the values that a scan never shows: for whoever starts it.

use std::collections::HashMap;

use contracts::api::scans::McpKind;
use contracts::ids::McpId;
use secrecy::SecretString;

use crate::entry::{self, Entry, Setting};
use crate::reference::filled;
use crate::{SOURCES, document, shapes};

/// A server as its client starts or reaches it. Holds secrets, so it cannot be printed.
pub struct Launch {
    /// The id that a scan gives it.
    pub mcp_id: McpId,
    /// Where it is reached; `None` for a program.
    pub url: Option<String>,
    /// Program and arguments; empty for a remote server.
    pub command: Vec<String>,
    /// Environment variables of the program.
    pub env: Vec<(String, SecretString)>,
    /// Header fields for the remote server.
    pub headers: Vec<(String, SecretString)>,
}

/// The launches in a client's file, of the path that a scan showed. References such as `${TOKEN}` are filled by `lookup`,
/// which gets what stands between the braces; a launch with one that it does not know is an error that names it, for
/// people.
pub fn launches(
    client: &str,
    path: &str,
    text: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Vec<(McpId, Result<Launch, String>)> {
    let sources = SOURCES.iter().filter(|source| source.client == client);
    let readings = sources.filter_map(|source| {
        let documents = document::parse(source.format, text).ok()?;
        Some(shapes::read(source.shape, &documents).entries)
    });
    // One client may keep its servers in several forms; a file is in one of them.
    let entries = readings.max_by_key(Vec::len).unwrap_or_default();
    let mut twins = HashMap::new();
    let mut launches = Vec::new();
    for entry in entries {
        let id = entry::id(path, &entry, entry::twin(&mut twins, &entry));
        if entry.kind == McpKind::Configured {
            launches.push((id.clone(), launch(id, &entry, lookup)));
        }
    }
    launches
}

fn launch(mcp_id: McpId, entry: &Entry, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Launch, String> {
    let filled = |text: &str| filled(text, lookup).map_err(|name| format!("`{name}` is not known here"));
    let settings = |settings: &[Setting]| -> Result<Vec<(String, SecretString)>, String> {
        let known = settings.iter().map(|setting| {
            let value = match &setting.value {
                Some(value) => filled(value)?,
                None => lookup(&setting.name).ok_or_else(|| format!("`{}` is not set here", setting.name))?,
            };
            Ok((setting.name.clone(), value.into()))
        });
        known.collect()
    };
    Ok(Launch {
        mcp_id,
        url: entry.url.as_deref().map(filled).transpose()?,
        command: entry.command.iter().map(|word| filled(word)).collect::<Result<_, String>>()?,
        env: settings(&entry.env)?,
        headers: settings(&entry.headers)?,
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::Discovery;

    const FILE: &str = r#"{"mcpServers": {
        "notes": {"command": "npx", "args": ["-y", "notes-mcp@1.0.0", "--root", "${HOME}/notes"], "env": {"TOKEN": "${TOKEN:-none}"}},
        "mail": {"type": "http", "url": "https://${HOST}/mcp", "headers": {"Authorization": "Bearer ${MAIL_TOKEN}"}}
    }}"#;

    fn lookup(name: &str) -> Option<String> {
        [("HOME", "/home/kim"), ("HOST", "mail.example")]
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.to_owned())
    }

    #[test]
    fn a_launch_has_the_id_of_the_scan_and_the_values_of_the_machine() {
        let mut found = Discovery::default();
        found.read("app/.mcp.json", FILE);
        let launches = launches(&found.mcps[0].client, "app/.mcp.json", FILE, &lookup);
        let ids: Vec<&McpId> = launches.iter().map(|(id, _)| id).collect();
        assert_eq!(ids, found.mcps.iter().map(|mcp| &mcp.mcp_id).collect::<Vec<_>>());
        let notes = launches[0].1.as_ref().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(notes.command, ["npx", "-y", "notes-mcp@1.0.0", "--root", "/home/kim/notes"]);
        assert_eq!(notes.env[0].1.expose_secret(), "none");
        assert_eq!(launches[1].1.as_ref().err().map(String::as_str), Some("`MAIL_TOKEN` is not known here"));
    }
}
