//! Mending configurations: what is changed, what is left to people, and that nothing else moves.

use discovery::{Discovery, Proposal, propose};

fn secret() -> String {
    ["s3cr3t", "Value", "0123456789abcdef"].concat()
}

fn none(_: &str) -> Option<String> {
    None
}

fn proposed(path: &str, text: &str, version: Option<&str>) -> Proposal {
    propose(path, text, &|_| version.map(str::to_owned)).expect("a proposal")
}

fn servers(path: &str, text: &str) -> Discovery {
    let mut found = Discovery::default();
    found.read(path, text);
    found
}

#[test]
fn only_the_value_changes_and_everything_around_it_stays() {
    let text = "\u{feff}{ // servers\r\n\t\"mcpServers\": {\r\n\t\t\"a\" : { \"command\":\"npx\", \"args\": [\"-y\",  \"@acme/a@latest\", /* port */ \"1\", ], },\r\n\t},\r\n}";
    let proposal = proposed(".cursor/mcp.json", text, Some("1.2.3"));
    assert_eq!(proposal.text, text.replace("@acme/a@latest", "@acme/a@1.2.3"));
    assert_eq!(proposal.changes.len(), 1);
    assert_eq!(proposal.changes[0].line, 3);
    assert!(proposal.needed.is_empty() && !proposal.holds_secret);
}

#[test]
fn a_version_is_never_invented() {
    let text = r#"{"mcpServers": {"a": {"command": "npx", "args": ["-y", "acme"]}, "b": {"command": "docker", "args": ["run", "acme/b"]}}}"#;
    let proposal = propose(".mcp.json", text, &none).expect("a proposal");
    assert_eq!((proposal.text.as_str(), proposal.changes.len()), (text, 0));
    assert!(proposal.needed[0].text.contains("--pin acme=VERSION"), "{:?}", proposal.needed);
    assert!(proposal.needed[1].text.contains("digest"), "{:?}", proposal.needed);
    for version in ["latest", "1.0.0 --evil", "^1.0.0", "", "1.0\"}"] {
        assert_eq!(proposed(".mcp.json", text, Some(version)).changes, [], "{version}");
    }
}

