//! Renders the files of one report and stores them.

use std::sync::Arc;

use anyhow::Context;
use contracts::Envelope;
use contracts::api::Status;
use contracts::audit::Audit;
use contracts::commands::report::ReportRequested;
use contracts::documents::{ReportFile, ReportFormat};
use contracts::events::report::{ReportFailed, ReportReady};
use contracts::events::usage::{Meter, UsageRecorded};
use report::RenderError;
use runtime::{Bus, Failure, Handler, Parts, reject};
use store::{OrgScope, Store};
use tracing::{error, info};

const SOURCE: &str = "/services/report-generator";

/// Renders reports.
pub(crate) struct Generator {
    store: Store,
    bus: Bus,
}

impl Generator {
    /// Builds the handler.
    pub(crate) fn new(parts: &Parts) -> Self {
        Self { store: parts.store.clone(), bus: parts.bus.clone() }
    }
}

impl Handler for Generator {
    type Message = ReportRequested;

    async fn handle(&self, command: Envelope<ReportRequested>) -> Result<(), Failure> {
        let ReportRequested { report_id, test_id, formats } = &command.data;
        let scope = OrgScope::of_event(&command);
        let Some(item) = self.store.report(&scope, report_id).await.context("read the report")? else {
            return Err(reject("there is no such report in this organisation"));
        };
        if item.status == Status::Completed {
            // A worker may have died before it told: consumers recognise the ids.
            return Ok(self.ready(&command, item.files).await?);
        }
        let Some(audit) = self.store.audit(&scope, test_id).await.context("read the result")? else {
            return Err(reject("the test of this report has no result"));
        };
        let organization = self.store.organization(&scope).await.context("read the organisation")?;
        let context = report::Context {
            test_id: test_id.to_string(),
            organization: organization.map(|organization| organization.name),
            // Of the test, not of now: the same test gives the same bytes however often it is rendered.
            generated_at: audit.finished_at,
        };
        match render(audit, context, formats.clone()).await? {
            Ok(rendered) => {
                let mut files = Vec::with_capacity(rendered.len());
                for (format, bytes) in rendered {
                    let file = self.store.save_report_file(&scope, report_id, format, bytes).await;
                    files.push(file.with_context(|| format!("store the {format} file"))?);
                }
                self.store.complete_report(&scope, report_id, &files).await.context("store the report item")?;
                self.ready(&command, files).await?;
            }
            // Rendering is a pure function: trying again cannot help.
            Err(cause) => {
                error!(report.id = %report_id, %cause, "a report cannot be rendered");
                let reason = cause.to_string();
                self.store.fail_report(&scope, report_id, &reason).await.context("store the failure")?;
                let failed = ReportFailed { report_id: report_id.clone(), test_id: test_id.clone(), reason };
                let failed = Envelope::caused_by(&command, SOURCE, "", failed).about(report_id);
                self.bus.publish(&failed).await.context("publish report.failed")?;
            }
        }
        Ok(())
    }
}

impl Generator {
    async fn ready(&self, command: &Envelope<ReportRequested>, files: Vec<ReportFile>) -> anyhow::Result<()> {
        let ReportRequested { report_id, test_id, .. } = &command.data;
        let quantity = files.len() as u64;
        let ready = ReportReady { report_id: report_id.clone(), test_id: test_id.clone(), files };
        let ready = Envelope::caused_by(command, SOURCE, "", ready).about(report_id);
        self.bus.publish(&ready).await.context("publish report.ready")?;
        let usage = UsageRecorded { meter: Meter::ReportFiles, quantity, occurred_at: command.time };
        let usage = Envelope::caused_by(command, SOURCE, "", usage).about(report_id);
        self.bus.publish(&usage).await.context("publish usage.recorded")?;
        info!(report.id = %report_id, files = quantity, "stored report `{report_id}`");
        Ok(())
    }
}

type Rendered = Result<Vec<(ReportFormat, Vec<u8>)>, RenderError>;

/// Renders on a thread of its own: typst computes for up to a second, and heartbeats must go on.
async fn render(audit: Audit, context: report::Context, formats: Vec<ReportFormat>) -> anyhow::Result<Rendered> {
    let audit = Arc::new(audit);
    tokio::task::spawn_blocking(move || {
        formats.into_iter().map(|format| Ok((format, report::render(&audit, &context, format)?))).collect()
    })
    .await
    .context("the renderer stopped")
}
