//! How the result came about: the same words in every report.

use contracts::audit::Audit;
use serde::Serialize;

use super::Fact;

/// A paragraph with a heading.
#[derive(Debug, Serialize)]
pub(crate) struct Paragraph {
    pub(crate) title: &'static str,
    pub(crate) text: String,
}

/// Catalogue sections 2, 4, 6 and 8, in short.
pub(super) fn paragraphs(audit: &Audit) -> Vec<Paragraph> {
    let paragraph = |title, text: &str| Paragraph { title, text: text.to_owned() };
    vec![
        paragraph(
            "Score and grade",
            "The score starts at 100. A critical finding costs 40 points, high 20, medium 8, low 2.5, info none; a likely finding \
             costs 70 % of that, a tentative one 30 %, and one that the server's declared purpose needs (by design) half. Of \
             several findings of one check the first counts in full, the second half, the third a quarter, further ones nothing. \
             Findings with one cause are deducted once; the others say \"see\" the one that counts. The worst finding also caps \
             the score: 39 with a confirmed critical, 59 with a likely critical or two confirmed high, 74 with one confirmed \
             high, 84 with a likely high or three confirmed medium, 94 with a confirmed medium. A is 90 and more, B 80, C 70, \
             D 60, F below.",
        ),
        paragraph(
            "Severity and confidence",
            "Severity is the worst realistic effect on the server's owner or its users. Critical: code execution, authentication \
             bypass, theft of secrets, proven obedience to an attacker. High: unauthorised data or actions, poisoned definitions, \
             requests to internal networks. Medium: needs another weakness or an action of the user. Low: hardening. Info: \
             recorded, not scored. Confirmed means proven in this run, likely means strong evidence, tentative means that a \
             person should look.",
        ),
        paragraph("How the server was tested", how_it_was_tested(audit.active)),
        paragraph(
            "Evidence",
            "Evidence is masked before it is stored: at most 160 characters around the match, no secret and no personal data. \
             Control and invisible characters appear as \\u{…}. The digest is keyed for this installation; equal digests mean \
             equal values. In request templates, {{credential}} and {{canary}} stand for values that were filled in.",
        ),
        paragraph(
            "Limits",
            "The audit sees the server from outside, at one point in time, with the access that it was given. It does not read \
             source code, does not see logging and monitoring (OWASP MCP08), and does not try denial of service, password \
             guessing beyond a dozen trivial keys, or anything that persists. A pass means that this check did not find this \
             weakness.",
        ),
    ]
}

fn how_it_was_tested(active: bool) -> &'static str {
    if active {
        "Every check is a program with a fixed rule; no language model decides a verdict. Tools that only read were called with \
         harmless, invalid and probing arguments; tools that write or execute only with arguments that their schema forbids; \
         destructive tools not at all unless they were allowed by name. No probe deletes, writes, stacks SQL statements or reads \
         credentials."
    } else {
        "Every check is a program with a fixed rule; no language model decides a verdict. Tools that only read were called with \
         harmless arguments; other tools were not called with valid arguments. Checks that need probing arguments were not \
         assessed: they run when active testing is allowed."
    }
}

/// What the run sent and received.
pub(super) fn traffic(audit: &Audit) -> Vec<Fact> {
    vec![
        Fact { name: "Messages sent", value: audit.traffic.requests.to_string() },
        Fact { name: "Of these, tool calls", value: audit.traffic.tool_calls.to_string() },
        Fact { name: "Received", value: bytes(audit.traffic.received_bytes) },
    ]
}

fn bytes(count: u64) -> String {
    match count {
        0..1024 => format!("{count} bytes"),
        1024..1_048_576 => format!("{} KiB", count / 1024),
        _ => format!("{}.{} MiB", count / 1_048_576, count % 1_048_576 * 10 / 1_048_576),
    }
}
