//! JSON configurations: comments, trailing commas and a byte order mark are allowed, as clients allow them.

use contracts::api::scans::DiscoveredMcp;
use contracts::ids::McpId;
use jsonc_parser::ParseOptions;
use serde_json::{Map, Value};
use url::Url;

use crate::sources::Source;
use crate::{mask, package, risk};

/// The servers of one file, or why it cannot be read.
pub(crate) fn servers(source: &Source, path: &str, text: &str) -> Result<Vec<DiscoveredMcp>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let options = ParseOptions::default();
    let document: Option<Value> =
        jsonc_parser::parse_to_serde_value(text, &options).map_err(|error| format!("not valid JSON: {error}"))?;
    let document = document.ok_or("the file is empty")?;
    let Some(servers) = source.servers.iter().find_map(|pointer| document.pointer(pointer)) else {
        return Ok(Vec::new());
    };
    let servers = servers.as_object().ok_or("the servers are no object of names and definitions")?;
    Ok(servers
        .iter()
        .filter_map(|(name, definition)| Some(server(source, path, text, name, definition.as_object()?)))
        .collect())
}

fn server(source: &Source, path: &str, text: &str, name: &str, definition: &Map<String, Value>) -> DiscoveredMcp {
    let url = ["url", "serverUrl", "httpUrl"].iter().find_map(|key| definition.get(*key)?.as_str());
    let command = command(definition);
    let package = package::of(&command);
    let facts = risk::Facts {
        url,
        command: &command,
        package: package.as_ref(),
        secret_inline: mask::holds_secret(&command)
            || values(definition, "env").any(|(name, value)| mask::is_secret(name, value))
            || values(definition, "headers").any(|(name, value)| mask::is_secret(name, value))
            || url.is_some_and(mask::url_holds_secret),
    };
    let (risk, reasons) = risk::judge(name, &facts);
    DiscoveredMcp {
        mcp_id: McpId::derived(&["mcp", path, name]),
        name: printable(name),
        client: source.client.to_owned(),
        config_path: path.to_owned(),
        line: line_of(text, name),
        transport: transport(definition, url).to_owned(),
        url: url.map(mask::url),
        command: mask::command(&command),
        env_names: values(definition, "env").map(|(name, _)| printable(name)).collect(),
        header_names: values(definition, "headers").map(|(name, _)| printable(name)).collect(),
        package: package.map(|package| package.to_string()),
        risk,
        risk_reasons: reasons.into_iter().map(str::to_owned).collect(),
    }
}

fn command(definition: &Map<String, Value>) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    // Some clients keep program and arguments in one array.
    let program: Vec<String> = match definition.get("command") {
        Some(Value::Array(words)) => words.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    };
    let arguments = definition.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(text);
    program.into_iter().chain(arguments).collect()
}

fn values<'d>(definition: &'d Map<String, Value>, key: &str) -> impl Iterator<Item = (&'d str, &'d str)> {
    let members = definition.get(key).and_then(Value::as_object);
    members.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
}

fn transport(definition: &Map<String, Value>, url: Option<&str>) -> &'static str {
    let declared = ["type", "transport"].iter().find_map(|key| definition.get(*key)?.as_str()).unwrap_or_default();
    match (url, declared.to_ascii_lowercase().as_str()) {
        (None, _) => "stdio",
        (Some(_), "sse") => "sse",
        (Some(url), "") if Url::parse(url).is_ok_and(|url| url.path().ends_with("/sse")) => "sse",
        (Some(_), _) => "http",
    }
}

/// The line of the server's entry. A name that stands twice in a file gives the first: good enough to find the place.
fn line_of(text: &str, name: &str) -> Option<u32> {
    let quoted = serde_json::to_string(name).ok()?;
    let at = text.match_indices(&quoted).find(|(at, _)| text[at + quoted.len()..].trim_start().starts_with(':'))?.0;
    u32::try_from(text[..at].lines().count().max(1) + usize::from(text[..at].ends_with('\n'))).ok()
}

/// Names come from a file that an attacker may have written: bounded and without control characters.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use contracts::api::scans::Risk;

    use crate::Discovery;

    fn read(path: &str, text: &str) -> Discovery {
        let mut discovery = Discovery::default();
        discovery.read(path, text);
        discovery
    }

    #[test]
    fn reads_what_clients_accept() {
        let found = read(
            ".mcp.json",
            "\u{feff}{\n  // ours\n  \"mcpServers\": {\n    \"files\": {\"command\": \"npx\", \"args\": [\"-y\", \"@acme/files@1.2.3\", \"/srv\"],},\n    \"wiki\": {\"type\": \"http\", \"url\": \"https://u:p@wiki.example/mcp?key=1\"}\n  }\n}",
        );
        assert!(found.skipped.is_empty(), "{:?}", found.skipped);
        let [files, wiki] = &found.mcps[..] else { panic!("{:?}", found.mcps) };
        assert_eq!(
            (files.line, files.transport.as_str(), files.package.as_deref()),
            (Some(4), "stdio", Some("npm:@acme/files@1.2.3"))
        );
        assert_eq!(
            (wiki.line, wiki.transport.as_str(), wiki.url.as_deref()),
            (Some(5), "http", Some("https://wiki.example/mcp"))
        );
    }

    #[test]
    fn values_of_variables_and_headers_never_leave() {
        let secret = ["s3cr3t", "Value", "0123456789abcdef"].concat();
        let text = format!(
            r#"{{"mcpServers":{{"a":{{"command":"a","args":["--token","{secret}","--key={secret}"],"env":{{"API_KEY":"{secret}"}}}},
            "b":{{"url":"https://b.example/?token={secret}","headers":{{"Authorization":"Bearer {secret}"}}}}}}}}"#
        );
        let found = read(".cursor/mcp.json", &text);
        let shown = format!("{found:?}");
        assert!(!shown.contains(&secret), "{shown}");
        assert_eq!(found.mcps[0].env_names, ["API_KEY"]);
        assert!(found.mcps.iter().all(|mcp| mcp.risk == Risk::High), "{shown}");
    }

    #[test]
    fn a_broken_file_is_skipped_with_its_reason() {
        let found = read("mcp.json", "{\"mcpServers\": [");
        assert_eq!(found.mcps, []);
        assert!(found.skipped[0].reason.contains("not valid JSON"), "{:?}", found.skipped);
        assert_eq!(read("mcp.json", r#"{"mcpServers": 3}"#).skipped.len(), 1);
        assert_eq!(read(".vscode/settings.json", r#"{"editor.fontSize": 12}"#), Discovery::default());
    }
}
