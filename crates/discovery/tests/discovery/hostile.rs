//! Hostile files: secrets that must not leave, bombs, and nonsense.

use contracts::api::scans::{Risk, SecretPlace};
use discovery::SOURCES;

use crate::read;

/// A value that appears nowhere but where a test puts it.
fn secret() -> String {
    ["s3cr3t", "Value", "0123456789abcdef"].concat()
}

#[test]
fn planted_secrets_are_reported_and_never_shown() {
    let secret = secret();
    let json = format!(
        r#"{{"mcpServers": {{
            "a": {{"command": "a", "args": ["--token", "{secret}", "--key={secret}", "-e", "TOKEN={secret}", "--header", "Authorization: Bearer {secret}"],
                  "env": {{"API_KEY": "{secret}", "URL": "postgres://u:{secret}@db.example/x", "NESTED": {{"x": ["{secret}"]}}, "{secret}": "x"}}}},
            "b": {{"url": "https://u:{secret}@b.example/{secret}/mcp?token={secret}#{secret}", "headers": {{"Authorization": "Bearer {secret}", "X-Note": "{secret}"}}}},
            "c": {{"command": "sh -c 'TOKEN={secret} npx -y {secret}'"}},
            "d": {{"command": "npx", "args": ["-y", "https://{secret}@git.example/x.git"]}},
            "{secret}": {{"command": "${{TOKEN:-{secret}}}", "env": {{"TOKEN": "${{TOKEN:-{secret}}}"}}}},
            "e": "{secret}",
            "f": ["{secret}"]
        }}}}"#
    );
    let yaml = format!(
        "services:\n  mcp:\n    image: acme/mcp:1\n    environment:\n      - TOKEN={secret}\n      - {secret}\n    command: [--api-key, {secret}]\n"
    );
    let toml = format!(
        "[mcp_servers.a]\ncommand = \"a\"\nbearer_token = \"{secret}\"\n[mcp_servers.a.env]\nKEY = \"{secret}\"\n"
    );
    for (path, text) in [(".mcp.json", &json), ("compose.yaml", &yaml), (".codex/config.toml", &toml)] {
        let found = read(path, text);
        let shown = format!("{found:?}");
        assert!(!shown.contains(&secret), "{path}: {shown}");
        assert!(found.mcps.iter().any(|mcp| !mcp.secrets.is_empty()), "{path}: {shown}");
        // The tail of a URL or of a masked value is no less secret.
        assert!(!shown.contains(&secret[6..]), "{path}: {shown}");
    }
    let found = read(".mcp.json", &json);
    assert!(found.mcps.iter().all(|mcp| mcp.risk == Risk::High), "{:?}", found.mcps);
    let places: Vec<_> = found.mcps[0].secrets.iter().map(|secret| (secret.place, secret.name.as_deref())).collect();
    assert!(places.contains(&(SecretPlace::Environment, Some("API_KEY"))), "{places:?}");
    assert!(places.contains(&(SecretPlace::Argument, Some("--token"))), "{places:?}");
}

#[test]
fn broken_files_tell_why_and_quote_nothing() {
    let secret = secret();
    for (path, text) in [
        (".mcp.json", format!(r#"{{"mcpServers": {{"a": {{"env": {{"K": "{secret}" {secret}"#)),
        (".mcp.json", format!("{secret}\u{0}")),
        (".continue/config.yaml", format!("mcpServers:\n  - name: [{secret}\n key: {secret}: x: *{secret}\n")),
        (".codex/config.toml", format!("[mcp_servers.a]\nkey = {secret}\n{secret} = {secret}\n{secret} = 1\n")),
        (".mcp.json", String::new()),
    ] {
        let found = read(path, &text);
        assert_eq!(found.mcps, [], "{path}");
        assert!(!found.skipped.is_empty() && !found.skipped[0].reason.is_empty(), "{path}: {text}");
        assert!(!format!("{found:?}").contains(&secret), "{path}: {found:?}");
    }
}

#[test]
fn what_is_no_server_tells_its_line() {
    let found = read(".mcp.json", "{\"mcpServers\": {\n\"a\": 3,\n\"b\": {\"command\": \"b\"}}}");
    assert_eq!(found.mcps.len(), 1);
    assert!(found.skipped[0].reason.starts_with("line 2: a server is expected"), "{:?}", found.skipped);
}

#[test]
fn names_are_harmless_and_bounded() {
    let found =
        read(".mcp.json", &format!(r#"{{"mcpServers": {{"a\u001b[31m\nb{}": {{"command": "x"}}}}}}"#, "y".repeat(500)));
    let name = &found.mcps[0].name;
    assert!(name.chars().all(|c| !c.is_control()) && name.chars().count() <= 120, "{name:?}");
}

#[test]
fn a_file_with_many_servers_is_cut_and_says_so() {
    let servers: Vec<_> = (0..3_000).map(|number| format!(r#""s{number}": {{"command": "x"}}"#)).collect();
    let found = read(".mcp.json", &format!(r#"{{"mcpServers": {{{}}}}}"#, servers.join(",")));
    assert_eq!(found.mcps.len(), 1_000);
    assert!(found.skipped[0].reason.contains("3000 servers"), "{:?}", found.skipped);
}

/// Texts without sense for every format, from a fixed sequence of numbers: none may end the program.
#[test]
fn no_text_makes_a_reader_panic() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "mcpServers",
        "mcp",
        "servers",
        "command",
        "url",
        "args",
        "- ",
        "\n",
        "  ",
        "&a ",
        "*a",
        "<<: ",
        "$",
        "${",
        "%",
        "http://",
        "https://u:p@",
        "npx",
        "cmd /c",
        "sh -c",
        "@",
        "=",
        "\u{feff}",
        "\u{0}",
        "é",
        "\u{1F600}",
        "'",
        "|",
        ">",
        "#",
        "registry",
        "packages",
        "kind: Pod",
        "spec",
        "containers",
        "image",
        "docker run",
        "-p",
        "--",
        "/",
        "\\",
        "name",
        "transport",
        "type",
    ];
    let paths: Vec<String> = SOURCES
        .iter()
        .flat_map(|source| source.places)
        .filter_map(|place| place.from_home(discovery::System::Linux))
        .filter(|path| !path.contains(['*', '{']))
        .chain(
            ["server.json", "package.json", "pyproject.toml", "compose.yaml", "x.yaml", "manifest.json"]
                .map(str::to_owned),
        )
        .collect();
    let mut state = 7_u64;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % bound
    };
    for _ in 0..4_000 {
        let text: String = (0..next(60)).map(|_| pieces[next(pieces.len())]).collect();
        let path = &paths[next(paths.len())];
        let found = read(
            path,
            &format!(
                "{{\"mcpServers\": {{\"a\": {{\"command\": \"{text}\", \"args\": [\"{text}\"], \"url\": \"{text}\"}}}}}}"
            ),
        );
        drop(found);
        drop(read(path, &text));
    }
}
