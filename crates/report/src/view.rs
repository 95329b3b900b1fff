//! What a reader sees, in words and in order, for both the PDF and the HTML. The templates only arrange it.

mod coverage;
mod findings;
mod method;
mod packages;
mod summary;

use contracts::audit::{Audit, NamedTest, Severity, TestResult, Transport, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use strum::VariantArray;

pub(crate) use coverage::{CheckRow, Coverage, Undecided};
pub(crate) use findings::{FindingCard, Link};
pub(crate) use method::Paragraph;
pub(crate) use packages::PackageRow;

use crate::Context;
use crate::text::{shortened, visible};

/// One report.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) title: String,
    pub(crate) test_id: String,
    pub(crate) organization: Option<String>,
    pub(crate) generated: String,
    pub(crate) target: Target,
    pub(crate) run: Run,
    pub(crate) score: Score,
    pub(crate) headline: String,
    pub(crate) caveats: Vec<String>,
    pub(crate) severities: Vec<SeverityCount>,
    pub(crate) top_risks: Vec<TopRisk>,
    pub(crate) tests: Vec<TestRow>,
    pub(crate) findings: Vec<FindingCard>,
    /// Whether the table of contents names each finding.
    pub(crate) contents_list_findings: bool,
    /// Packages with advisories; where there are none, the section is left out.
    pub(crate) packages: Vec<PackageRow>,
    pub(crate) coverage: Coverage,
    pub(crate) method: Vec<Paragraph>,
    pub(crate) traffic: Vec<Fact>,
}

/// The audited server.
#[derive(Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) display: String,
    /// For the head of a page.
    pub(crate) short: String,
    pub(crate) server: String,
    pub(crate) transport: &'static str,
    pub(crate) protocol_versions: String,
    pub(crate) offers: String,
}

/// How it was audited.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) level: String,
    pub(crate) mode: &'static str,
    pub(crate) period: String,
    pub(crate) engine: String,
}

/// Score and grade.
#[derive(Debug, Serialize)]
pub(crate) struct Score {
    pub(crate) total: u8,
    /// `A` to `F`, or a dash where too little was decided.
    pub(crate) grade: String,
    pub(crate) level1: u8,
    pub(crate) level2: Option<u8>,
    pub(crate) ceiling: Option<String>,
    /// Why the grade is provisional or absent.
    pub(crate) note: Option<String>,
}

/// Findings of one severity.
#[derive(Debug, Serialize)]
pub(crate) struct SeverityCount {
    pub(crate) severity: Severity,
    pub(crate) label: &'static str,
    pub(crate) count: u32,
}

/// A line of the list of top risks.
#[derive(Debug, Serialize)]
pub(crate) struct TopRisk {
    pub(crate) number: usize,
    pub(crate) severity: Severity,
    pub(crate) label: &'static str,
    pub(crate) title: String,
    pub(crate) location: String,
}

/// A line of the verdict table.
#[derive(Debug, Serialize)]
pub(crate) struct TestRow {
    pub(crate) title: &'static str,
    pub(crate) level: u8,
    pub(crate) verdict: Verdict,
    pub(crate) label: &'static str,
    pub(crate) findings: String,
    pub(crate) decided: String,
}

/// A name with a value.
#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: String,
}

/// Above so many findings the table of contents would be longer than a page.
const MOST_FINDINGS_IN_CONTENTS: usize = 40;

impl Report {
    /// Describes an audit whose texts are already harmless ([`crate::text::harmless`]).
    pub(crate) fn new(audit: &Audit, context: &Context) -> Self {
        let display = shortened(&audit.target.display, 160);
        let findings = findings::cards(&audit.findings);
        Self {
            title: format!("Security audit of {display}"),
            test_id: visible(&shortened(&context.test_id, 100)),
            organization: context.organization.as_deref().map(|name| visible(&shortened(name, 120))),
            generated: moment(context.generated_at),
            target: target(audit, display),
            run: run(audit),
            score: summary::score(&audit.score),
            headline: summary::headline(audit),
            caveats: summary::caveats(audit),
            severities: summary::severities(audit),
            top_risks: summary::top_risks(&findings),
            tests: audit.tests.iter().map(test_row).collect(),
            contents_list_findings: findings.len() <= MOST_FINDINGS_IN_CONTENTS,
            packages: packages::rows(&findings),
            findings,
            coverage: Coverage::new(audit),
            method: method::paragraphs(audit),
            traffic: method::traffic(audit),
        }
    }
}

fn target(audit: &Audit, display: String) -> Target {
    let target = &audit.target;
    let server = match (&target.server_name, &target.server_version) {
        (Some(name), Some(version)) => format!("{} {}", shortened(name, 60), shortened(version, 30)),
        (Some(name), None) => shortened(name, 60),
        (None, _) => "did not say its name".to_owned(),
    };
    let versions: Vec<String> = target.protocol_versions.iter().take(5).map(|version| shortened(version, 20)).collect();
    Target {
        short: shortened(&display, 60),
        display,
        server,
        transport: match target.transport {
            Transport::StreamableHttp => "Streamable HTTP",
            Transport::HttpSse => "HTTP with server-sent events",
            Transport::Stdio => "Standard input and output",
        },
        protocol_versions: if versions.is_empty() { "none agreed".to_owned() } else { versions.join(", ") },
        offers: format!(
            "{}, {}, {}",
            counted(target.tools.into(), "tool", "tools"),
            counted(target.prompts.into(), "prompt", "prompts"),
            counted(target.resources.into(), "resource", "resources")
        ),
    }
}

fn run(audit: &Audit) -> Run {
    let tests = NamedTest::VARIANTS.iter().filter(|test| test.level() <= audit.level).count();
    let seconds = audit.finished_at.duration_since(audit.started_at).as_secs().max(0);
    let duration = match seconds {
        0 => "under a second".to_owned(),
        1..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    };
    Run {
        level: format!("Level {} ({tests} tests)", audit.level),
        mode: if audit.active { "Active: probing calls were allowed" } else { "Safe: only harmless calls, no probing" },
        period: format!("{}, for {duration}", moment(audit.started_at)),
        engine: shortened(&audit.engine_version, 40),
    }
}

fn test_row(result: &TestResult) -> TestRow {
    let parts: Vec<String> = by_severity()
        .filter(|severity| result.findings.of(*severity) > 0)
        .map(|severity| format!("{} {severity}", result.findings.of(severity)))
        .collect();
    TestRow {
        title: result.test.title(),
        level: result.test.level().into(),
        verdict: result.verdict,
        label: match result.verdict {
            Verdict::Fail => "Fail",
            Verdict::Warn => "Warn",
            Verdict::Pass => "Pass",
            Verdict::NotAssessed => "Not assessed",
        },
        findings: if parts.is_empty() { "none".to_owned() } else { parts.join(", ") },
        decided: format!("{} of {}", result.decided, u64::from(result.decided) + u64::from(result.undecided)),
    }
}

/// Worst first.
fn by_severity() -> impl Iterator<Item = Severity> {
    Severity::VARIANTS.iter().rev().copied()
}

fn severity_label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
