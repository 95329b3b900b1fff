//! The HTML: one page that loads nothing, runs nothing and may style itself with its own style sheet only.

mod sections;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::view::{Fact, Report};

const STYLE: &str = include_str!("../templates/report.css");

pub(crate) fn render(report: &Report) -> String {
    // The hash admits this style sheet and no other: a style that slipped in with a text would be dead.
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'");
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex, nofollow";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (cover(report))
                main {
                    (contents(report))
                    (sections::summary(report))
                    (sections::findings(report))
                    (sections::packages(&report.packages))
                    (sections::coverage(&report.coverage))
                    (sections::appendix(report))
                }
                footer { p { "Confidential. The findings may help an attacker: share this report only with people who need it." } }
            }
        }
    };
    page.into_string()
}

fn cover(report: &Report) -> Markup {
    let coverage = format!("{} % of the applicable checks", report.coverage.percent);
    html! {
        header.cover {
            p.product { "MCP Audit" }
            h1 { "Security audit report" }
            p.target { (report.target.display) }
            div.result {
                div.badge data-grade=(report.score.grade) {
                    span.caption { "Grade" }
                    strong { (report.score.grade) }
                    span.score { (report.score.total) " of 100" }
                }
                dl.facts {
                    @if let Some(organization) = &report.organization { dt { "Prepared for" } dd { (organization) } }
                    dt { "Server" } dd { (report.target.server) }
                    dt { "Tested" } dd { (report.run.period) }
                    dt { "Scope" } dd { (report.run.level) }
                    dt { "Mode" } dd { (report.run.mode) }
                    dt { "Transport" } dd { (report.target.transport) }
                    dt { "Protocol" } dd { (report.target.protocol_versions) }
                    dt { "Offers" } dd { (report.target.offers) }
                    dt { "Coverage" } dd { (coverage) }
                    dt { "Test" } dd { (report.test_id) }
                    dt { "Generated" } dd { (report.generated) }
                }
            }
            @if let Some(note) = &report.score.note { p.callout { (note) } }
        }
    }
}

fn contents(report: &Report) -> Markup {
    html! {
        nav aria-label="Contents" {
            a href="#summary" { "Executive summary" }
            a href="#findings" { "Findings (" (report.findings.len()) ")" }
            @if !report.packages.is_empty() { a href="#packages" { "Packages with advisories (" (report.packages.len()) ")" } }
            a href="#coverage" { "Coverage" }
            a href="#method" { "Method" }
            a href="#checks" { "All checks" }
        }
    }
}

/// Name and value pairs.
fn facts(facts: &[Fact]) -> Markup {
    html! { dl.facts { @for fact in facts { dt { (fact.name) } dd { (fact.value) } } } }
}
