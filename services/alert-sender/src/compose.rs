//! The texts of e-mails. Pure: what an event says becomes a subject, a text and an HTML part.

use contracts::api::tests::Test;
use contracts::audit::{Finding, Severity, SeverityCounts};
use contracts::events::alert::AlertKind;
use contracts::events::finding::FindingRaised;
use contracts::events::test::TestFailed;
use contracts::ids::TestId;
use maud::{DOCTYPE, Markup, html};
use url::Url;

/// One e-mail, the same for every recipient.
pub(crate) struct Mail {
    pub(crate) test_id: TestId,
    pub(crate) kind: AlertKind,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// A mail as lines: headline, paragraphs, rows of name and value, and one link. Both parts are made from it, so that
/// they cannot say different things.
struct Letter<'a> {
    headline: &'a str,
    accent: &'static str,
    rows: Vec<(&'static str, String)>,
    findings: Vec<String>,
    advice: Vec<String>,
    link: Option<(&'static str, &'a Url)>,
}

const CRITICAL: &str = "#991b1b";
const CALM: &str = "#1e3a5f";

/// Tells of a critical finding while the test still runs.
pub(crate) fn critical(event: &FindingRaised) -> Mail {
    let finding = &event.finding;
    let mut rows = vec![
        ("Server", event.target.clone()),
        ("Check", format!("{} {}", finding.check, finding.title)),
        ("Where", finding.location.clone()),
        ("Confidence", finding.confidence.to_string()),
        ("What was seen", finding.message.clone()),
    ];
    rows.extend(finding.evidence.first().map(|evidence| ("Evidence (masked)", evidence.excerpt.clone())));
    let letter = Letter {
        headline: "A critical weakness was found",
        accent: CRITICAL,
        rows,
        findings: Vec::new(),
        advice: vec![finding.remediation.clone(), "The test goes on; a summary follows when it is done.".to_owned()],
        link: None,
    };
    letter.mail(
        event.test_id.clone(),
        AlertKind::CriticalFinding,
        &format!("Critical: {} on {}", finding.title, event.target),
    )
}

/// Sums up a finished test. Without `link` the report could not be rendered, for `failure`.
pub(crate) fn summary(test: &Test, worst: &[Finding], link: Result<&Url, &str>) -> Mail {
    let score = test.score.as_ref();
    let total = score.map_or(0, |score| score.total);
    let grade = score.and_then(|score| score.grade).map_or("no grade".to_owned(), |grade| format!("grade {grade}"));
    let counts = test.findings.unwrap_or_default();
    let mut advice = Vec::new();
    if let Some(score) = score.filter(|score| score.provisional) {
        advice.push(format!(
            "Provisional: only {} % of the applicable checks reached a verdict. The report says what would enable the others.",
            score.coverage.percent()
        ));
    }
    if let Err(reason) = link {
        advice.push(format!(
            "The report could not be made: {reason}. The findings are stored and can be read through the API."
        ));
    }
    let letter = Letter {
        headline: "Your security test is done",
        accent: CALM,
        rows: vec![
            ("Server", test.target.clone()),
            ("Score", format!("{total} of 100, {grade}")),
            ("Findings", count_words(counts)),
            ("Level", test.level.to_string()),
        ],
        findings: worst
            .iter()
            .map(|finding| format!("{}: {} ({}, {})", finding.severity, finding.title, finding.check, finding.location))
            .collect(),
        advice,
        link: link.ok().map(|url| ("Download the PDF report", url)),
    };
    letter.mail(
        test.test_id.clone(),
        AlertKind::Summary,
        &format!("Score {total} ({grade}): {} on {}", count_words(counts), test.target),
    )
}

/// Tells that a test could not be done.
pub(crate) fn failure(event: &TestFailed) -> Mail {
    let letter = Letter {
        headline: "Your security test could not be done",
        accent: CRITICAL,
        rows: vec![("Server", event.target.clone()), ("Reason", event.reason.clone())],
        findings: Vec::new(),
        advice: vec!["Nothing was assessed: this says nothing about the server's security.".to_owned()],
        link: None,
    };
    letter.mail(event.test_id.clone(), AlertKind::Failure, &format!("Test failed: {}", event.target))
}

fn count_words(counts: SeverityCounts) -> String {
    use contracts::audit::Severity::{Critical, High, Info, Low, Medium};
    let words: Vec<_> = [Critical, High, Medium, Low, Info]
        .into_iter()
        .filter(|severity: &Severity| counts.of(*severity) > 0)
        .map(|severity| format!("{} {severity}", counts.of(severity)))
        .collect();
    if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
}

impl Letter<'_> {
    fn mail(&self, test_id: TestId, kind: AlertKind, subject: &str) -> Mail {
        Mail { test_id, kind, subject: header(subject), text: self.text(), html: self.html().into_string() }
    }

