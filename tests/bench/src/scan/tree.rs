//! A tree as large companies have them: many services with sources, some settings, and a few configurations of servers.

use std::fs;
use std::io;
use std::path::Path;

/// All files.
pub(crate) const FILES: usize = 50_000;
/// Those that configure servers.
pub(crate) const CONFIGURATIONS: usize = 500;
/// The servers in them.
pub(crate) const SERVERS: usize = CONFIGURATIONS * 2;

const SERVICES: usize = 500;
const PER_SERVICE: usize = FILES / SERVICES;
/// In each service: one configuration, a package manifest, and a manifest of a cluster that has nothing to do with servers.
const SPECIAL: usize = 3;

/// Writes the tree.
pub(crate) fn generate(root: &Path) -> io::Result<()> {
    for service in 0..SERVICES {
        let folder = root.join(format!("team-{}/service-{service}", service % 20));
        let (path, text) = configuration(service);
        write(&folder.join(path), &text)?;
        let manifest = format!(
            "{{\"name\": \"service-{service}\", \"version\": \"1.0.0\", \"dependencies\": {{\"express\": \"^5.0.0\"}}}}\n"
        );
        write(&folder.join("package.json"), &manifest)?;
        write(
            &folder.join("deploy/service.yaml"),
            &format!("apiVersion: v1\nkind: Service\nmetadata:\n  name: service-{service}\n"),
        )?;
        for file in 0..PER_SERVICE - SPECIAL {
            let ending = ["ts", "py", "md", "json", "css", "go"][file % 6];
            write(&folder.join(format!("src/part-{}/file-{file}.{ending}", file % 8)), "// A line of source.\n")?;
        }
    }
    Ok(())
}

/// The configuration of a service, in the forms of several clients.
fn configuration(service: usize) -> (&'static str, String) {
    let members = format!(
        "\"files-{service}\": {{\"command\": \"npx\", \"args\": [\"-y\", \"@modelcontextprotocol/server-filesystem@2026.1.14\", \"/srv\"]}},\n\"wiki-{service}\": {{\"url\": \"https://wiki.example/mcp\", \"headers\": {{\"Authorization\": \"Bearer ${{TOKEN}}\"}}}}"
    );
    match service % 5 {
        0 => (".mcp.json", format!("{{\"mcpServers\": {{\n{members}\n}}}}\n")),
        1 => (".cursor/mcp.json", format!("{{\n// ours\n\"mcpServers\": {{\n{members},\n}}}}\n")),
        2 => (".vscode/mcp.json", format!("{{\"servers\": {{\n{members}\n}}}}\n")),
        3 => (
            ".codex/config.toml",
            format!(
                "[mcp_servers.files-{service}]\ncommand = \"npx\"\nargs = [\"-y\", \"acme-files@1.0.0\"]\n\n[mcp_servers.wiki]\nurl = \"https://wiki.example/mcp\"\n"
            ),
        ),
        _ => (
            "compose.yaml",
            format!(
                "services:\n  files-{service}:\n    image: acme/files-mcp:1\n  wiki:\n    image: acme/wiki-mcp:1\n    ports: [\"80:80\"]\n"
            ),
        ),
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
