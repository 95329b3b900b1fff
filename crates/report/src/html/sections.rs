//! The sections of the HTML. Every `( )` is escaped by maud; nothing here marks a text as already escaped.

use maud::{Markup, html};

use super::facts;
use crate::view::{CheckRow, Coverage, FindingCard, Link, PackageRow, Report, SeverityCount, Undecided};

pub(super) fn summary(report: &Report) -> Markup {
    let level2 = report.score.level2.map_or_else(|| "not run".to_owned(), |score| format!("{score} / 100"));
    html! {
        section #summary {
            h2 { "Executive summary" }
            p.lead { (report.headline) }
            (severity_bar(&report.severities))
            dl.numbers {
                div { dt { "Grade" } dd { (report.score.grade) } }
                div { dt { "Score" } dd { (report.score.total) " / 100" } }
                div { dt { "Level 1" } dd { (report.score.level1) " / 100" } }
                div { dt { "Level 2" } dd { (level2) } }
            }
            @if let Some(ceiling) = &report.score.ceiling { p.small { "The score is capped: " (ceiling) "." } }
            @if !report.top_risks.is_empty() {
                h3 { "Top risks" }
                ol.risks {
                    @for risk in &report.top_risks {
                        li {
                            (chip(risk.label)) " "
                            a href=(format!("#finding-{}", risk.number)) { (risk.number) ". " (risk.title) }
                            br;
                            code { (risk.location) }
                        }
                    }
                }
            }
            h3 { "Verdict by test" }
            table {
                thead { tr { th { "Level" } th { "Test" } th { "Verdict" } th { "Findings" } th { "Checks decided" } } }
                tbody {
                    @for test in &report.tests {
                        tr {
                            td { (test.level) }
                            th scope="row" { (test.title) }
                            td.verdict data-verdict=(test.verdict) { (test.label) }
                            td { (test.findings) }
                            td { (test.decided) }
                        }
                    }
                }
            }
            p.small {
                "Fail: a high or critical finding, confirmed or likely. Warn: any other medium or high one. Pass: checks ran and found \
                 neither. Not assessed: no check reached a verdict."
            }
            @if !report.caveats.is_empty() {
                h3 { "Read this first" }
                ul { @for caveat in &report.caveats { li { (prose(caveat)) } } }
            }
        }
    }
}

/// The counts as a bar. SVG attributes instead of styles: the policy forbids those.
fn severity_bar(severities: &[SeverityCount]) -> Markup {
    let total: u32 = severities.iter().map(|entry| entry.count).sum();
    let mut start = 0;
    let segments: Vec<_> = severities
        .iter()
        .filter(|entry| entry.count > 0)
        .map(|entry| {
            let x = start;
            start += entry.count;
            (entry.label, x, entry.count)
        })
        .collect();
    html! {
        @if total > 0 {
            svg.bar viewBox=(format!("0 0 {total} 1")) preserveAspectRatio="none" aria-hidden="true" {
                @for (label, x, width) in segments { rect data-severity=(label) x=(x) y="0" width=(width) height="1" {} }
            }
        }
        dl.numbers {
            @for entry in severities { div data-severity=(entry.label) { dt { (entry.label) } dd { (entry.count) } } }
        }
    }
}

fn chip(label: &str) -> Markup {
    html! { span.chip data-severity=(label) { (label) } }
}

pub(super) fn findings(report: &Report) -> Markup {
    html! {
        section #findings {
            h2 { "Findings" }
            @if report.findings.is_empty() {
                div.empty { h3 { "No findings" } p { (report.headline) } }
            } @else {
                p.small { "Worst first. Server texts are quoted, masked and made harmless; nothing in them is an instruction." }
            }
            @for finding in &report.findings { (card(finding)) }
        }
    }
}

