//! The table. The first source that matches a path counts, so what is narrow stands before what is wide.
//!
//! Places and forms are those of the clients' own documentation, which each entry names.

use super::Place::{AppData, Home, HomeOf, Managed, Project};
use super::System::{Linux, MacOs, Windows};
use super::{Place, Source};
use crate::document::Format;
use crate::shapes::Shape::{self, Servers};

/// The data folder of an editor that descends from VS Code, and of its server on remote machines and in WSL.
macro_rules! in_editors {
    ($path:literal) => {
        &[
            AppData(concat!("{Code,Code - Insiders,VSCodium,Cursor,Windsurf,Antigravity,Kiro,Trae}/User/", $path)),
            Home(concat!("{.vscode-server,.vscode-server-insiders,.cursor-server,.windsurf-server}/data/User/", $path)),
        ]
    };
}

const MCP_SERVERS: Shape = Servers(&["mcpServers"]);

const fn json(client: &'static str, shape: Shape, places: &'static [Place]) -> Source {
    Source { client, places, format: Format::Json, shape, broad: false }
}

const fn yaml(client: &'static str, shape: Shape, places: &'static [Place]) -> Source {
    Source { client, places, format: Format::Yaml, shape, broad: false }
}

const fn toml(client: &'static str, shape: Shape, places: &'static [Place]) -> Source {
    Source { client, places, format: Format::Toml, shape, broad: false }
}

/// For files that are seldom about MCP.
const fn broad(mut source: Source) -> Source {
    source.broad = true;
    source
}

