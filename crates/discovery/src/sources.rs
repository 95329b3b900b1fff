//! The files that clients of MCP keep their servers in, one line each.

/// One kind of configuration file.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The client that reads it.
    pub client: &'static str,
    /// How its path ends, with `/`; a leading `/` demands a whole path component.
    pub path: &'static str,
    /// Where the object of servers is, as a JSON pointer; the first that exists counts.
    pub servers: &'static [&'static str],
}

const MCP_SERVERS: &[&str] = &["/mcpServers"];

/// All sources; the first match counts.
pub const SOURCES: &[Source] = &[
    Source { client: "vscode", path: "/.vscode/mcp.json", servers: &["/servers", "/mcpServers"] },
    Source { client: "vscode", path: "/.vscode/settings.json", servers: &["/mcp/servers"] },
    Source { client: "cursor", path: "/.cursor/mcp.json", servers: MCP_SERVERS },
    Source { client: "gemini-cli", path: "/.gemini/settings.json", servers: MCP_SERVERS },
    Source { client: "roo", path: "/.roo/mcp.json", servers: MCP_SERVERS },
    Source { client: "kiro", path: "/.kiro/settings/mcp.json", servers: MCP_SERVERS },
    Source { client: "junie", path: "/.junie/mcp/mcp.json", servers: MCP_SERVERS },
    Source { client: "windsurf", path: "/mcp_config.json", servers: MCP_SERVERS },
    Source { client: "claude-desktop", path: "/claude_desktop_config.json", servers: MCP_SERVERS },
    Source { client: "claude-code", path: "/.mcp.json", servers: &["/mcpServers", "/servers"] },
    Source { client: "generic", path: "/mcp.json", servers: &["/mcpServers", "/servers"] },
];

/// The source that a path belongs to.
pub fn source_of(path: &str) -> Option<&'static Source> {
    let rooted = format!("/{}", path.replace('\\', "/"));
    SOURCES.iter().find(|source| rooted.ends_with(source.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_component_must_match_whole() {
        assert_eq!(source_of(".mcp.json").map(|source| source.client), Some("claude-code"));
        assert_eq!(source_of("a/b/.cursor/mcp.json").map(|source| source.client), Some("cursor"));
        assert_eq!(source_of(r"app\.vscode\mcp.json").map(|source| source.client), Some("vscode"));
        assert_eq!(source_of("not-mcp.json"), None);
        assert_eq!(source_of("package.json"), None);
    }
}
