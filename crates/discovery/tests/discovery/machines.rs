//! The places of the clients on three operating systems.

use std::fs;
use std::path::Path;

use discovery::{Installation, System, machine};

/// Client, and its file in a home folder on Linux, macOS and Windows.
const PLACES: &[(&str, &str, &str, &str)] = &[
    (
        "claude-desktop",
        ".config/Claude/claude_desktop_config.json",
        "Library/Application Support/Claude/claude_desktop_config.json",
        "AppData/Roaming/Claude/claude_desktop_config.json",
    ),
    ("claude-code", ".claude.json", ".claude.json", ".claude.json"),
    ("cursor", ".cursor/mcp.json", ".cursor/mcp.json", ".cursor/mcp.json"),
    (
        "vscode",
        ".config/Code/User/mcp.json",
        "Library/Application Support/Code/User/profiles/work/mcp.json",
        "AppData/Roaming/Code - Insiders/User/mcp.json",
    ),
    (
        "windsurf",
        ".codeium/windsurf/mcp_config.json",
        ".codeium/windsurf/mcp_config.json",
        ".codeium/windsurf/mcp_config.json",
    ),
    ("zed", ".config/zed/settings.json", ".config/zed/settings.json", "AppData/Roaming/Zed/settings.json"),
    (
        "cline",
        ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        "Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        "AppData/Roaming/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
    ),
    (
        "roo",
        ".vscode-server/data/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
        "Library/Application Support/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
        "AppData/Roaming/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    ),
    ("kilo", ".config/kilo/kilo.jsonc", ".config/kilo/kilo.json", ".config/kilo/kilo.jsonc"),
    ("continue", ".continue/config.yaml", ".continue/config.yaml", ".continue/config.yaml"),
    ("gemini-cli", ".gemini/settings.json", ".gemini/settings.json", ".gemini/settings.json"),
    (
        "antigravity",
        ".gemini/config/mcp_config.json",
        ".gemini/antigravity/mcp_config.json",
        ".gemini/config/mcp_config.json",
    ),
    ("codex", ".codex/config.toml", ".codex/config.toml", ".codex/config.toml"),
    (
        "goose",
        ".config/goose/config.yaml",
        ".config/goose/config.yaml",
        "AppData/Roaming/Block/goose/config/config.yaml",
    ),
    ("opencode", ".config/opencode/opencode.json", ".config/opencode/opencode.jsonc", ".config/opencode/opencode.json"),
    ("amazon-q", ".aws/amazonq/mcp.json", ".aws/amazonq/cli-agents/dev.json", ".aws/amazonq/default.json"),
    ("kiro", ".kiro/settings/mcp.json", ".kiro/settings/mcp.json", ".kiro/settings/mcp.json"),
    ("junie", ".junie/mcp/mcp.json", ".junie/mcp/mcp.json", ".junie/mcp/mcp.json"),
    (
        "copilot-jetbrains",
        ".config/github-copilot/intellij/mcp.json",
        ".config/github-copilot/intellij/mcp.json",
        "AppData/Local/github-copilot/intellij/mcp.json",
    ),
    ("copilot-cli", ".copilot/mcp-config.json", ".copilot/mcp-config.json", ".copilot/mcp-config.json"),
    ("lm-studio", ".lmstudio/mcp.json", ".cache/lm-studio/mcp.json", ".lmstudio/mcp.json"),
    ("warp", ".warp/.mcp.json", ".warp/.mcp.json", ".warp/.mcp.json"),
    ("crush", ".config/crush/crush.json", ".config/crush/crush.json", "AppData/Local/crush/crush.json"),
    (
        "docker-mcp",
        ".docker/mcp/catalogs/ours.yaml",
        ".docker/mcp/catalogs/ours.yaml",
        ".docker/mcp/catalogs/ours.yaml",
    ),
];

/// A file of the client with one server, `it`.
fn configuration(client: &str) -> &'static str {
    match client {
        "codex" => "[mcp_servers.it]\ncommand = \"it\"\n",
        "continue" => "mcpServers:\n  - name: it\n    command: it\n",
        "goose" => "extensions:\n  it: {type: stdio, cmd: it}\n",
        "docker-mcp" => "registry:\n  it: {image: mcp/it}\n",
        "zed" => r#"{"context_servers": {"it": {"command": "it"}}}"#,
        "vscode" => r#"{"servers": {"it": {"command": "it"}}}"#,
        "kilo" | "opencode" | "crush" => r#"{"mcp": {"it": {"command": "it"}}}"#,
        _ => r#"{"mcpServers": {"it": {"command": "it"}}}"#,
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn clients_of(system: System) -> Vec<String> {
    let root = tempfile::tempdir().expect("a temporary folder");
    let home = root.path().join(if system == System::Linux { "home/alice" } else { "Users/alice" });
    for (client, linux, macos, windows) in PLACES {
        let path = match system {
            System::Linux => linux,
            System::MacOs => macos,
            System::Windows => windows,
        };
        write(&home.join(path), configuration(client));
    }
    let found = machine(&[Installation { root: root.path().to_owned(), system, home: None }], None);
    assert_eq!(found.skipped, []);
    assert!(found.mcps.iter().all(|mcp| mcp.name == "it"), "{found:?}");
    found.mcps.into_iter().map(|mcp| mcp.client).collect()
}

#[test]
fn every_client_is_found_on_every_system() {
    for system in [System::Linux, System::MacOs, System::Windows] {
        let mut clients = clients_of(system);
        clients.sort();
        let mut expected: Vec<_> = PLACES.iter().map(|(client, ..)| *client).collect();
        expected.sort_unstable();
        assert_eq!(clients, expected, "{system:?}");
    }
}

#[test]
fn places_for_all_users_plugins_and_links_are_read() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let at = |path: &str| root.path().join(path);
    let server = r#"{"mcpServers": {"it": {"command": "it"}}}"#;
    write(&at("etc/claude-code/managed-mcp.json"), server);
    write(&at("home/bob/.claude/plugins/cache/market/plugin/1.0/.mcp.json"), server);
    write(&at("home/bob/dotfiles/mcp.json"), server);
    fs::create_dir_all(at("home/bob/.cursor")).expect("a folder");
    #[cfg(unix)]
    std::os::unix::fs::symlink(at("home/bob/dotfiles/mcp.json"), at("home/bob/.cursor/mcp.json")).expect("a link");
    let found = machine(&[Installation { root: root.path().to_owned(), system: System::Linux, home: None }], None);
    let prefix = format!("{}/", root.path().display());
    let paths: Vec<_> = found.mcps.iter().filter_map(|mcp| mcp.config_path.strip_prefix(&prefix)).collect();
    #[cfg(unix)]
    assert_eq!(
        paths,
        [
            "etc/claude-code/managed-mcp.json",
            "home/bob/.claude/plugins/cache/market/plugin/1.0/.mcp.json",
            "home/bob/.cursor/mcp.json"
        ]
    );
}

#[test]
fn the_windows_beside_a_subsystem_for_linux_is_found() {
    let root = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(root.path().join("mnt/c")).expect("a folder");
    let release = root.path().join("proc/sys/kernel/osrelease");
    write(&release, "6.6.87.2-microsoft-standard-WSL2\n");
    let windows = Installation::of_windows(root.path()).expect("a Windows");
    assert_eq!((windows.root, windows.system), (root.path().join("mnt/c"), System::Windows));
    write(&release, "6.1.0-generic\n");
    assert_eq!(Installation::of_windows(root.path()), None);
}
