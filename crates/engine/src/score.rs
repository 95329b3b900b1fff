//! Score, grade, ceilings and verdicts (catalogue section 6, score version 1): integers only, no randomness, and the
//! same result whatever the order of the findings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use contracts::audit::{
    CheckResult, Confidence, Coverage, Finding, Fingerprint, Grade, Level, NamedTest, Outcome, Score, Severity,
    SeverityCounts, TestResult, Triage, Verdict,
};
use strum::VariantArray;

/// What all low findings together may cost, in tenths of a point.
const LOW_CAP: u32 = 150;
/// What the groups rate-limit and protocol may cost, each.
const HARDENING_GROUP_CAP: u32 = 150;
/// What the group context-exhaustion may cost.
const CONTEXT_GROUP_CAP: u32 = 250;

/// Scores a test and writes `deduction` and `see` into each finding, so that the deductions add up to what the total
/// lost. Findings that somebody accepted, mended or refuted cost nothing.
pub(crate) fn score(findings: &mut [Finding], checks: &[CheckResult], level: Level) -> Score {
    let whole = Sum::over(findings, |_| true);
    let level1 = Sum::over(findings, |finding| finding.test.level() == Level::One);
    let level2 = Sum::over(findings, |finding| finding.test.level() == Level::Two);
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.deduction = whole.deductions.get(&index).copied().unwrap_or(0);
        finding.see = whole.see.get(&index).cloned();
    }
    let coverage = coverage(checks);
    let provisional = coverage.percent() < 60;
    let grade =
        (coverage.percent() >= 30).then(|| if provisional { whole.grade().max(Grade::B) } else { whole.grade() });
    Score {
        version: 1,
        total: whole.points(),
        level1: level1.points(),
        level2: (level == Level::Two).then(|| level2.points()),
        grade,
        provisional,
        ceiling: whole.ceiling.filter(|ceiling| ceiling.points < whole.uncapped()).map(|ceiling| ceiling.to_string()),
        coverage,
    }
}

/// The verdict of each named test of the level, in their fixed order. Findings that left the sum neither fail nor warn.
pub(crate) fn verdicts(findings: &[Finding], checks: &[CheckResult], level: Level) -> Vec<TestResult> {
    let verdict = |test: NamedTest| {
        let open = || findings.iter().filter(move |finding| finding.test == test && finding.triage == Triage::Open);
        let of_test = || checks.iter().filter(move |check| check.test == test);
        let decided = of_test().filter(|check| check.outcome.is_decided()).count();
        let undecided = of_test().filter(|check| check.outcome.is_undecided()).count();
        let fails = |finding: &Finding| finding.severity >= Severity::High && finding.confidence >= Confidence::Likely;
        let verdict = if open().any(fails) {
            Verdict::Fail
        } else if open().any(|finding| finding.severity >= Severity::Medium) {
            Verdict::Warn
        } else if decided > 0 {
            Verdict::Pass
        } else {
            Verdict::NotAssessed
        };
        TestResult {
            test,
            verdict,
            findings: open().map(|finding| finding.severity).collect::<SeverityCounts>(),
            decided: count(decided),
            undecided: count(undecided),
        }
    };
    NamedTest::VARIANTS.iter().copied().filter(|test| test.level() <= level).map(verdict).collect()
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

fn coverage(checks: &[CheckResult]) -> Coverage {
    let weight = |counts: fn(&Outcome) -> bool| {
        checks.iter().filter(|check| counts(&check.outcome)).map(|check| u32::from(check.weight)).sum()
    };
    Coverage {
        decided: weight(Outcome::is_decided),
        applicable: weight(|outcome| !matches!(outcome, Outcome::NotApplicable { .. })),
    }
}

/// A subset of the findings, added up.
struct Sum {
    /// What each finding costs, by its index.
    deductions: BTreeMap<usize, u32>,
    /// The stronger finding with the same cause, by the index of the weaker.
    see: BTreeMap<usize, Fingerprint>,
    ceiling: Option<Ceiling>,
}

/// The highest total that the findings allow.
#[derive(Debug, Clone, Copy)]
struct Ceiling {
    points: u8,
    reason: &'static str,
}

impl std::fmt::Display for Ceiling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at most {}: {}", self.points, self.reason)
    }
}

impl Sum {
    fn over(findings: &[Finding], included: impl Fn(&Finding) -> bool) -> Self {
        let mut indices: Vec<usize> = (0..findings.len())
            .filter(|&index| findings[index].triage == Triage::Open && included(&findings[index]))
            .collect();
        // Strongest first; the fingerprint makes the order independent of how the findings came.
        indices.sort_by_key(|&index| {
            let finding = &findings[index];
            (Reverse(full_deduction(finding)), Reverse(finding.severity), &finding.fingerprint)
        });
        let see = weaker_of_one_cause(findings, &indices);
        indices.retain(|index| !see.contains_key(index));
        let mut deductions = BTreeMap::new();
        let mut seen_of_check = BTreeMap::new();
        for &index in &indices {
            let earlier = seen_of_check.entry(&findings[index].check).or_insert(0_u32);
            let divisor = match *earlier {
                0 => Some(1),
                1 => Some(2),
                2 => Some(4),
                _ => None,
            };
            *earlier += 1;
            deductions.insert(index, divisor.map_or(0, |divisor| full_deduction(&findings[index]) / divisor));
        }
        // Groups first, lows last: what a group's cap already took away does not use up the lows' cap.
        let mut cap = |most: u32, belongs: fn(&Finding) -> bool| {
            let mut left = most;
            for index in indices.iter().filter(|&&index| belongs(&findings[index])) {
                let deduction = deductions.entry(*index).or_default();
                *deduction = left.min(*deduction);
                left -= *deduction;
            }
        };
        cap(HARDENING_GROUP_CAP, |finding| finding.test == NamedTest::RateLimit);
        cap(HARDENING_GROUP_CAP, |finding| finding.check.as_str().starts_with("MCPA-PR-"));
        cap(CONTEXT_GROUP_CAP, |finding| finding.test == NamedTest::ContextExhaustion);
        cap(LOW_CAP, |finding| finding.severity == Severity::Low);
        let counted: Vec<&Finding> = indices.iter().map(|&index| &findings[index]).collect();
        Self { deductions, see, ceiling: ceiling(&counted) }
    }

