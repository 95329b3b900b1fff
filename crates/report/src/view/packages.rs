//! Packages with advisories, one line each: what whoever upgrades them works through.

use contracts::audit::Severity;
use serde::Serialize;

use super::findings::{ADVISORY, FindingCard, PACKAGE, REPAIR, WAY};
use crate::text::shortened;

/// One package in one version.
#[derive(Debug, Serialize)]
pub(crate) struct PackageRow {
    /// That of its finding.
    pub(crate) number: usize,
    pub(crate) severity: Severity,
    pub(crate) label: &'static str,
    pub(crate) package: String,
    /// Empty where nothing else brought it in.
    pub(crate) way: String,
    /// Identifiers only.
    pub(crate) advisories: String,
    /// Empty where no version is known.
    pub(crate) repaired: String,
}

/// The packages of the findings that name an advisory, in the order of the findings.
pub(super) fn rows(findings: &[FindingCard]) -> Vec<PackageRow> {
    findings.iter().filter_map(row).collect()
}

fn row(finding: &FindingCard) -> Option<PackageRow> {
    let told = |name: &str| finding.package.iter().find(|fact| fact.name == name).map(|fact| fact.value.as_str());
    let advisory = told(ADVISORY)?;
    let text = |text: Option<&str>| shortened(text.unwrap_or_default(), 200);
    Some(PackageRow {
        number: finding.number,
        severity: finding.severity,
        label: finding.label,
        package: text(told(PACKAGE)),
        way: text(told(WAY)),
        // Its summary is in the finding.
        advisories: text(advisory.split(": ").next()),
        repaired: text(told(REPAIR)),
    })
}