fn card(finding: &FindingCard) -> Markup {
    html! {
        article id=(format!("finding-{}", finding.number)) data-severity=(finding.label) {
            p.meta {
                (chip(finding.label)) " " (finding.meta)
                @if finding.by_design { " " span.tag { "By design" } }
                @if let Some(triage) = finding.triage { " " span.tag { (triage) } }
                " " span.cost { (finding.cost) }
            }
            h3 { (finding.number) ". " (finding.title) }
            p { code { (finding.location) } }
            p { (prose(&finding.message)) }
            @if finding.by_design {
                p.small { "By design: the server's declared purpose needs this, so it costs half. Decide whether the purpose is worth the risk." }
            }
            @if let Some(see) = &finding.see {
                p.callout {
                    "Same cause as "
                    @match see.number {
                        Some(number) => { a href=(format!("#finding-{number}")) { "finding " (number) } }
                        None => { code { (see.fingerprint) } }
                    }
                    ", which carries the deduction."
                }
            }
            @if !finding.package.is_empty() { h4 { "Package" } (facts(&finding.package)) }
            @if !finding.evidence.is_empty() {
                h4 { "Evidence" }
                @for evidence in &finding.evidence {
                    figure {
                        @if let Some(request) = &evidence.request { pre.request { (request) } }
                        pre { (evidence.excerpt) }
                        figcaption { (evidence.origin) }
                    }
                }
            }
            @if !finding.remediation.is_empty() { h4 { "Remediation" } p { (prose(&finding.remediation)) } }
            @if !finding.references.is_empty() {
                h4 { "References" }
                ul.references { @for reference in &finding.references { li { (link(reference)) } } }
            }
            p.fingerprint { code { (finding.fingerprint) } }
        }
    }
}

pub(super) fn packages(packages: &[PackageRow]) -> Markup {
    html! {
        @if !packages.is_empty() {
            section #packages {
                h2 { "Packages with advisories" }
                table {
                    thead { tr { th { "Finding" } th { "Severity" } th { "Package" } th { "Advisories" } th { "Repaired in" } } }
                    tbody { @for row in packages { (package_row(row)) } }
                }
            }
        }
    }
}

fn package_row(row: &PackageRow) -> Markup {
    html! {
        tr {
            td { a href=(format!("#finding-{}", row.number)) { (row.number) } }
            td { (chip(row.label)) }
            td { code { (row.package) } @if !row.way.is_empty() { br; span.small { (row.way) } } }
            td { (row.advisories) }
            td { @if row.repaired.is_empty() { "none known" } @else { (row.repaired) } }
        }
    }
}

/// Our own sentences put names between backticks; they show as code.
fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks is no pairing: show the text as it is.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn link(link: &Link) -> Markup {
    html! {
        @match &link.url {
            Some(url) => { a href=(url) rel="noopener noreferrer nofollow" { (link.name) } }
            None => { (link.name) }
        }
    }
}

pub(super) fn coverage(coverage: &Coverage) -> Markup {
    html! {
        section #coverage {
            h2 { "Coverage" }
            p { (coverage.sentence) }
            meter min="0" max="100" value=(coverage.percent) { (coverage.percent) " %" }
            dl.numbers { @for outcome in &coverage.outcomes { div { dt { (outcome.name) } dd { (outcome.value) } } } }
            @if !coverage.needs_credentials.is_empty() { h3 { "Needs credentials" } (undecided(&coverage.needs_credentials)) }
            @if !coverage.not_assessed.is_empty() { h3 { "Not assessed, and what would enable it" } (undecided(&coverage.not_assessed)) }
            @if !coverage.errors.is_empty() { h3 { "Checks that failed to run" } (undecided(&coverage.errors)) }
        }
    }
}

fn undecided(groups: &[Undecided]) -> Markup {
    html! {
        @for group in groups {
            h4.reason { (prose(&group.reason)) }
            ul.checks { @for check in &group.checks { li { code { (check.id) } " " (check.title) } } }
        }
    }
}

pub(super) fn appendix(report: &Report) -> Markup {
    html! {
        section #method {
            h2 { "Appendix: method" }
            @for paragraph in &report.method { h3 { (paragraph.title) } p { (paragraph.text) } }
            h3 { "Traffic" }
            (facts(&report.traffic))
            p.small { "Engine " (report.run.engine) }
        }
        section #checks {
            h2 { "Appendix: all checks" }
            @for group in &report.coverage.groups {
                h3 { (group.title) }
                table { tbody { @for check in &group.checks { (check_row(check)) } } }
            }
        }
    }
}

fn check_row(check: &CheckRow) -> Markup {
    html! {
        tr {
            td { code { (check.id) } }
            td { (check.title) @if let Some(reason) = &check.reason { br; span.small { (reason) } } }
            td.outcome data-outcome=(check.outcome) { (check.label) }
        }
    }
}
