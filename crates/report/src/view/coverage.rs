//! What was decided, what was not, and what would change that.

use contracts::audit::{Audit, CheckResult, NamedTest, Outcome};
use serde::Serialize;
use strum::VariantArray;

use super::Fact;
use crate::text::shortened;

/// How far the audit reached.
#[derive(Debug, Serialize)]
pub(crate) struct Coverage {
    /// Share of the applicable weight that reached a verdict.
    pub(crate) percent: u8,
    pub(crate) sentence: String,
    pub(crate) outcomes: Vec<Fact>,
    pub(crate) needs_credentials: Vec<Undecided>,
    pub(crate) not_assessed: Vec<Undecided>,
    pub(crate) errors: Vec<Undecided>,
    pub(crate) groups: Vec<CheckGroup>,
}

/// Checks that lack a verdict for one reason.
#[derive(Debug, Serialize)]
pub(crate) struct Undecided {
    pub(crate) reason: String,
    pub(crate) checks: Vec<CheckRow>,
}

/// All checks of one named test.
#[derive(Debug, Serialize)]
pub(crate) struct CheckGroup {
    pub(crate) title: &'static str,
    pub(crate) checks: Vec<CheckRow>,
}

/// One check.
#[derive(Debug, Serialize)]
pub(crate) struct CheckRow {
    pub(crate) id: String,
    pub(crate) title: String,
    /// A word that a template picks a colour by, too short to be broken for layout.
    pub(crate) outcome: &'static str,
    pub(crate) label: String,
    /// Why, where there is no verdict.
    pub(crate) reason: Option<String>,
}

impl Coverage {
    pub(super) fn new(audit: &Audit) -> Self {
        let coverage = audit.score.coverage;
        let count = |wanted: fn(&Outcome) -> bool| {
            audit.checks.iter().filter(|check| wanted(&check.outcome)).count().to_string()
        };
        Self {
            percent: coverage.percent(),
            sentence: format!(
                "{} % of the applicable checks reached a verdict, by weight ({} of {}). A check that can reach high or critical \
                 weighs 3, any other 1. Checks without a verdict neither cost nor earn points.",
                coverage.percent(),
                coverage.decided,
                coverage.applicable
            ),
            outcomes: vec![
                Fact { name: "Passed", value: count(|outcome| matches!(outcome, Outcome::Pass)) },
                Fact { name: "With findings", value: count(|outcome| matches!(outcome, Outcome::Finding { .. })) },
                Fact {
                    name: "Needs credentials",
                    value: count(|outcome| matches!(outcome, Outcome::NeedsCredentials { .. })),
                },
                Fact { name: "Not assessed", value: count(|outcome| matches!(outcome, Outcome::NotAssessed { .. })) },
                Fact { name: "Failed to run", value: count(|outcome| matches!(outcome, Outcome::Error { .. })) },
                Fact {
                    name: "Not applicable",
                    value: count(|outcome| matches!(outcome, Outcome::NotApplicable { .. })),
                },
            ],
            needs_credentials: undecided(&audit.checks, "credentials"),
            not_assessed: undecided(&audit.checks, "not_assessed"),
            errors: undecided(&audit.checks, "error"),
            groups: groups(&audit.checks),
        }
    }
}

/// The checks with that outcome, those with one reason together, in the order of the catalogue.
fn undecided(checks: &[CheckResult], outcome: &str) -> Vec<Undecided> {
    let mut reasons: Vec<Undecided> = Vec::new();
    for mut row in checks.iter().map(row).filter(|row| row.outcome == outcome) {
        let reason = row.reason.take().unwrap_or_default();
        match reasons.iter_mut().find(|known| known.reason == reason) {
            Some(known) => known.checks.push(row),
            None => reasons.push(Undecided { reason, checks: vec![row] }),
        }
    }
    reasons
}

fn groups(checks: &[CheckResult]) -> Vec<CheckGroup> {
    let group = |test: &NamedTest| CheckGroup {
        title: test.title(),
        checks: checks.iter().filter(|check| check.test == *test).map(row).collect(),
    };
    NamedTest::VARIANTS.iter().map(group).filter(|group| !group.checks.is_empty()).collect()
}

fn row(check: &CheckResult) -> CheckRow {
    let (outcome, label) = match &check.outcome {
        Outcome::Pass => ("pass", "Pass".to_owned()),
        Outcome::Finding { count: 1 } => ("finding", "1 finding".to_owned()),
        Outcome::Finding { count } => ("finding", format!("{count} findings")),
        Outcome::NotApplicable { .. } => ("not_applicable", "Not applicable".to_owned()),
        Outcome::NotAssessed { .. } => ("not_assessed", "Not assessed".to_owned()),
        Outcome::NeedsCredentials { .. } => ("credentials", "Needs credentials".to_owned()),
        Outcome::Error { .. } => ("error", "Failed to run".to_owned()),
    };
    CheckRow {
        id: check.check.to_string(),
        title: shortened(&check.title, 200),
        outcome,
        label,
        reason: check.outcome.reason().map(|reason| shortened(reason, 400)),
    }
}
