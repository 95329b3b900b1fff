//! The texts of e-mails. Pure: what an event says becomes a subject, a text and an HTML part.

use contracts::api::changes::McpSummary;
use contracts::api::tests::Test;
use contracts::audit::{Finding, Severity, SeverityCounts};
use contracts::events::alert::AlertKind;
use contracts::events::finding::FindingRaised;
use contracts::events::mcp::McpDiscovered;
use contracts::events::test::TestFailed;
use contracts::ids::{ScanId, TestId};
use maud::{DOCTYPE, Markup, html};
use url::Url;

/// One e-mail, the same for every recipient.
pub(crate) struct Mail {
    pub(crate) about: About,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// What a mail tells of.
#[derive(Debug, Clone)]
pub(crate) enum About {
    Test(TestId, AlertKind),
    Scan(ScanId),
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

/// Servers that one mail names. A longer list is read by nobody, and the scan has them all.
const NAMED_SERVERS: usize = 25;

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
        About::Test(event.test_id.clone(), AlertKind::CriticalFinding),
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
        About::Test(test.test_id.clone(), AlertKind::Summary),
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
    let about = About::Test(event.test_id.clone(), AlertKind::Failure);
    letter.mail(about, &format!("Test failed: {}", event.target))
}

/// Tells of servers that no earlier scan saw.
pub(crate) fn discovered(event: &McpDiscovered) -> Mail {
    let counts = event.counts;
    let mut rows = vec![
        ("Scan", event.name.clone()),
        ("Since the scan of", event.previous_at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
        ("New", servers(counts.new)),
    ];
    let others = [("Gone", counts.gone), ("Changed", counts.changed), ("Could not be read", counts.unread)];
    rows.extend(others.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name, servers(count))));
    let mut findings: Vec<String> = event.mcps.iter().take(NAMED_SERVERS).map(line).collect();
    let unnamed = usize::try_from(counts.new).unwrap_or(usize::MAX).saturating_sub(findings.len());
    if unnamed > 0 {
        findings.push(format!("and {unnamed} more"));
    }
    let advice = format!(
        "Find out who added what is new and what it may reach, and test it if it stays. All that differs: GET /v1/scans/{}",
        event.scan_id
    );
    let headline = if counts.new == 1 { "A new MCP server was found" } else { "New MCP servers were found" };
    let letter = Letter { headline, accent: CALM, rows, findings, advice: vec![advice], link: None };
    let first =
        event.mcps.first().filter(|_| counts.new == 1).map(|mcp| format!(" `{}`", mcp.name)).unwrap_or_default();
    let subject = format!("{} new MCP server{}{first}: {}", counts.new, plural(counts.new), event.name);
    letter.mail(About::Scan(event.scan_id.clone()), &subject)
}

/// One server: how risky, what it is called, where it is configured, what it leads to.
fn line(mcp: &McpSummary) -> String {
    let address = mcp.address.as_deref().map(|address| format!(", {address}")).unwrap_or_default();
    format!("{} risk: {} in {} ({}{address})", mcp.risk, mcp.name, mcp.config_path, mcp.transport)
}

fn servers(count: u32) -> String {
    format!("{count} server{}", plural(count))
}

fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
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
    fn mail(&self, about: About, subject: &str) -> Mail {
        Mail { about, subject: header(subject), text: self.text(), html: self.html().into_string() }
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

    fn new_servers(names: &[&str]) -> McpDiscovered {
        let server = |name: &&str| {
            serde_json::json!({ "mcp_id": "m-1", "name": name, "client": "generic", "config_path": "acme/a/.mcp.json",
                "transport": "stdio", "address": "npm:notes-mcp", "risk": "high" })
        };
        let mcps: Vec<_> = names.iter().take(100).map(server).collect();
        let counts = serde_json::json!({ "new": names.len(), "gone": 1, "changed": 0, "unread": 2 });
        let event = serde_json::json!({ "scan_id": "s-1", "name": "acme", "previous_at": "2026-11-20T02:00:11Z",
            "counts": counts, "mcps": mcps });
        serde_json::from_value(event).expect("an event")
    }

    #[test]
    fn a_new_server_is_told_with_where_it_is_and_what_it_leads_to() {
        let mail = discovered(&new_servers(&["notes"]));
        assert_eq!(mail.subject, "1 new MCP server `notes`: acme");
        let told = mail.text.replace('\r', "");
        insta::assert_snapshot!(told.split("\n\n-- ").next().unwrap_or_default(), @r"
        A new MCP server was found

        Scan: acme
        Since the scan of: 2026-11-20 02:00 UTC
        New: 1 server
        Gone: 1 server
        Could not be read: 2 servers

        - high risk: notes in acme/a/.mcp.json (stdio, npm:notes-mcp)

        Find out who added what is new and what it may reach, and test it if it stays. All that differs: GET /v1/scans/s-1
        ");
        for part in ["A new MCP server was found", "2026-11-20 02:00 UTC", "notes in acme/a/.mcp.json"] {
            assert!(mail.html.contains(part), "{part}: {}", mail.html);
        }
    }

    #[test]
    fn many_new_servers_are_one_mail_that_names_some() {
        let mail = discovered(&new_servers(&["x"; 500]));
        assert_eq!(mail.subject, "500 new MCP servers: acme");
        assert_eq!(mail.text.lines().filter(|line| line.starts_with("- high risk")).count(), NAMED_SERVERS);
        assert!(mail.text.contains("- and 475 more\r\n"), "{}", mail.text);
    }

    #[test]
    fn a_hostile_server_name_adds_no_header_row_or_markup() {
        let mail = discovered(&new_servers(&["a\r\nBcc: x@example.org\n<img src=x onerror=alert(1)>\nNew: 0"]));
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        assert!(!mail.html.contains("<img"), "{}", mail.html);
        let imitates = |line: &str| line.starts_with("Bcc:") || line.starts_with("New: 0");
        assert!(!mail.text.lines().any(imitates), "{}", mail.text);
    }

    #[test]
    fn counts_read_worst_first() {
        let counts = SeverityCounts { low: 3, critical: 1, ..SeverityCounts::default() };
        assert_eq!(count_words(counts), "1 critical, 3 low");
        assert_eq!(count_words(SeverityCounts::default()), "no findings");
    }
}
