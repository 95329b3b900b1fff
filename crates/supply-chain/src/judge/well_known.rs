//! Well-known MCP packages of npm and PyPI, to recognise names that imitate them.

use crate::Ecosystem::{self, Npm, PyPi};

/// A package that many use.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WellKnown {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: &'static str,
}

const fn npm(name: &'static str) -> WellKnown {
    WellKnown { ecosystem: Npm, name }
}

const fn pypi(name: &'static str) -> WellKnown {
    WellKnown { ecosystem: PyPi, name }
}

/// In alphabetical order within each ecosystem.
pub(super) const PACKAGES: &[WellKnown] = &[
    npm("@azure/mcp"),
    npm("@browsermcp/mcp"),
    npm("@cloudflare/mcp-server-cloudflare"),
    npm("@elastic/mcp-server-elasticsearch"),
    npm("@executeautomation/playwright-mcp-server"),
    npm("@hubspot/mcp-server"),
    npm("@modelcontextprotocol/inspector"),
    npm("@modelcontextprotocol/sdk"),
    npm("@modelcontextprotocol/server-brave-search"),
    npm("@modelcontextprotocol/server-everything"),
    npm("@modelcontextprotocol/server-filesystem"),
    npm("@modelcontextprotocol/server-github"),
    npm("@modelcontextprotocol/server-gitlab"),
    npm("@modelcontextprotocol/server-google-maps"),
    npm("@modelcontextprotocol/server-memory"),
    npm("@modelcontextprotocol/server-postgres"),
    npm("@modelcontextprotocol/server-puppeteer"),
    npm("@modelcontextprotocol/server-redis"),
    npm("@modelcontextprotocol/server-sequential-thinking"),
    npm("@modelcontextprotocol/server-slack"),
    npm("@mongodb-js/mongodb-mcp-server"),
    npm("@notionhq/notion-mcp-server"),
    npm("@playwright/mcp"),
    npm("@sentry/mcp-server"),
    npm("@stripe/mcp"),
    npm("@supabase/mcp-server-supabase"),
    npm("@upstash/context7-mcp"),
    npm("@wonderwhy-er/desktop-commander"),
    npm("chrome-devtools-mcp"),
    npm("exa-mcp-server"),
    npm("fastmcp"),
    npm("figma-developer-mcp"),
    npm("firecrawl-mcp"),
    npm("mcp-remote"),
    npm("mongodb-mcp-server"),
    npm("postmark-mcp"),
    npm("supergateway"),
    npm("tavily-mcp"),
    pypi("arxiv-mcp-server"),
    pypi("blender-mcp"),
    pypi("duckduckgo-mcp-server"),
    pypi("fastapi-mcp"),
    pypi("fastmcp"),
    pypi("markitdown-mcp"),
    pypi("mcp-atlassian"),
    pypi("mcp-proxy"),
    pypi("mcp-server-fetch"),
    pypi("mcp-server-git"),
    pypi("mcp-server-qdrant"),
    pypi("mcp-server-sqlite"),
    pypi("mcp-server-time"),
    pypi("postgres-mcp"),
];

/// Packages with a name close to a well-known one that are known to be what they say.
pub(super) const FORKS: &[(Ecosystem, &str)] = &[
    (Npm, "fastmcp-ts"),
    (Npm, "@cyanheads/filesystem-mcp-server"),
    (PyPi, "fastmcp-slim"),
    (PyPi, "mcp-server-gitlab"),
    (PyPi, "mcp-server-github"),
];

/// The package whose whole name, or name without scope, a server calls itself by. Nothing if several do.
pub(crate) fn package_of_server(name: &str) -> Option<(Ecosystem, &'static str)> {
    let means = |known: &&WellKnown| known.name == name || known.name.rsplit('/').next() == Some(name);
    let mut packages = PACKAGES.iter().filter(means);
    let first = packages.next()?;
    packages.next().is_none().then_some((first.ecosystem, first.name))
}
