//! Findings as cards.

use std::collections::HashMap;

use contracts::audit::{Confidence, Evidence, Finding, Severity, Triage};
use serde::Serialize;

use super::{Fact, severity_label};
use crate::text::{is_safe_link, sentence, shortened};

/// Names of what is told of a package.
pub(super) const PACKAGE: &str = "Package";
pub(super) const WAY: &str = "Came in by";
pub(super) const ADVISORY: &str = "Advisory";
pub(super) const REPAIR: &str = "Repaired in";

/// One finding.
#[derive(Debug, Serialize)]
pub(crate) struct FindingCard {
    /// From 1, worst first.
    pub(crate) number: usize,
    pub(crate) severity: Severity,
    pub(crate) label: &'static str,
    pub(crate) title: String,
    /// Confidence, check and test in one line.
    pub(crate) meta: String,
    pub(crate) location: String,
    pub(crate) message: String,
    pub(crate) remediation: String,
    /// The package that it is about, how it came in, and what is known of it; none for other findings.
    pub(crate) package: Vec<Fact>,
    pub(crate) evidence: Vec<EvidenceBox>,
    pub(crate) references: Vec<Link>,
    pub(crate) by_design: bool,
    pub(crate) see: Option<SeeAlso>,
    /// What people decided, unless nothing.
    pub(crate) triage: Option<&'static str>,
    pub(crate) fingerprint: String,
    pub(crate) cost: String,
}

/// One piece of evidence.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceBox {
    pub(crate) excerpt: String,
    pub(crate) origin: String,
    pub(crate) request: Option<String>,
}

/// A reference; its address only where it may be live.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
}

/// The finding that carries the deduction of this one.
#[derive(Debug, Serialize)]
pub(crate) struct SeeAlso {
    /// Its number, where it is in this report.
    pub(crate) number: Option<usize>,
    pub(crate) fingerprint: String,
}

/// The findings in their order, numbered.
pub(super) fn cards(findings: &[Finding]) -> Vec<FindingCard> {
    let numbers: HashMap<&str, usize> =
        findings.iter().enumerate().map(|(index, finding)| (finding.fingerprint.as_str(), index + 1)).collect();
    findings.iter().enumerate().map(|(index, finding)| card(index + 1, finding, &numbers)).collect()
}

fn card(number: usize, finding: &Finding, numbers: &HashMap<&str, usize>) -> FindingCard {
    let confidence = match finding.confidence {
        Confidence::Confirmed => "Confirmed",
        Confidence::Likely => "Likely",
        Confidence::Tentative => "Tentative",
    };
    let (facts, others): (Vec<_>, Vec<_>) =
        finding.evidence.iter().partition(|evidence| fact_name(finding, evidence).is_some());
    let fact = |evidence: &Evidence| {
        Some(Fact { name: fact_name(finding, evidence)?, value: shortened(&evidence.excerpt, 600) })
    };
    let package = facts.into_iter().filter_map(fact).collect();
    FindingCard {
        number,
        severity: finding.severity,
        label: severity_label(finding.severity),
        meta: format!("{confidence} · {} · {}", finding.check, finding.test.title()),
        title: shortened(&finding.title, 200),
        location: shortened(&finding.location, 400),
        message: sentence(&shortened(&finding.message, 2_000)),
        remediation: shortened(&finding.remediation, 2_000),
        package,
        evidence: others.into_iter().take(5).map(evidence).collect(),
        references: finding
            .references
            .iter()
            .take(20)
            .map(|reference| link(&reference.name, reference.url.as_deref()))
            .collect(),
        by_design: finding.by_design,
        see: finding.see.as_ref().map(|other| SeeAlso {
            number: numbers.get(other.as_str()).copied(),
            fingerprint: shortened(other.as_str(), 60),
        }),
        triage: match finding.triage {
            Triage::Open => None,
            Triage::Accepted => Some("Risk accepted"),
            Triage::Fixed => Some("Marked as fixed"),
            Triage::FalsePositive => Some("Marked as false positive"),
        },
        fingerprint: shortened(finding.fingerprint.as_str(), 60),
        cost: match finding.deduction {
            0 => "no deduction".to_owned(),
            tenths => format!("−{}.{} points", tenths / 10, tenths % 10),
        },
    }
}

/// What a piece of evidence tells of a package, which reads better as a line of a table than as a quotation.
fn fact_name(finding: &Finding, evidence: &Evidence) -> Option<&'static str> {
    if !finding.check.as_str().starts_with("MCPA-SC-") {
        return None;
    }
    match evidence.detector.as_str() {
        "package" => Some(PACKAGE),
        "dependency-path" => Some(WAY),
        "advisory" => Some(ADVISORY),
        "rating" => Some("Rating"),
        "repair" => Some(REPAIR),
        _ => None,
    }
}

fn evidence(evidence: &Evidence) -> EvidenceBox {
    let mut origin = vec![format!("detector {}", shortened(&evidence.detector, 80))];
    origin.extend(evidence.status.map(|status| format!("HTTP {status}")));
    origin.push(format!("{} bytes in all", evidence.length_bytes));
    origin.push(format!("digest {}", shortened(&evidence.digest, 32)));
    EvidenceBox {
        excerpt: shortened(&evidence.excerpt, 600),
        origin: origin.join(" · "),
        request: evidence.request.as_deref().map(|request| shortened(request, 1_500)),
    }
}

fn link(name: &str, url: Option<&str>) -> Link {
    Link { name: shortened(name, 120), url: url.filter(|url| is_safe_link(url)).map(ToOwned::to_owned) }
}