    /// The points before the ceiling.
    fn uncapped(&self) -> u8 {
        let lost: u32 = self.deductions.values().sum();
        u8::try_from(1000_u32.saturating_sub(lost) / 10).unwrap_or(100)
    }

    fn points(&self) -> u8 {
        self.ceiling.map_or(self.uncapped(), |ceiling| self.uncapped().min(ceiling.points))
    }

    fn grade(&self) -> Grade {
        match self.points() {
            90.. => Grade::A,
            80.. => Grade::B,
            70.. => Grade::C,
            60.. => Grade::D,
            _ => Grade::F,
        }
    }
}

/// What a finding costs where it stands alone, in tenths of a point.
fn full_deduction(finding: &Finding) -> u32 {
    let base = match finding.severity {
        Severity::Critical => 400,
        Severity::High => 200,
        Severity::Medium => 80,
        Severity::Low => 25,
        Severity::Info => 0,
    };
    let percent = match finding.confidence {
        Confidence::Confirmed => 100,
        Confidence::Likely => 70,
        Confidence::Tentative => 30,
    };
    let deduction = base * percent / 100;
    if finding.by_design { deduction / 2 } else { deduction }
}

fn ceiling(findings: &[&Finding]) -> Option<Ceiling> {
    let count = |severity, confidence| {
        findings.iter().filter(|finding| finding.severity == severity && finding.confidence == confidence).count()
    };
    let rules = [
        (count(Severity::Critical, Confidence::Confirmed) >= 1, 39, "a confirmed critical finding"),
        (count(Severity::Critical, Confidence::Likely) >= 1, 59, "a likely critical finding"),
        (count(Severity::High, Confidence::Confirmed) >= 2, 59, "two confirmed high findings"),
        (count(Severity::High, Confidence::Confirmed) >= 1, 74, "a confirmed high finding"),
        (count(Severity::High, Confidence::Likely) >= 1, 84, "a likely high finding"),
        (count(Severity::Medium, Confidence::Confirmed) >= 3, 84, "three confirmed medium findings"),
        (count(Severity::Medium, Confidence::Confirmed) >= 1, 94, "a confirmed medium finding"),
    ];
    rules.into_iter().find(|(applies, ..)| *applies).map(|(_, points, reason)| Ceiling { points, reason })
}

/// Every finding that has a stronger one of the same cause, with that one's fingerprint. `indices` are sorted,
/// strongest first.
fn weaker_of_one_cause(findings: &[Finding], indices: &[usize]) -> BTreeMap<usize, Fingerprint> {
    let mut strongest: BTreeMap<Cause, &Fingerprint> = BTreeMap::new();
    let mut weaker = BTreeMap::new();
    for &index in indices {
        let finding = &findings[index];
        let Some(cause) = cause(finding) else { continue };
        match strongest.get(&cause) {
            Some(stronger) => {
                weaker.insert(index, (*stronger).clone());
            }
            None => {
                strongest.insert(cause, &finding.fingerprint);
            }
        }
    }
    weaker
}

/// A set of checks that see one cause, and the place where the catalogue confines the set to one.
type Cause = (u8, String);

/// The set that a finding belongs to, if any.
fn cause(finding: &Finding) -> Option<Cause> {
    let here = || finding.location.clone();
    let item = || finding.location.split('#').next().unwrap_or_default().to_owned();
    let nowhere = String::new;
    let (group, number) = finding.check.as_str().strip_prefix("MCPA-")?.split_once('-')?;
    let number: u16 = number.parse().ok()?;
    Some(match (group, number) {
        ("AUTH", 3..=5) => (1, nowhere()),
        ("AUTH", 7 | 8) | ("TRN", 16) => (2, nowhere()),
        ("INP", 3 | 4) => (3, nowhere()),
        ("INP", 6 | 7) => (4, here()),
        ("INP", 9..=11 | 23) => (5, nowhere()),
        ("INP", 12..=14) => (6, here()),
        ("DA", 1..=10) => (7, here()),
        ("RI", 1..=13) => (8, here()),
        ("RP", 1..=3) => (9, item()),
        ("SC", 1 | 2) => (10, advisory(finding)?),
        _ => return None,
    })
}

/// The advisory that a supply-chain finding is about, from its references.
fn advisory(finding: &Finding) -> Option<String> {
    let known = ["CVE-", "GHSA-", "RUSTSEC-", "PYSEC-", "GO-", "MAL-", "OSV-"];
    let is_advisory = |name: &&str| known.iter().any(|prefix| name.starts_with(prefix));
    finding.references.iter().map(|reference| reference.name.as_str()).filter(is_advisory).min().map(str::to_owned)
}

#[cfg(test)]
mod tests;
