//! What a test is compared with: approved definitions, and the other servers of a client configuration.

use std::fs;
use std::path::Path;

use engine::{Authority, Baseline, EvidenceKey, Neighbour, Target};
use serde_json::{Map, Value};
use url::Url;

/// The names under which clients keep their servers.
const SERVERS: [&str; 4] = ["mcpServers", "servers", "context_servers", "mcp_servers"];

/// Reads approved definitions.
pub(crate) fn baseline(file: &Path) -> Result<Baseline, String> {
    let text = read(file).map_err(|error| format!("{error}; write one with `--approve {}`", file.display()))?;
    Baseline::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// Writes approved definitions.
pub(crate) fn approve(baseline: &Baseline, file: &Path) -> Result<(), String> {
    crate::output::write(baseline.to_json().as_bytes(), Some(file))
}

/// Reads the servers of a client configuration, but for the one that is tested.
pub(crate) fn neighbours(file: &Path, tested: &Target, key: &EvidenceKey) -> Result<Vec<Neighbour>, String> {
    let shown = file.display();
    let value: Value = serde_json::from_str(&read(file)?).map_err(|error| format!("{shown} is no JSON: {error}"))?;
    let servers = SERVERS.iter().find_map(|name| value.get(name)?.as_object());
    let servers = servers.ok_or_else(|| format!("{shown} names no servers: `mcpServers` or `servers` is expected"))?;
    let targets = servers.iter().filter_map(|(name, definition)| Some((name, target(definition.as_object()?)?)));
    Ok(targets
        .filter(|(_, target)| !is_same(target, tested))
        .map(|(name, target)| Neighbour::of(name, &target, key))
        .collect())
}

/// Reads certificate authorities.
pub(crate) fn authorities(file: &Path) -> Result<Vec<Authority>, String> {
    let unreadable = |problem: &str| format!("{}: {problem}; a PEM file with certificates is expected", file.display());
    let authorities = Authority::from_pem(read(file)?.as_bytes()).map_err(|error| unreadable(&error.to_string()))?;
    if authorities.is_empty() { Err(unreadable("it holds no certificate")) } else { Ok(authorities) }
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

fn target(definition: &Map<String, Value>) -> Option<Target> {
    let pairs = |name: &str| {
        let members = definition.get(name).and_then(Value::as_object).into_iter().flatten();
        members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.into()))).collect()
    };
    let address = ["url", "serverUrl", "httpUrl"].iter().find_map(|name| definition.get(*name)?.as_str());
    if let Some(address) = address {
        return Some(Target::Http { url: Url::parse(address).ok()?, headers: pairs("headers") });
    }
    let words = definition.get("args").and_then(Value::as_array).into_iter().flatten();
    Some(Target::Stdio {
        program: definition.get("command")?.as_str()?.to_owned(),
        args: words.filter_map(|word| word.as_str().map(str::to_owned)).collect(),
        env: pairs("env"),
    })
}

/// Whether two configurations lead to the same server.
pub(crate) fn is_same(one: &Target, other: &Target) -> bool {
    match (one, other) {
        (Target::Http { url: one, .. }, Target::Http { url: other, .. }) => one == other,
        (Target::Stdio { program: one, args: of_one, .. }, Target::Stdio { program: other, args: of_other, .. }) => {
            one == other && of_one == of_other
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_servers_of_a_configuration_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("mcp.json");
        let configuration = r#"{"mcpServers": {
            "notes": {"command": "npx", "args": ["-y", "notes-mcp@1.0.0"]},
            "mail": {"url": "https://mail.example/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}},
            "broken": {}
        }}"#;
        fs::write(&file, configuration).expect("written");
        let args = vec!["-y".to_owned(), "notes-mcp@1.0.0".to_owned()];
        let tested = Target::Stdio { program: "npx".to_owned(), args, env: Vec::new() };
        let read = neighbours(&file, &tested, &EvidenceKey([0; 32])).expect("neighbours");
        assert_eq!(read.iter().map(|neighbour| neighbour.name.as_str()).collect::<Vec<_>>(), ["mail"]);
        fs::write(&file, "{}").expect("written");
        let error = neighbours(&file, &tested, &EvidenceKey([0; 32])).expect_err("no servers");
        assert!(error.contains("names no servers"), "{error}");
    }
}
