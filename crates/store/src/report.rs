//! Reports and their files.

use contracts::api::Status;
use contracts::documents::{ReportFile, ReportFormat};
use contracts::ids::{ReportId, TestId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::job::{Created, Job, NewJob, Record, conflict};
use crate::{OrgScope, Result, Store, keys};

/// A stored report.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportItem {
    /// The report.
    pub report_id: ReportId,
    /// The test that it describes.
    pub test_id: TestId,
    /// The files that were asked for.
    pub formats: Vec<ReportFormat>,
    /// How far it is.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its files, once completed.
    pub files: Vec<ReportFile>,
    /// Why it failed.
    pub failure: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReportRequest {
    report_id: ReportId,
    test_id: TestId,
    formats: Vec<ReportFormat>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReportOutcome {
    files: Vec<ReportFile>,
}

impl Job for ReportItem {
    const PREFIX: &'static str = "REPORT#";
    const NOUN: &'static str = "report";
    type Request = ReportRequest;
    type Outcome = ReportOutcome;

    fn assemble(record: Record<Self>) -> Result<Self> {
        let ReportRequest { report_id, test_id, formats } = record.request;
        Ok(Self {
            report_id,
            test_id,
            formats,
            status: record.status,
            created_at: record.created_at,
            finished_at: record.finished_at,
            files: record.outcome.map(|outcome| outcome.files).unwrap_or_default(),
            failure: record.failure,
        })
    }
}

/// Without downloads, whose addresses [`Store::presign_report_file`] makes.
impl From<ReportItem> for contracts::api::reports::Report {
    fn from(item: ReportItem) -> Self {
        Self {
            report_id: item.report_id,
            test_id: item.test_id,
            status: item.status,
            created_at: item.created_at,
            files: Vec::new(),
            failure: item.failure,
        }
    }
}

impl Store {
    /// Stores a report as `queued`, or returns the one that was stored under this id before.
    pub async fn create_report(
        &self,
        scope: &OrgScope,
        report: &ReportId,
        test: &TestId,
        formats: &[ReportFormat],
    ) -> Result<ReportItem> {
        let request = ReportRequest { report_id: report.clone(), test_id: test.clone(), formats: formats.to_vec() };
        let job = NewJob { id: report.as_str(), request: &request, content: test.to_string(), idempotency_key: None };
        match self.create_job(scope, job).await? {
            Created::New(item) | Created::Existing(item) => Ok(item),
            Created::Conflict => Err(conflict::<ReportItem>(report.as_str(), "of another test")),
        }
    }

    /// Reads a report.
    pub async fn report(&self, scope: &OrgScope, report: &ReportId) -> Result<Option<ReportItem>> {
        self.job(scope, report.as_str()).await
    }

    /// Keeps one file of a report.
    pub async fn save_report_file(
        &self,
        scope: &OrgScope,
        report: &ReportId,
        format: ReportFormat,
        bytes: Vec<u8>,
    ) -> Result<ReportFile> {
        let size_bytes = bytes.len() as u64;
        let key = object_key(scope, report, format);
        self.put_object(&self.settings.reports_bucket, &key, format.media_type(), bytes).await?;
        Ok(ReportFile { format, size_bytes })
    }

    /// Ends a report with its files.
    pub async fn complete_report(&self, scope: &OrgScope, report: &ReportId, files: &[ReportFile]) -> Result<()> {
        self.complete_job::<ReportItem>(scope, report.as_str(), None, &ReportOutcome { files: files.to_vec() }).await
    }

    /// Ends a report with the reason why it could not be rendered; the first reason stays.
    pub async fn fail_report(&self, scope: &OrgScope, report: &ReportId, reason: &str) -> Result<()> {
        self.fail_job::<ReportItem>(scope, report.as_str(), reason).await
    }

    /// Makes an address that downloads this one file for five minutes. That the file exists is for the caller to know,
    /// from [`ReportItem::files`].
    pub async fn presign_report_file(&self, scope: &OrgScope, report: &ReportId, format: ReportFormat) -> Result<Url> {
        let file_name = format!("mcp-audit-report-{report}.{}", extension(format));
        let key = object_key(scope, report, format);
        self.presign_download(&self.settings.reports_bucket, &key, format.media_type(), &file_name).await
    }
}

fn object_key(scope: &OrgScope, report: &ReportId, format: ReportFormat) -> String {
    keys::object(scope, &format!("reports/{report}/report.{}", extension(format)))
}

fn extension(format: ReportFormat) -> &'static str {
    match format {
        ReportFormat::Pdf => "pdf",
        ReportFormat::Html => "html",
        ReportFormat::Json => "json",
        ReportFormat::Sarif => "sarif",
    }
}
