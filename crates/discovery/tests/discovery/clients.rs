//! The form in which each client keeps its servers.

use insta::assert_snapshot;

use crate::{read, shown};

#[test]
fn claude_desktop() {
    let text = r#"{
  "globalShortcut": "",
  "mcpServers": {
    "files": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem@2026.1.14", "/home/alice"]
    },
    "search": {"command": "uvx", "args": ["acme-search"], "env": {"ACME_KEY": "${ACME_KEY}"}}
  }
}"#;
    assert_snapshot!(shown(&read("claude_desktop_config.json", text)), @r"
    claude-desktop:4 files stdio `npx -y @modelcontextprotocol/server-filesystem@2026.1.14 /home/alice` npm:@modelcontextprotocol/server-filesystem@2026.1.14
    claude-desktop:8 search stdio `uvx acme-search` pypi:acme-search env ACME_KEY
    ");
}

#[test]
fn a_desktop_extension() {
    let text = r#"{
  "manifest_version": "0.3",
  "name": "acme-notes",
  "server": {
    "type": "node",
    "mcp_config": {"command": "node", "args": ["${__dirname}/server/index.js"], "env": {"KEY": "${user_config.key}"}}
  }
}"#;
    let path = "Library/Application Support/Claude/Claude Extensions/acme.notes/manifest.json";
    assert_snapshot!(shown(&read(path, text)), @"claude-desktop:4 acme-notes stdio `node ${__dirname}/server/index.js` env KEY");
    assert_snapshot!(shown(&read("web/manifest.json", r#"{"name": "mcp app", "server": {"mcp_config": {}}}"#)), @"");
}

#[test]
fn claude_code_of_a_user_and_of_each_project() {
    let text = r#"{
  "numStartups": 3,
  "mcpServers": {"notes": {"type": "http", "url": "https://notes.example/mcp", "headers": {"X-Team": "blue"}}},
  "projects": {
    "/srv/one": {"mcpServers": {"db": {"command": "acme-db"}}},
    "/srv/two": {
      "mcpServers": {"db": {"command": "acme-db", "args": ["--read-only"]}}
    }
  }
}"#;
    let found = read("home/alice/.claude.json", text);
    assert_snapshot!(shown(&found), @r"
    claude-code:3 notes http https://notes.example/mcp headers X-Team
    claude-code:5 db stdio in /srv/one `acme-db`
    claude-code:7 db stdio in /srv/two `acme-db --read-only`
    ");
    assert_ne!(found.mcps[1].mcp_id, found.mcps[2].mcp_id);
}

#[test]
fn claude_code_of_a_project_and_of_plugins() {
    let project = r#"{"mcpServers": {"a": {"command": "a"}}}"#;
    assert_snapshot!(shown(&read(".mcp.json", project)), @"claude-code:1 a stdio `a`");
    let bare = "{\n  \"$schema\": \"x\",\n  \"a\": {\"command\": \"${CLAUDE_PLUGIN_ROOT}/server\"}\n}";
    assert_snapshot!(shown(&read("plugin/.mcp.json", bare)), @"claude-code:3 a stdio `${CLAUDE_PLUGIN_ROOT}/server`");
    let plugin = r#"{"name": "p", "mcpServers": {"a": {"command": "a"}}}"#;
    assert_snapshot!(shown(&read("p/.claude-plugin/plugin.json", plugin)), @"claude-code:1 a stdio `a`");
    let elsewhere = r#"{"name": "p", "mcpServers": "./servers.json"}"#;
    assert_snapshot!(
        shown(&read("p/.claude-plugin/plugin.json", elsewhere)),
        @"skipped p/.claude-plugin/plugin.json: line 1: names a file instead of servers: scan that file"
    );
}

#[test]
fn cursor_windsurf_and_antigravity() {
    let text = "{\n  // team servers\n  \"mcpServers\": {\n    \"a\": {\"url\": \"https://a.example/sse\"},\n    \"b\": {\"serverUrl\": \"https://b.example/mcp\", \"disabled\": true,},\n  },\n}";
    assert_snapshot!(shown(&read(".cursor/mcp.json", text)), @r"
    cursor:4 a sse https://a.example/sse
    cursor:5 b http https://b.example/mcp disabled
    ");
    for (path, client) in [
        (".codeium/windsurf/mcp_config.json", "windsurf"),
        (".gemini/antigravity/mcp_config.json", "antigravity"),
        (".gemini/config/mcp_config.json", "antigravity"),
        (".agents/mcp_config.json", "antigravity"),
    ] {
        assert!(shown(&read(path, text)).starts_with(client), "{path}");
    }
}

#[test]
fn vscode_in_all_its_files() {
    let own = r#"{"inputs": [], "servers": {"a": {"type": "stdio", "command": "a", "env": {"K": "${input:k}"}}}}"#;
    assert_snapshot!(shown(&read(".vscode/mcp.json", own)), @"vscode:1 a stdio `a` env K");
    assert_snapshot!(shown(&read(".config/Code/User/profiles/x/mcp.json", own)), @"vscode:1 a stdio `a` env K");
    let nested = "{\n  // settings\n  \"mcp\": {\"servers\": {\n    \"a\": {\"command\": \"a\"}\n  }}\n}";
    assert_snapshot!(shown(&read(".vscode/settings.json", nested)), @"vscode:4 a stdio `a`");
    let dotted = r#"{"mcp.servers": {"a": {"command": "a"}}}"#;
    assert_snapshot!(shown(&read("AppData/Roaming/Code - Insiders/User/settings.json", dotted)), @"vscode:1 a stdio `a`");
    let workspace = r#"{"folders": [], "settings": {"mcp": {"servers": {"a": {"command": "a"}}}}}"#;
    assert_snapshot!(shown(&read("team.code-workspace", workspace)), @"vscode:1 a stdio `a`");
    let container = r#"{"customizations": {"vscode": {"mcp": {"servers": {"a": {"command": "a"}}}}}}"#;
    assert_snapshot!(shown(&read(".devcontainer/devcontainer.json", container)), @"vscode:1 a stdio `a`");
    assert_snapshot!(shown(&read(".vscode/settings.json", r#"{"editor.fontSize": 12}"#)), @"");
}

#[test]
fn zed() {
    let text = r#"{
  "context_servers": {
    "old": {"command": {"path": "acme", "args": ["serve"], "env": {"A": "b"}}},
    "new": {"source": "custom", "command": "acme", "args": ["serve"], "env": {"A": "b"}},
    "far": {"url": "https://far.example/mcp", "headers": {"Authorization": "Bearer $TOKEN"}},
    "from-extension": {"settings": {}}
  }
}"#;
    assert_snapshot!(shown(&read(".config/zed/settings.json", text)), @r"
    zed:3 old stdio `acme serve` env A
    zed:4 new stdio `acme serve` env A
    zed:5 far http https://far.example/mcp headers Authorization
    zed:6 from-extension stdio
    ");
}

#[test]
fn cline_roo_and_kilo() {
    let text = r#"{"mcpServers": {"a": {"command": "a", "disabled": true, "autoApprove": []}, "b": {"type": "streamable-http", "url": "https://b.example/mcp"}}}"#;
    for path in [
        ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        "Library/Application Support/Cursor/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
        ".vscode-server/data/User/globalStorage/kilocode.kilo-code/settings/mcp_settings.json",
        ".roo/mcp.json",
        ".kilocode/mcp.json",
    ] {
        let found = read(path, text);
        assert_eq!(found.mcps.len(), 2, "{path}: {found:?}");
        assert!(found.mcps[0].disabled && !found.mcps[1].disabled, "{path}");
        assert!(path.contains(&found.mcps[0].client[..3]), "{path}: {}", found.mcps[0].client);
    }
    let kilo = r#"{"mcp": {"a": {"type": "local", "command": ["npx", "-y", "acme-mcp@1.0.0"], "enabled": false}}}"#;
    assert_snapshot!(shown(&read(".kilo/kilo.jsonc", kilo)), @"kilo:1 a stdio `npx -y acme-mcp@1.0.0` npm:acme-mcp@1.0.0 disabled");
}

#[test]
fn continue_in_yaml_and_json() {
    let yaml = "name: mine\nmcpServers:\n  - name: db\n    command: uvx\n    args:\n      - acme-db\n    env:\n      KEY: ${{ secrets.KEY }}\n  - name: far\n    type: streamable-http\n    url: https://far.example/mcp\n    requestOptions:\n      headers:\n        Authorization: Bearer ${{ secrets.T }}\n  - oops\n";
    assert_snapshot!(shown(&read(".continue/config.yaml", yaml)), @r"
    continue:3 db stdio `uvx acme-db` pypi:acme-db env KEY
    continue:9 far http https://far.example/mcp headers Authorization
    skipped .continue/config.yaml: line 15: a server is expected here, with `name` and `command` or `url`
    ");
    assert_snapshot!(shown(&read("app/.continue/mcpServers/db.yaml", &yaml[..yaml.find("  - name: far").expect("it")])), @"continue:3 db stdio `uvx acme-db` pypi:acme-db env KEY");
    let json = r#"{"experimental": {"modelContextProtocolServers": [{"transport": {"type": "stdio", "command": "acme", "args": ["x"]}}]}}"#;
    assert_snapshot!(shown(&read(".continue/config.json", json)), @"continue:1 acme stdio `acme x`");
}

#[test]
fn gemini_cli_amazon_q_kiro_junie_copilot_lm_studio_and_warp() {
    let text = r#"{"mcpServers": {"a": {"command": "a"}, "b": {"httpUrl": "https://b.example/mcp"}}}"#;
    for (path, client) in [
        (".gemini/settings.json", "gemini-cli"),
        (".gemini/extensions/x/gemini-extension.json", "gemini-cli"),
        ("home/alice/.aws/amazonq/mcp.json", "amazon-q"),
        (".amazonq/cli-agents/dev.json", "amazon-q"),
        (".kiro/settings/mcp.json", "kiro"),
        (".junie/mcp/mcp.json", "junie"),
        (".copilot/mcp-config.json", "copilot-cli"),
        (".github/mcp.json", "copilot-cli"),
        (".config/github-copilot/intellij/mcp.json", "copilot-jetbrains"),
        (".lmstudio/mcp.json", "lm-studio"),
        (".warp/.mcp.json", "warp"),
        ("mcp.json", "generic"),
        (".mcp/servers.json", "generic"),
    ] {
        let found = read(path, text);
        let seen: Vec<_> = found.mcps.iter().map(|mcp| (mcp.client.as_str(), mcp.transport.as_str())).collect();
        assert_eq!(seen, [(client, "stdio"), (client, "http")], "{path}: {:?}", found.skipped);
    }
}

#[test]
fn codex() {
    let text = "model = \"x\"\n\n[mcp_servers.docs]\ncommand = \"npx\"\nargs = [\"-y\", \"acme-docs\"]\nenv_vars = [\"HOME\"]\n[mcp_servers.docs.env]\nKEY = \"${KEY}\"\n\n[mcp_servers.far]\nurl = \"https://far.example/mcp\"\nbearer_token_env_var = \"TOKEN\"\nhttp_headers = { X-Team = \"blue\" }\nenabled = false\n";
    assert_snapshot!(shown(&read(".codex/config.toml", text)), @r"
    codex:3 docs stdio `npx -y acme-docs` npm:acme-docs env KEY HOME
    codex:10 far http https://far.example/mcp headers X-Team Authorization disabled
    ");
}

#[test]
fn goose() {
    let text = "extensions:\n  developer:\n    type: builtin\n    enabled: true\n  files:\n    type: stdio\n    cmd: npx\n    args: [-y, acme-files]\n    envs: {}\n    env_keys:\n      - KEY\n    enabled: false\n  far:\n    type: streamable_http\n    uri: https://far.example/mcp\n    headers:\n      Authorization: Bearer ${T}\n";
    assert_snapshot!(shown(&read(".config/goose/config.yaml", text)), @r"
    goose:2 developer builtin
    goose:5 files stdio `npx -y acme-files` npm:acme-files env KEY disabled
    goose:13 far http https://far.example/mcp headers Authorization
    ");
}

#[test]
fn opencode_and_crush() {
    let opencode = r#"{"mcp": {"a": {"type": "local", "command": ["bunx", "acme"], "environment": {"K": "{env:K}"}}, "b": {"type": "remote", "url": "https://b.example/mcp"}}}"#;
    assert_snapshot!(shown(&read("opencode.jsonc", opencode)), @r"
    opencode:1 a stdio `bunx acme` npm:acme env K
    opencode:1 b http https://b.example/mcp
    ");
    let crush =
        r#"{"mcp": {"a": {"type": "stdio", "command": "a"}, "b": {"type": "sse", "url": "https://b.example/x"}}}"#;
    assert_snapshot!(shown(&read(".crush.json", crush)), @r"
    crush:1 a stdio `a`
    crush:1 b sse https://b.example/x
    ");
    let script = "mcp add github --type http --url https://a.example\n";
    assert_snapshot!(
        shown(&read(".config/crush/crushrc", script)),
        @"skipped .config/crush/crushrc: a script that configures the client while it runs: it is not executed here"
    );
}

#[test]
fn a_name_that_stands_twice_is_found_twice_each_at_its_line() {
    let text = "{\"mcpServers\": {\n\"a\": {\"command\": \"one\", \"env\": {\"a\": \"b\"}},\n\"a\": {\"command\": \"two\"}\n},\n\"mcpServers\": {\n\"a\": {\"command\": \"three\"}}}";
    let found = read(".mcp.json", text);
    assert_snapshot!(shown(&found), @r"
    claude-code:2 a stdio `one` env a
    claude-code:3 a stdio `two`
    claude-code:6 a stdio `three`
    ");
    assert_ne!(found.mcps[0].mcp_id, found.mcps[1].mcp_id);
    assert_ne!(found.mcps[1].mcp_id, found.mcps[2].mcp_id);
}