    fn text(&self) -> String {
        let mut lines = vec![self.headline.to_owned(), String::new()];
        lines.extend(self.rows.iter().map(|(name, value)| format!("{name}: {}", plain(value))));
        if !self.findings.is_empty() {
            lines.push(String::new());
            lines.extend(self.findings.iter().map(|finding| format!("- {}", plain(finding))));
        }
        for paragraph in &self.advice {
            lines.extend([String::new(), plain(paragraph)]);
        }
        if let Some((name, url)) = self.link {
            lines.extend([String::new(), format!("{name} (sign-in not needed, valid for 7 days):"), url.to_string()]);
        }
        lines.extend([String::new(), "-- ".to_owned(), "MCP Audit".to_owned()]);
        lines.join("\r\n")
    }

    fn html(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (self.headline) } }
                body style="margin:0;background:#f3f4f6;font-family:-apple-system,Segoe UI,Helvetica,Arial,sans-serif;color:#111827" {
                    div style="max-width:600px;margin:24px auto;background:#ffffff;border-radius:8px;overflow:hidden;border:1px solid #e5e7eb" {
                        div style={ "padding:20px 28px;color:#ffffff;background:" (self.accent) } {
                            div style="font-size:13px;letter-spacing:.04em" { "MCP Audit" }
                            div style="font-size:21px;font-weight:600;margin-top:4px" { (self.headline) }
                        }
                        div style="padding:20px 28px;font-size:15px;line-height:1.5" {
                            table role="presentation" style="border-collapse:collapse;width:100%" {
                                @for (name, value) in &self.rows {
                                    tr {
                                        td style="padding:6px 16px 6px 0;color:#6b7280;vertical-align:top;white-space:nowrap" { (name) }
                                        td style="padding:6px 0;word-break:break-word;overflow-wrap:anywhere" { (plain(value)) }
                                    }
                                }
                            }
                            @if !self.findings.is_empty() {
                                ul style="padding-left:20px" {
                                    @for finding in &self.findings { li style="overflow-wrap:anywhere" { (plain(finding)) } }
                                }
                            }
                            @for paragraph in &self.advice { p { (plain(paragraph)) } }
                            @if let Some((name, url)) = self.link {
                                p style="margin:24px 0 8px" {
                                    a href=(url) style={ "display:inline-block;padding:11px 20px;border-radius:6px;color:#ffffff;text-decoration:none;background:" (self.accent) } { (name) }
                                }
                                p style="color:#6b7280;font-size:13px" { "The link works without signing in, for 7 days. Do not forward it to people who must not see the report." }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Text of a tested server may stand in any value: no line break or control character survives, so that none can
/// imitate another row.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A subject is a header: one line, of a length that mail programs show.
fn header(subject: &str) -> String {
    let subject = plain(subject);
    if subject.chars().count() <= 150 { subject } else { subject.chars().take(149).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(target: &str, reason: &str) -> TestFailed {
        TestFailed { test_id: TestId::derived(&["t"]), target: target.to_owned(), reason: reason.to_owned() }
    }

    #[test]
    fn hostile_text_adds_no_header_row_or_markup() {
        let mail = failure(&failed("https://a.example\r\nBcc: x@example.org", "<script>alert(1)</script>\nScore: 100"));
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        assert!(!mail.html.contains("<script"), "{}", mail.html);
        assert!(!mail.text.lines().any(|line| line.starts_with("Score:") || line.starts_with("Bcc:")), "{}", mail.text);
    }

    #[test]
    fn a_long_subject_is_cut() {
        assert_eq!(failure(&failed(&"x".repeat(500), "")).subject.chars().count(), 150);
    }

    #[test]
    fn counts_read_worst_first() {
        let counts = SeverityCounts { low: 3, critical: 1, ..SeverityCounts::default() };
        assert_eq!(count_words(counts), "1 critical, 3 low");
        assert_eq!(count_words(SeverityCounts::default()), "no findings");
    }
}
