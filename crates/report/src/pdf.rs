//! The PDF, typeset with typst from the templates in `templates/`.

mod world;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp as PdfTimestamp};

use crate::RenderError;
use crate::text::{breakable, for_each_string};
use crate::view::Report;
use world::ReportWorld;

pub(crate) fn render(report: &Report, generated_at: Timestamp) -> Result<Vec<u8>, RenderError> {
    let mut data = serde_json::to_value(report)?;
    for_each_string(&mut data, &breakable);
    // Metadata, not laid out: a zero-width space would only spoil it.
    data["title"] = report.title.as_str().into();
    let world = ReportWorld::new(serde_json::to_vec(&data)?);
    let compiled = typst::compile::<PagedDocument>(&world).output;
    // The cache is the whole process's and would only grow; emptied here, its memory serves the writing of the file.
    comemo::evict(0);
    let document = compiled.map_err(|errors| RenderError::Template(messages(&errors)))?;
    typst_pdf::pdf(&document, &options(generated_at)).map_err(|errors| RenderError::Pdf(messages(&errors)))
}

fn options(generated_at: Timestamp) -> PdfOptions {
    let at = generated_at.to_zoned(TimeZone::UTC);
    let part = |value: i8| u8::try_from(value).unwrap_or_default();
    let datetime = Datetime::from_ymd_hms(
        at.year().into(),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
    );
    PdfOptions {
        creator: Smart::Custom(Some("MCP Audit".to_owned())),
        // Without one, typst writes none: the file must depend on nothing but the report.
        timestamp: datetime.map(PdfTimestamp::new_utc),
        ..PdfOptions::default()
    }
}

fn messages(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}