#[test]
fn launchers_are_pinned_in_their_own_way() {
    for (args, expected) in [
        (r#""npx", "acme""#, r#""npx", "acme@1.2.3""#),
        (r#""npx", "--package", "@acme/b@next", "run""#, r#""npx", "--package", "@acme/b@1.2.3", "run""#),
        (r#""uvx", "acme-tool""#, r#""uvx", "acme-tool@1.2.3""#),
        (r#""uvx", "--from", "acme-tool", "serve""#, r#""uvx", "--from", "acme-tool==1.2.3", "serve""#),
    ] {
        let text = |args: &str| format!("{{\"mcpServers\": {{\"a\": {{\"command\": \"env\", \"args\": [{args}]}}}}}}");
        let proposal = proposed(".mcp.json", &text(args), Some("1.2.3"));
        assert_eq!(proposal.text, text(expected));
        assert_eq!(proposed(".mcp.json", &proposal.text, Some("9.9.9")).changes, [], "what is pinned stays");
    }
    let pinned = r#"{"mcpServers": {"a": {"command": "npx", "args": ["acme@1.0.0"]}}}"#;
    assert_eq!(proposed(".mcp.json", pinned, Some("1.2.3")).text, pinned);
}

#[test]
fn secrets_become_placeholders_of_the_client() {
    let secret = secret();
    for (path, outer, expected) in [
        (".cursor/mcp.json", "mcpServers", "${env:API_KEY}"),
        (".vscode/mcp.json", "servers", "${env:API_KEY}"),
        (".mcp.json", "mcpServers", "${API_KEY}"),
        (".gemini/settings.json", "mcpServers", "${API_KEY}"),
    ] {
        let text = |key: &str, token: &str| {
            format!(
                "{{\"{outer}\": {{\"a b\": {{\"command\": \"a\", \"env\": {{\"API_KEY\": \"{key}\", \"MODE\": \"x\"}}, \"headers\": {{\"Authorization\": \"{token}\"}}}}}}}}"
            )
        };
        let proposal = proposed(path, &text(&secret, &format!("Bearer {secret}")), None);
        let header = expected.replace("API_KEY", "A_B_AUTHORIZATION");
        assert_eq!(proposal.text, text(expected, &format!("Bearer {header}")), "{path}");
        let said: String = proposal.changes.iter().map(|change| change.text.as_str()).collect();
        assert!(said.contains("API_KEY") && said.contains("A_B_AUTHORIZATION") && proposal.holds_secret, "{said}");
        assert!(servers(path, &proposal.text).mcps.iter().all(|mcp| mcp.secrets.is_empty()), "{path}");
    }
}

#[test]
fn clients_without_placeholders_are_told_and_not_edited() {
    let text =
        format!("{{\"mcpServers\": {{\"a\": {{\"command\": \"a\", \"env\": {{\"API_KEY\": \"{}\"}}}}}}}}", secret());
    for path in ["claude_desktop_config.json", ".claude.json"] {
        let proposal = proposed(path, &text, None);
        assert_eq!(
            (proposal.text.as_str(), proposal.changes.len(), proposal.needed.len()),
            (text.as_str(), 0, 1),
            "{path}"
        );
    }
    let toml = format!(
        "[mcp_servers.a]\ncommand = \"npx\"\nargs = [\"acme\"]\n[mcp_servers.a.env]\nAPI_KEY = \"{}\"\n",
        secret()
    );
    let proposal = proposed(".codex/config.toml", &toml, Some("1.2.3"));
    assert_eq!((proposal.text.as_str(), proposal.needed.len()), (toml.as_str(), 2));
}

#[test]
fn a_mended_file_says_the_same_but_for_the_change() {
    let secret = secret();
    for number in 0..200_usize {
        let blank = ["", " ", "\n  ", "\r\n\t", " /* c */ ", "\n// c\n"][number % 6];
        let comma = if number % 2 == 0 { "," } else { "" };
        let value = [secret.as_str(), "Bearer ${env:X}", "plain", "a\\\"b\\u00e9"][number % 4];
        let package = ["acme", "@acme/x", "acme@1.0.0", "./local"][(number / 4) % 4];
        let text = format!(
            "{{{blank}\"mcpServers\":{blank}{{\"é{number}\":{blank}{{\"command\":{blank}\"npx\",\"args\":[\"-y\",{blank}\"{package}\"{comma}],\"env\":{{\"TOKEN\":{blank}\"{value}\"{comma}}}}}{comma}{blank}}}{comma}}}"
        );
        let proposal = proposed(".cursor/mcp.json", &text, Some("1.2.3"));
        let (before, after) = (servers(".cursor/mcp.json", &text), servers(".cursor/mcp.json", &proposal.text));
        assert_eq!((before.mcps.len(), after.mcps.len()), (1, 1), "{text}");
        assert!(after.skipped.is_empty() && after.mcps[0].secrets.is_empty(), "{}", proposal.text);
        let (mut one, other) = (before.mcps[0].clone(), after.mcps[0].clone());
        if package.starts_with(['a', '@']) {
            assert!(!other.risk_reasons.iter().any(|reason| reason == "unpinned"), "{}", proposal.text);
        }
        one.command.clone_from(&other.command);
        (one.package, one.risk, one.risk_reasons, one.secrets, one.line) =
            (other.package.clone(), other.risk, other.risk_reasons.clone(), other.secrets.clone(), other.line);
        assert_eq!(one, other);
        assert_eq!(proposed(".cursor/mcp.json", &proposal.text, Some("1.2.3")).changes, [], "mended once is mended");
    }
}

#[test]
fn what_people_see_holds_no_secret() {
    let secret = secret();
    let text = format!(
        r#"{{"mcpServers": {{"a": {{"command": "a", "args": ["--token", "{secret}", "--key={secret}"], "env": {{"KEY": "{secret}"}}}},
        "b": {{"url": "https://b.example/{secret}/mcp?token={secret}", "headers": {{"Authorization": "Bearer {secret}"}}}}, "{secret}": {{"command": "npx", "args": ["{secret}"]}}}}}}"#
    );
    for path in [".cursor/mcp.json", "claude_desktop_config.json"] {
        let proposal = proposed(path, &text, None);
        let remarks = format!("{:?}{:?}", proposal.changes, proposal.needed);
        assert!(!remarks.contains(&secret), "{remarks}");
        // The name of a server is no value that a mask is for; the caller masks every line that it shows.
        let name = format!("\"{secret}\": {{");
        for shown in [&proposal.shown_before, &proposal.shown_after] {
            assert!(!shown.replace(&name, "").contains(&secret), "{shown}");
        }
        assert_eq!(proposal.shown_before.lines().count(), text.lines().count());
    }
}

#[test]
fn hostile_files_change_nothing() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        &"[".repeat(100_000),
        r#"{"mcpServers": [{"command": "npx"}]}"#,
        r#"{"mcpServers": {"a": 1, "b": {"args": "x"}}}"#,
    ] {
        if let Ok(proposal) = propose(".mcp.json", text, &none) {
            assert!(proposal.changes.is_empty(), "{text}");
        }
    }
}
