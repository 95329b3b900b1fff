//! A finished scan as files.
//!
//! Names, paths and commands come from configurations that anybody may have written: they are as hostile as what a tested
//! server says, and go the same way (see [`crate::text`]).

mod cyclonedx;
mod markdown;
mod sarif;

use contracts::api::scans::{DiscoveredMcp, Risk, Scan};
use contracts::audit::Severity;

use crate::RenderError;
use crate::text::{harmless, harmless_value};

/// A file format of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanFormat {
    /// The [`Scan`] itself.
    Json,
    /// SARIF 2.1.0: a result for every reason to look and every finding, with file and line.
    Sarif,
    /// For tickets and wikis.
    Markdown,
    /// CycloneDX 1.6: servers as services, packages as components.
    CycloneDx,
}

/// Renders one file.
pub fn render_scan(scan: &Scan, format: ScanFormat) -> Result<Vec<u8>, RenderError> {
    let document = match format {
        ScanFormat::Markdown => return Ok(markdown::render(&harmless(scan)?).into_bytes()),
        ScanFormat::Json => harmless_value(scan)?,
        ScanFormat::Sarif => sarif::render(&harmless(scan)?),
        ScanFormat::CycloneDx => cyclonedx::render(&harmless(scan)?),
    };
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The severity that the risk of a server counts as, in gates and colours.
pub fn severity_of(risk: Risk) -> Severity {
    match risk {
        Risk::Low => Severity::Info,
        Risk::Medium => Severity::Medium,
        Risk::High => Severity::High,
    }
}

/// What a server is reached by: its URL, or the command that starts it.
fn reached_by(mcp: &DiscoveredMcp) -> String {
    match (&mcp.url, mcp.command.is_empty()) {
        (Some(url), _) => url.clone(),
        (None, false) => mcp.command.join(" "),
        (None, true) => mcp.package.clone().unwrap_or_default(),
    }
}