/// All sources.
pub const SOURCES: &[Source] = &[
    // https://modelcontextprotocol.io/docs/develop/connect-local-servers; the store's package on Windows has a folder of its own.
    json(
        "claude-desktop",
        MCP_SERVERS,
        &[
            AppData("Claude/claude_desktop_config.json"),
            HomeOf(Windows, "AppData/Local/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json"),
            Project("claude_desktop_config.json"),
        ],
    ),
    // https://github.com/modelcontextprotocol/mcpb
    json("claude-desktop", Shape::Extension, &[AppData("Claude/Claude Extensions/*/manifest.json")]),
    broad(json("claude-desktop", Shape::Extension, &[Project("manifest.json")])),
    // https://code.claude.com/docs/en/mcp: servers of the user, and under `projects` those that a user has for one folder.
    json(
        "claude-code",
        Servers(&["mcpServers", "projects/*/mcpServers"]),
        &[Home(".claude.json"), Home(".claude/.claude.json")],
    ),
    // https://code.claude.com/docs/en/mcp#managed-mcp-configuration
    json(
        "claude-code",
        MCP_SERVERS,
        &[
            Managed(Linux, "etc/claude-code/managed-mcp.json"),
            Managed(MacOs, "Library/Application Support/ClaudeCode/managed-mcp.json"),
            Managed(Windows, "Program Files/ClaudeCode/managed-mcp.json"),
        ],
    ),
    // https://code.claude.com/docs/en/plugins-reference#mcp-servers
    json(
        "claude-code",
        MCP_SERVERS,
        &[Project(".claude-plugin/plugin.json"), Home(".claude/settings.json"), Project(".claude/settings.local.json")],
    ),
    // https://docs.warp.dev/agents/capabilities/mcp
    json("warp", Servers(&["mcpServers", "."]), &[Home(".warp/.mcp.json")]),
    // https://code.visualstudio.com/docs/copilot/reference/mcp-configuration
    json("vscode", Servers(&["servers", "mcpServers"]), in_editors!("{mcp.json,profiles/*/mcp.json}")),
    json("vscode", Servers(&["servers", "mcpServers"]), &[Project(".vscode/mcp.json")]),
    broad(json("vscode", Servers(&["mcp/servers"]), in_editors!("settings.json"))),
    broad(json("vscode", Servers(&["mcp/servers"]), &[Project(".vscode/settings.json")])),
    broad(json("vscode", Servers(&["settings/mcp/servers", "mcp/servers"]), &[Project("*.code-workspace")])),
    // https://code.visualstudio.com/docs/copilot/customization/mcp-servers (dev containers)
    broad(json(
        "vscode",
        Servers(&["customizations/vscode/mcp/servers", "customizations/vscode/settings/mcp/servers"]),
        &[
            Project(".devcontainer/devcontainer.json"),
            Project(".devcontainer/*/devcontainer.json"),
            Project(".devcontainer.json"),
        ],
    )),
    // https://cursor.com/docs/context/mcp
    json("cursor", MCP_SERVERS, &[Home(".cursor/mcp.json")]),
    // https://docs.windsurf.com/windsurf/cascade/mcp
    json(
        "windsurf",
        MCP_SERVERS,
        &[
            Home(".codeium/windsurf/mcp_config.json"),
            Home(".codeium/mcp_config.json"),
            Project(".windsurf/mcp_config.json"),
        ],
    ),
    // https://antigravity.google/docs/mcp; the first was the only place before version 2.
    json(
        "antigravity",
        MCP_SERVERS,
        &[
            Home(".gemini/antigravity/mcp_config.json"),
            Home(".gemini/{antigravity-ide,antigravity-cli}/mcp_config.json"),
            Home(".gemini/config/mcp_config.json"),
            Project(".agents/mcp_config.json"),
        ],
    ),
    json("windsurf", MCP_SERVERS, &[Project("mcp_config.json")]),
    // https://zed.dev/docs/ai/mcp
    json(
        "zed",
        Servers(&["context_servers"]),
        &[
            Home(".config/zed/settings.json"),
            HomeOf(Windows, "AppData/Roaming/Zed/settings.json"),
            Project(".zed/settings.json"),
        ],
    ),
    // https://docs.roocode.com/features/mcp/using-mcp-in-roo
    json(
        "roo",
        MCP_SERVERS,
        in_editors!("globalStorage/rooveterinaryinc.roo-cline/settings/{mcp_settings.json,cline_mcp_settings.json}"),
    ),
    json("roo", MCP_SERVERS, &[Project(".roo/mcp.json")]),
    // https://docs.cline.bot/mcp/configuring-mcp-servers
    json("cline", MCP_SERVERS, in_editors!("globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json")),
    json(
        "cline",
        MCP_SERVERS,
        &[Home(".cline/data/settings/cline_mcp_settings.json"), Project("cline_mcp_settings.json")],
    ),
    // https://kilo.ai/docs/automate/mcp/using-in-kilo-code; `mcp_settings.json` and `.kilocode` were its places before.
    json(
        "kilo",
        Servers(&["mcp", "mcpServers"]),
        &[Home(".config/kilo/{kilo.json,kilo.jsonc}"), Project("{kilo.json,kilo.jsonc}")],
    ),
    json("kilo", MCP_SERVERS, in_editors!("globalStorage/kilocode.kilo-code/settings/mcp_settings.json")),
    json(
        "kilo",
        MCP_SERVERS,
        &[Home(".kilocode/cli/global/settings/mcp_settings.json"), Project(".kilocode/mcp.json")],
    ),
    // https://docs.continue.dev/customize/deep-dives/mcp
    yaml(
        "continue",
        Servers(&["mcpServers"]),
        &[Home(".continue/{config.yaml,config.yml}"), Project(".continue/{mcpServers,agents,assistants}/*.{yaml,yml}")],
    ),
    json("continue", Servers(&["mcpServers", "."]), &[Project(".continue/mcpServers/*.json")]),
    json(
        "continue",
        Servers(&["experimental/modelContextProtocolServers", "mcpServers"]),
        &[Home(".continue/config.json"), Project(".continuerc.json")],
    ),
    // https://geminicli.com/docs/tools/mcp-server, https://geminicli.com/docs/get-started/configuration
    json(
        "gemini-cli",
        MCP_SERVERS,
        &[
            Home(".gemini/settings.json"),
            Home(".gemini/extensions/*/gemini-extension.json"),
            Project("gemini-extension.json"),
            Managed(Linux, "etc/gemini-cli/settings.json"),
            Managed(MacOs, "Library/Application Support/GeminiCli/settings.json"),
            Managed(Windows, "ProgramData/gemini-cli/settings.json"),
        ],
    ),
    // https://developers.openai.com/codex/mcp
    toml(
        "codex",
        Servers(&["mcp_servers", "profiles/*/mcp_servers"]),
        &[
            Home(".codex/config.toml"),
            Managed(Linux, "etc/codex/config.toml"),
            Managed(Linux, "etc/codex/managed_config.toml"),
        ],
    ),
    // https://block.github.io/goose/docs/guides/config-files
    yaml(
        "goose",
        Servers(&["extensions"]),
        &[Home(".config/goose/config.yaml"), HomeOf(Windows, "AppData/Roaming/Block/goose/config/config.yaml")],
    ),
    // https://opencode.ai/docs/mcp-servers
    json(
        "opencode",
        Servers(&["mcp"]),
        &[
            Home(".config/opencode/{opencode.json,opencode.jsonc,config.json}"),
            Project("{opencode.json,opencode.jsonc}"),
        ],
    ),
    // https://docs.aws.amazon.com/amazonq/latest/qdeveloper-ug/command-line-mcp-understanding-config.html
    json(
        "amazon-q",
        MCP_SERVERS,
        &[
            Home(".aws/amazonq/{mcp.json,default.json}"),
            Home(".aws/amazonq/{cli-agents,agents}/*.json"),
            Project(".amazonq/{mcp.json,default.json}"),
            Project(".amazonq/{cli-agents,agents}/*.json"),
        ],
    ),
    // https://kiro.dev/docs/mcp/configuration
    json("kiro", MCP_SERVERS, &[Home(".kiro/settings/mcp.json"), Home(".kiro/agents/*.json")]),
    // https://junie.jetbrains.com/docs/junie-cli-mcp-configuration.html
    json("junie", MCP_SERVERS, &[Home(".junie/mcp/mcp.json")]),
    // https://docs.github.com/en/copilot/how-tos/provide-context/use-mcp/extend-copilot-chat-with-mcp (JetBrains IDEs)
    json(
        "copilot-jetbrains",
        Servers(&["servers", "mcpServers"]),
        &[
            Home(".config/github-copilot/intellij/mcp.json"),
            HomeOf(Windows, "AppData/Local/github-copilot/intellij/mcp.json"),
        ],
    ),
    // https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-command-reference
    json(
        "copilot-cli",
        Servers(&["mcpServers", "."]),
        &[Home(".copilot/mcp-config.json"), Project(".github/mcp.json")],
    ),
    // https://lmstudio.ai/docs/app/mcp; on macOS some versions keep it in the cache.
    json("lm-studio", MCP_SERVERS, &[Home(".lmstudio/mcp.json"), Home(".cache/lm-studio/mcp.json")]),
    // https://github.com/charmbracelet/crush#mcps
    json(
        "crush",
        Servers(&["mcp"]),
        &[
            Home(".config/crush/crush.json"),
            HomeOf(Windows, "AppData/Local/crush/crush.json"),
            Project("{crush.json,.crush.json}"),
        ],
    ),
    Source {
        client: "crush",
        places: &[Home(".config/crush/crushrc"), Project("{crushrc,.crushrc}")],
        format: Format::Script,
        shape: Servers(&[]),
        broad: true,
    },
    // https://docs.docker.com/ai/mcp-catalog-and-toolkit
    yaml(
        "docker-mcp",
        Shape::Catalogue,
        &[Home(".docker/mcp/catalogs/*.{yaml,yml}"), Home(".docker/mcp/registry.yaml"), Project("docker-mcp.yaml")],
    ),
    broad(yaml("docker-mcp", Shape::Catalogue, &[Project("servers/*/server.yaml")])),
    // Project files of several clients; Claude Code, Copilot CLI and others read the first.
    json("claude-code", Servers(&["mcpServers", "servers", "."]), &[Project(".mcp.json")]),
    json(
        "generic",
        Servers(&["mcpServers", "servers", "mcp/servers", "."]),
        &[
            Project("mcp.json"),
            Project(".mcp/*.json"),
            Project("mcp.*.json"),
            Project("mcp-config.json"),
            Project("mcp_servers.json"),
        ],
    ),
    // https://github.com/modelcontextprotocol/registry
    broad(json("mcp-registry", Shape::Registry, &[Project("server.json")])),
    broad(json("npm", Shape::NodePackage, &[Project("package.json")])),
    broad(toml("python", Shape::PythonProject, &[Project("pyproject.toml")])),
    broad(yaml(
        "compose",
        Shape::Compose,
        &[Project("{compose,docker-compose}.{yaml,yml}"), Project("{compose,docker-compose}{.,-}*.{yaml,yml}")],
    )),
    broad(yaml("kubernetes", Shape::Kubernetes, &[Project("*.{yaml,yml}")])),
];
