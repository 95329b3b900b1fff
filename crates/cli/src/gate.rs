//! From a result to an exit code.

use std::process::ExitCode;

use contracts::audit::{Audit, Severity, Triage};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// No finding at or above the threshold.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The target could not be reached or is no MCP server.
    Unreachable = 3,
    /// A fault of ours, or the result could not be written.
    Internal = 4,
    /// Nothing was found, but not everything that was asked for could be assessed.
    Incomplete = 5,
    /// Ctrl-C; 128 + SIGINT, as shells expect.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Whether a test passes. Accepted findings and false positives do not count.
pub(crate) fn judge(audit: &Audit, fail_on: Option<Severity>, allow_incomplete: bool) -> Exit {
    let counts = |triage: Triage| !matches!(triage, Triage::Accepted | Triage::FalsePositive);
    let findings = audit.findings.iter().filter(|finding| counts(finding.triage)).map(|finding| finding.severity);
    decide(findings, fail_on, audit.incomplete.is_empty() || allow_incomplete)
}

/// Whether a result passes: nothing at or above the threshold, and an answer to all that was asked.
pub(crate) fn decide(mut found: impl Iterator<Item = Severity>, fail_on: Option<Severity>, complete: bool) -> Exit {
    let Some(threshold) = fail_on else { return Exit::Clean };
    match () {
        () if found.any(|severity| severity >= threshold) => Exit::Findings,
        () if !complete => Exit::Incomplete,
        () => Exit::Clean,
    }
}

/// How a command with several results ends: as the worst of them.
pub(crate) fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    const RANK: [Exit; 7] = [
        Exit::Clean,
        Exit::Incomplete,
        Exit::Unreachable,
        Exit::Findings,
        Exit::Usage,
        Exit::Internal,
        Exit::Interrupted,
    ];
    exits.max_by_key(|exit| RANK.iter().position(|rank| rank == exit)).unwrap_or(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_itself_fails() {
        let json = include_str!("../../../contracts/examples/audit.v1.json");
        let mut audit: Audit = serde_json::from_str(json).expect("the example parses");
        let worst = audit.findings.iter().map(|finding| finding.severity).max().expect("the example has findings");
        assert_eq!(judge(&audit, Some(worst), true), Exit::Findings);
        assert_eq!(judge(&audit, None, false), Exit::Clean);
        audit.findings.iter_mut().for_each(|finding| finding.triage = Triage::Accepted);
        assert_eq!(judge(&audit, Some(Severity::Info), false), Exit::Clean);
        audit.incomplete.push("the test was stopped before its end".to_owned());
        assert_eq!(judge(&audit, Some(Severity::Info), false), Exit::Incomplete);
        assert_eq!(judge(&audit, Some(Severity::Info), true), Exit::Clean);
    }
}
