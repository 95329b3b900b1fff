//! A finished audit as files: PDF for people, HTML for browsers, JSON for programs, SARIF for code scanning tools. And
//! a finished scan: SARIF, Markdown, and a CycloneDX bill of materials.
//!
//! Everything in an audit that came from the tested server is hostile. It reaches the PDF as JSON and never as typst
//! markup, reaches the HTML escaped, and loses its invisible characters on the way (see `text`). Links are live only
//! where the engine wrote them. Equal input gives equal bytes.

mod html;
mod pdf;
mod sarif;
mod scan;
mod text;
mod view;

use contracts::audit::Audit;
use contracts::documents::ReportFormat;
use jiff::Timestamp;

pub use scan::{ScanFormat, render_scan, severity_of};
pub use text::visible;

/// What a report says besides the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The test, or the report, as people look it up: shown on the cover.
    pub test_id: String,
    /// For whom it was made.
    pub organization: Option<String>,
    /// When it was made. The only time in the file that is not the audit's own.
    pub generated_at: Timestamp,
}

/// Why a report could not be rendered. Each is a fault of this crate: no audit may cause one.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The audit or its view is no JSON.
    #[error("cannot write the audit as JSON")]
    Json(#[from] serde_json::Error),
    /// The template did not compile.
    #[error("the PDF template failed: {0}")]
    Template(String),
    /// The laid out document could not be written.
    #[error("cannot write the PDF: {0}")]
    Pdf(String),
}

/// Renders one file.
pub fn render(audit: &Audit, context: &Context, format: ReportFormat) -> Result<Vec<u8>, RenderError> {
    match format {
        ReportFormat::Json => {
            let mut json = serde_json::to_vec_pretty(audit)?;
            json.push(b'\n');
            Ok(json)
        }
        ReportFormat::Sarif => sarif::render(&text::harmless(audit)?, context),
        ReportFormat::Html => Ok(html::render(&view::Report::new(&text::harmless(audit)?, context)).into_bytes()),
        ReportFormat::Pdf => pdf::render(&view::Report::new(&text::harmless(audit)?, context), context.generated_at),
    }
}
