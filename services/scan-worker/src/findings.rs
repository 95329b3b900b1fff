//! How many findings of a scan are kept. A hostile repository may have any number.

use discovery::Discovery;
use store::ScannedRepository;

/// Findings of a scan. A page of them reads all.
const MOST: usize = 5_000;

/// Keeps the worst findings of a place. `left_out` is how many were dropped before.
pub(crate) fn bounded(mut found: Discovery, place: &str, left_out: usize) -> Discovery {
    let left_out = left_out + found.keep_worst(MOST);
    if left_out > 0 {
        found.skip(
            place,
            format!("{left_out} findings beyond the {MOST} worst were not kept: mend these, or scan less"),
        );
    }
    found
}

/// What all repositories of a scan hold.
#[derive(Default)]
pub(crate) struct Sum {
    found: Discovery,
    left_out: usize,
}

impl Sum {
    /// Adds what one repository holds.
    pub(crate) fn add(&mut self, repository: ScannedRepository) {
        self.found.mcps.extend(repository.discovered);
        self.found.skipped.extend(repository.skipped);
        self.found.findings.extend(repository.findings);
        // Not each time, as it sorts them all.
        if self.found.findings.len() > 2 * MOST {
            self.left_out += self.found.keep_worst(MOST);
        }
    }

    /// Notes what was not read.
    pub(crate) fn skip(&mut self, path: &str, reason: &str) {
        self.found.skip(path, reason);
    }

    /// All of it, within bounds.
    pub(crate) fn finish(self) -> Discovery {
        bounded(self.found, ".", self.left_out).settle()
    }
}

#[cfg(test)]
mod tests {
    use contracts::api::scans::FileFinding;
    use contracts::audit::Severity;

    use super::*;

    fn finding(severity: Severity) -> FileFinding {
        let text = r#"{"fingerprint": "mcpa1-00000000000000000000000000000001", "check": "MCPA-CFG-001", "title": "T",
            "test": "description-analysis", "severity": "low", "confidence": "confirmed", "location": "file:a", "message": "m",
            "remediation": "r", "evidence": [], "references": [], "path": "AGENTS.md"}"#;
        let mut finding: FileFinding = serde_json::from_str(text).expect("a finding");
        finding.finding.severity = severity;
        finding
    }

    #[test]
    fn the_worst_of_all_repositories_stay_and_the_others_are_counted() {
        let mut sum = Sum::default();
        for number in 0..4 {
            let mut findings = vec![finding(Severity::Low); MOST];
            findings.push(finding(Severity::High));
            let repository = format!("acme/{number}");
            sum.add(ScannedRepository { repository, discovered: vec![], skipped: vec![], findings });
            assert!(sum.found.findings.len() <= 3 * MOST, "what is dropped anyway fills the memory");
        }
        let found = sum.finish();
        let high = found.findings.iter().take_while(|found| found.finding.severity == Severity::High).count();
        assert_eq!((found.findings.len(), high), (MOST, 4));
        let told = format!("{} findings beyond the {MOST} worst were not kept: mend these, or scan less", 3 * MOST + 4);
        assert_eq!(found.skipped.iter().map(|file| file.reason.as_str()).collect::<Vec<_>>(), [told.as_str()]);
    }

    #[test]
    fn few_findings_stay_as_they_are() {
        let mut found = Discovery::default();
        found.findings = vec![finding(Severity::Low)];
        let found = bounded(found, ".", 0);
        assert_eq!((found.findings.len(), found.skipped.len()), (1, 0));
    }
}
