//! A scan in Markdown (CommonMark with the tables of GitHub).

use std::fmt::Write as _;

use contracts::api::scans::{DiscoveredMcp, Risk, Scan};

use super::reached_by;

pub(super) fn render(scan: &Scan) -> String {
    let mut text = format!("# MCP servers of {}\n\n", escaped(&scan.name));
    let count = |risk: Risk| scan.discovered.iter().filter(|mcp| mcp.risk == risk).count();
    let (high, medium, low) = (count(Risk::High), count(Risk::Medium), count(Risk::Low));
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{} found: {high} of high risk, {medium} of medium risk, {low} of low risk.\n",
        scan.discovered.len()
    );
    if !scan.discovered.is_empty() {
        text.push_str("| Risk | Server | Client | Runs | Package | Reasons | Secrets | File |\n");
        text.push_str("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    }
    for mcp in &scan.discovered {
        let _ = writeln!(text, "| {} |", row(mcp).map(|cell| escaped(&cell)).join(" | "));
    }
    if !scan.findings.is_empty() {
        text.push_str("\n## Around the servers\n\n| Severity | Check | Finding | File |\n| --- | --- | --- | --- |\n");
    }
    for found in &scan.findings {
        let line = found.line.map_or_else(String::new, |line| format!(":{line}"));
        let finding = &found.finding;
        let cells = [
            finding.severity.to_string(),
            finding.check.to_string(),
            format!("{}: {}", finding.title, finding.message),
            format!("{}{line}", found.path),
        ];
        let _ = writeln!(text, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "));
    }
    if !scan.skipped.is_empty() {
        text.push_str("\n## Not read\n\n");
    }
    for file in &scan.skipped {
        let _ = writeln!(text, "- {}: {}", escaped(&file.path), escaped(&file.reason));
    }
    text
}

fn row(mcp: &DiscoveredMcp) -> [String; 8] {
    let publisher = mcp.known.as_ref().map_or_else(String::new, |known| format!(" ({})", known.publisher));
    let line = mcp.line.map_or_else(String::new, |line| format!(":{line}"));
    let secrets = mcp
        .secrets
        .iter()
        .map(|secret| format!("{} {}", secret.secret_type, secret.name.as_deref().unwrap_or_default()));
    [
        mcp.risk.to_string(),
        format!("{}{publisher}", mcp.name),
        format!("{}, {}", mcp.client, mcp.transport),
        reached_by(mcp),
        mcp.package.clone().unwrap_or_default(),
        mcp.risk_reasons.join(", "),
        secrets.collect::<Vec<_>>().join(", "),
        format!("{}{line}", mcp.config_path),
    ]
}

/// The text as itself: no markup, no link, no cell of its own. A backslash makes any ASCII punctuation literal (CommonMark 2.4);
/// what browsers take for an address without markup is broken by it as well.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            // Readable as they are, and harmless inside a cell.
            '.' | ',' | '/' | '-' | '(' | ')' | ';' => escaped.push(character),
            other if other.is_ascii_punctuation() => escaped.extend(['\\', other]),
            other => escaped.push(other),
        }
    }
    escaped
}
