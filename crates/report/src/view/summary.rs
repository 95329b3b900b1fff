//! The page for readers who read one page.

use contracts::audit::{self, Audit, Outcome, Severity, SeverityCounts};

use super::{FindingCard, Score, SeverityCount, TopRisk, by_severity, counted, severity_label};
use crate::text::shortened;

/// Below this coverage a grade is provisional (catalogue section 6).
const PROVISIONAL_BELOW_PERCENT: u8 = 60;

pub(super) fn score(score: &audit::Score) -> Score {
    let percent = score.coverage.percent();
    let note = match score.grade {
        None => Some(format!(
            "No grade: only {percent} % of the applicable checks reached a verdict, and a grade needs 30 %. The score counts \
             what was seen, not what was not looked at."
        )),
        Some(_) if score.provisional => Some(format!(
            "Provisional grade: {percent} % of the applicable checks reached a verdict. Below 60 % the grade is never \
             better than B and may change when more can be assessed."
        )),
        Some(_) => None,
    };
    Score {
        total: score.total,
        grade: score.grade.map_or_else(|| "–".to_owned(), |grade| grade.to_string()),
        level1: score.level1,
        level2: score.level2,
        ceiling: score.ceiling.as_deref().map(|reason| shortened(reason, 300)),
        note,
    }
}

pub(super) fn severities(audit: &Audit) -> Vec<SeverityCount> {
    let counts = counts(audit);
    by_severity()
        .map(|severity| SeverityCount { severity, label: severity_label(severity), count: counts.of(severity) })
        .collect()
}

fn counts(audit: &Audit) -> SeverityCounts {
    audit.findings.iter().map(|finding| finding.severity).collect()
}

/// The result in one or two sentences.
pub(super) fn headline(audit: &Audit) -> String {
    let counts = counts(audit);
    if counts.total() == 0 {
        return nothing_found(audit);
    }
    let parts: Vec<String> = by_severity()
        .filter(|severity| counts.of(*severity) > 0)
        .map(|severity| format!("{} {severity}", counts.of(severity)))
        .collect();
    let judgement = match audit.findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Critical) => {
            "At least one lets an attacker run code, bypass authentication, steal secrets or command the model: act now."
        }
        Some(Severity::High) => {
            "At least one exposes data or actions to people who should not have them: plan the fix this week."
        }
        Some(Severity::Medium) => {
            "None is dangerous on its own; together with another weakness, or with a user's help, they are."
        }
        _ => "They harden the server; none is a way in.",
    };
    format!(
        "The audit raised {}: {}. {judgement}",
        counted(counts.total().into(), "finding", "findings"),
        parts.join(", ")
    )
}

/// What an empty list means, and what it does not.
fn nothing_found(audit: &Audit) -> String {
    let decided = audit.checks.iter().filter(|check| check.outcome.is_decided()).count();
    let percent = audit.score.coverage.percent();
    if decided == 0 {
        return "No check reached a verdict, so this report says nothing about the security of the server.".to_owned();
    }
    let decided = counted(u64::try_from(decided).unwrap_or(u64::MAX), "check", "checks");
    if percent < PROVISIONAL_BELOW_PERCENT {
        format!(
            "No findings, but only {decided} ({percent} % of what applies, by weight) reached a verdict. Weaknesses may be in \
             the part that was not assessed: see Coverage for what would enable each missing check."
        )
    } else {
        format!(
            "No findings in {decided} that reached a verdict ({percent} % of what applies, by weight). The weaknesses that these \
             checks look for were not present when the test ran; that is no proof that there are no others."
        )
    }
}

/// What a reader must know before relying on the result, worst first.
pub(super) fn caveats(audit: &Audit) -> Vec<String> {
    let failed = audit.checks.iter().filter(|check| matches!(check.outcome, Outcome::Error { .. })).count();
    let failed = u64::try_from(failed).unwrap_or(u64::MAX);
    let failure = (failed > 0).then(|| {
        format!("{} failed while running and count as undecided; see Coverage.", counted(failed, "check", "checks"))
    });
    let incomplete = audit.incomplete.iter().take(50).map(|reason| format!("Incomplete: {}", shortened(reason, 500)));
    incomplete.chain(failure).chain(audit.notes.iter().take(50).map(|note| shortened(note, 500))).collect()
}

/// The worst findings that carry a deduction of their own.
pub(super) fn top_risks(findings: &[FindingCard]) -> Vec<TopRisk> {
    findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Medium && finding.see.is_none() && finding.triage.is_none())
        .take(5)
        .map(|finding| TopRisk {
            number: finding.number,
            severity: finding.severity,
            label: finding.label,
            title: finding.title.clone(),
            location: shortened(&finding.location, 120),
        })
        .collect()
}
