//! The result of a scan for reading in a terminal.

use std::fmt::Write as _;

use contracts::api::scans::{DiscoveredMcp, FileFinding, McpKind, Risk, Scan};
use report::severity_of;

use crate::output::{BOLD, DIM, bold, of_severity};
use crate::table::paragraph;

/// Renders the whole result. Names and paths come from files of anybody: their control characters do not reach the terminal.
pub(super) fn render(scan: &Scan, width: u16) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = header(&mut text, scan)
        .and_then(|()| sorted(scan).into_iter().try_for_each(|mcp| server(&mut text, mcp, width)))
        .and_then(|()| around(&mut text, scan, width))
        .and_then(|()| skipped(&mut text, scan, width));
    text
}

fn header(text: &mut String, scan: &Scan) -> std::fmt::Result {
    writeln!(text, "\n{BOLD}{}{BOLD:#}", shown(&scan.name))?;
    let count = |risk: Risk| scan.discovered.iter().filter(|mcp| mcp.risk == risk).count();
    if scan.discovered.is_empty() {
        return writeln!(text, "No MCP servers found.");
    }
    let servers = if scan.discovered.len() == 1 { "server" } else { "servers" };
    let counts: Vec<_> = [Risk::High, Risk::Medium, Risk::Low]
        .into_iter()
        .filter(|risk| count(*risk) > 0)
        .map(|risk| {
            let style = of_severity(severity_of(risk));
            format!("{style}{} {risk}{style:#}", count(risk))
        })
        .collect();
    writeln!(text, "{} MCP {servers}: risk {}", scan.discovered.len(), counts.join(", "))
}

/// Worst first, then as found.
fn sorted(scan: &Scan) -> Vec<&DiscoveredMcp> {
    let mut servers: Vec<_> = scan.discovered.iter().collect();
    servers.sort_by_key(|mcp| std::cmp::Reverse(mcp.risk));
    servers
}

fn server(text: &mut String, mcp: &DiscoveredMcp, width: u16) -> std::fmt::Result {
    let style = of_severity(severity_of(mcp.risk));
    let risk = mcp.risk.to_string().to_uppercase();
    let mut facts = vec![shown(&mcp.client), mcp.transport.clone()];
    facts.extend((mcp.kind != McpKind::Configured).then(|| mcp.kind.to_string()));
    facts.extend(mcp.known.as_ref().map(|known| format!("{} by {}", known.name, known.publisher)));
    facts.extend(mcp.disabled.then(|| "disabled".to_owned()));
    writeln!(text, "\n{style}{risk:<8}{style:#} {BOLD}{}{BOLD:#} {DIM}{}{DIM:#}", shown(&mcp.name), facts.join(" · "))?;
    let line = mcp.line.map_or_else(String::new, |line| format!(":{line}"));
    let project = mcp.project.as_ref().map_or_else(String::new, |project| format!(" for {project}"));
    paragraph(text, &shown(&format!("{}{line}{project}", mcp.config_path)), width)?;
    let runs = mcp.url.clone().unwrap_or_else(|| mcp.command.join(" "));
    paragraph(text, &shown(&runs), width)?;
    if let Some(package) = &mcp.package {
        paragraph(text, &shown(&format!("package: {package}")), width)?;
    }
    if !mcp.risk_reasons.is_empty() {
        paragraph(text, &format!("look at: {}", mcp.risk_reasons.join(", ")), width)?;
    }
    for secret in &mcp.secrets {
        let name = secret.name.as_deref().map_or_else(String::new, |name| format!(" {name}"));
        paragraph(
            text,
            &shown(&format!("secret: {} in {}{name}: {}", secret.secret_type, secret.place, secret.masked)),
            width,
        )?;
    }
    Ok(())
}

/// Findings in the files around the servers, worst first as they come.
fn around(text: &mut String, scan: &Scan, width: u16) -> std::fmt::Result {
    if scan.findings.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{BOLD}Around the servers{BOLD:#}")?;
    scan.findings.iter().try_for_each(|found| finding(text, found, width))
}

fn finding(text: &mut String, found: &FileFinding, width: u16) -> std::fmt::Result {
    let finding = &found.finding;
    let style = of_severity(finding.severity);
    let severity = finding.severity.to_string().to_uppercase();
    let (check, confidence) = (&finding.check, finding.confidence);
    writeln!(
        text,
        "\n{style}{severity:<8}{style:#} {BOLD}{}{BOLD:#} {DIM}{check} · {confidence}{DIM:#}",
        shown(&finding.title)
    )?;
    let line = found.line.map_or_else(String::new, |line| format!(":{line}"));
    paragraph(text, &shown(&format!("{}{line}", found.path)), width)?;
    paragraph(text, &shown(&finding.message), width)?;
    if let Some(evidence) = finding.evidence.first().filter(|evidence| !evidence.excerpt.is_empty()) {
        paragraph(text, &shown(&format!("seen: {}", evidence.excerpt)), width)?;
    }
    paragraph(text, &shown(&format!("fix: {}", finding.remediation)), width)
}

fn skipped(text: &mut String, scan: &Scan, width: u16) -> std::fmt::Result {
    let warning = bold(anstyle::AnsiColor::Yellow);
    if let Some(failure) = &scan.failure {
        writeln!(text, "\n{warning}INCOMPLETE{warning:#} {failure}")?;
    }
    if scan.skipped.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{warning}NOT READ{warning:#}")?;
    scan.skipped.iter().try_for_each(|file| paragraph(text, &shown(&format!("{}: {}", file.path, file.reason)), width))
}

/// The text without what a terminal would obey, in one line.
fn shown(text: &str) -> String {
    report::visible(text).replace('\n', " ")
}
