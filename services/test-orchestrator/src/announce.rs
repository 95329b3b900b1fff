//! What the world is told about a test. Every message id derives from the command's, so that a redelivered command
//! repeats the same messages, which their consumers recognise.

use anyhow::Context;
use contracts::audit::{Audit, CheckId, Finding, Severity, SeverityCounts};
use contracts::commands::report::ReportRequested;
use contracts::commands::test::TestRequested;
use contracts::documents::ReportFormat;
use contracts::events::finding::FindingRaised;
use contracts::events::test::{TestCompleted, TestFailed, TestStarted};
use contracts::events::usage::{Meter, UsageRecorded};
use contracts::ids::ReportId;
use contracts::{Envelope, Message};
use runtime::{Bus, Queue};
use strum::VariantArray;

const SOURCE: &str = "/services/test-orchestrator";

/// Speaks for one command.
pub(crate) struct Announcer<'a> {
    pub(crate) bus: &'a Bus,
    pub(crate) command: &'a Envelope<TestRequested>,
    /// Display form of the target.
    pub(crate) target: &'a str,
}

impl Announcer<'_> {
    /// The report of this test: the same for every delivery of the command.
    pub(crate) fn report_id(&self) -> ReportId {
        ReportId::derived(&["report", self.command.data.test_id.as_str()])
    }

    fn event<T: Message>(&self, key: &str, data: T) -> Envelope<T> {
        Envelope::caused_by(self.command, SOURCE, key, data).about(&self.command.data.test_id)
    }

    pub(crate) async fn started(&self) -> anyhow::Result<()> {
        let test = &self.command.data;
        let data = TestStarted { test_id: test.test_id.clone(), target: self.target.to_owned(), level: test.level };
        self.bus.publish(&self.event("", data)).await.context("publish test.started")
    }

    /// Tells of critical findings at once; the others wait for the summary.
    pub(crate) async fn raised(&self, findings: &[Finding]) -> anyhow::Result<()> {
        for finding in findings.iter().filter(|finding| finding.severity == Severity::Critical) {
            let data = FindingRaised {
                test_id: self.command.data.test_id.clone(),
                target: self.target.to_owned(),
                finding: finding.clone(),
            };
            let event = self.event(finding.fingerprint.as_str(), data).with_severity(finding.severity);
            self.bus.publish(&event).await.context("publish finding.raised")?;
        }
        Ok(())
    }

    pub(crate) async fn failed(&self, reason: &str) -> anyhow::Result<()> {
        let data = TestFailed {
            test_id: self.command.data.test_id.clone(),
            target: self.target.to_owned(),
            reason: reason.to_owned(),
        };
        self.bus.publish(&self.event("", data)).await.context("publish test.failed")
    }

    /// Asks for the report, then tells that the test is done and what it used.
    pub(crate) async fn completed(&self, audit: &Audit) -> anyhow::Result<()> {
        let test_id = &self.command.data.test_id;
        let request = ReportRequested {
            report_id: self.report_id(),
            test_id: test_id.clone(),
            formats: ReportFormat::VARIANTS.to_vec(),
        };
        self.bus.send(Queue::Report, &self.event("", request)).await.context("send report.requested")?;
        let completed = TestCompleted {
            test_id: test_id.clone(),
            target: self.target.to_owned(),
            score: audit.score.total,
            grade: audit.score.grade,
            findings: audit.findings.iter().map(|finding| finding.severity).collect::<SeverityCounts>(),
            not_assessed: not_assessed(audit),
            report_id: self.report_id(),
        };
        self.bus.publish(&self.event("", completed)).await.context("publish test.completed")?;
        for (meter, quantity) in [(Meter::Tests, 1), (Meter::TestRequests, audit.traffic.requests)] {
            if quantity > 0 {
                let usage = UsageRecorded { meter, quantity, occurred_at: audit.finished_at };
                self.bus.publish(&self.event(&meter.to_string(), usage)).await.context("publish usage.recorded")?;
            }
        }
        Ok(())
    }
}

fn not_assessed(audit: &Audit) -> Vec<CheckId> {
    audit.checks.iter().filter(|check| check.outcome.is_undecided()).map(|check| check.check.clone()).collect()
}
