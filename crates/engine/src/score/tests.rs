use super::*;

fn finding(check: &str, test: NamedTest, severity: Severity, confidence: Confidence, location: &str) -> Finding {
    let check = check.parse().expect("a check id");
    Finding {
        fingerprint: Fingerprint::new(&check, "target", location, ""),
        check,
        title: String::new(),
        test,
        severity,
        confidence,
        location: location.to_owned(),
        message: String::new(),
        remediation: String::new(),
        evidence: Vec::new(),
        references: Vec::new(),
        by_design: false,
        see: None,
        deduction: 0,
        triage: Triage::Open,
    }
}

fn check(test: NamedTest, weight: u8, outcome: Outcome) -> CheckResult {
    CheckResult {
        check: "MCPA-DA-001".parse().expect("a check id"),
        title: String::new(),
        test,
        weight,
        outcome,
        duration_ms: 0,
    }
}

fn worked_example() -> Vec<Finding> {
    use Confidence::{Confirmed, Likely};
    use NamedTest::{AuthTest, DescriptionAnalysis, InputValidation, PromptInjection};
    let mut findings = vec![
        finding("MCPA-TRN-004", AuthTest, Severity::High, Confirmed, "header:Origin"),
        finding("MCPA-PI-008", PromptInjection, Severity::Medium, Likely, "tool:a"),
    ];
    findings.extend(
        (0..3).map(|n| finding("MCPA-INP-001", InputValidation, Severity::Low, Confirmed, &format!("tool:{n}"))),
    );
    findings.extend(
        (0..10).map(|n| finding("MCPA-DA-013", DescriptionAnalysis, Severity::Low, Confirmed, &format!("tool:{n}"))),
    );
    findings
}

const PASSED: Outcome = Outcome::Pass;

#[test]
fn the_worked_example_of_the_catalogue_is_65_d() {
    let mut findings = worked_example();
    let result = score(&mut findings, &[check(NamedTest::AuthTest, 3, PASSED)], Level::Two);
    assert_eq!((result.total, result.grade), (65, Some(Grade::D)));
    assert_eq!(findings.iter().map(|finding| finding.deduction).sum::<u32>(), 342);
    assert_eq!(result.ceiling, None, "65 is below the ceiling of 74");
    assert_eq!(result.level1, 74, "200 + 43 leave 75, the confirmed high finding allows 74");
    assert_eq!(result.level2, Some(90), "56 + 43");
}

#[test]
fn the_order_of_the_findings_changes_nothing() {
    let (mut forwards, mut backwards) = (worked_example(), worked_example());
    backwards.reverse();
    let checks = [check(NamedTest::AuthTest, 3, PASSED)];
    assert_eq!(score(&mut forwards, &checks, Level::Two), score(&mut backwards, &checks, Level::Two));
    backwards.reverse();
    assert_eq!(forwards, backwards);
}

#[test]
fn accepted_findings_leave_the_sum_and_the_verdict() {
    let mut findings = worked_example();
    findings[0].triage = Triage::Accepted;
    let checks = [check(NamedTest::AuthTest, 3, PASSED)];
    assert_eq!(score(&mut findings, &checks, Level::Two).total, 85);
    assert_eq!(verdicts(&findings, &checks, Level::Two)[0].verdict, Verdict::Pass);
}

#[test]
fn one_cause_is_deducted_once() {
    let at = "tool:a#/description";
    let of = |check, severity| finding(check, NamedTest::DescriptionAnalysis, severity, Confidence::Confirmed, at);
    let mut findings =
        [of("MCPA-DA-009", Severity::Medium), of("MCPA-DA-001", Severity::Critical), of("MCPA-DA-013", Severity::Low)];
    score(&mut findings, &[], Level::Two);
    assert_eq!(findings[0].see.as_ref(), Some(&findings[1].fingerprint));
    assert_eq!(findings.each_ref().map(|finding| finding.deduction), [0, 400, 25]);
}

#[test]
fn caps_hold() {
    let many = |check: &str, test, severity| {
        let each = |n| finding(&format!("{check}{n}"), test, severity, Confidence::Confirmed, "server");
        (100..110).map(each).collect::<Vec<_>>()
    };
    let total = |mut findings: Vec<Finding>| score(&mut findings, &[], Level::Two).total;
    assert_eq!(total(many("MCPA-TRN-", NamedTest::AuthTest, Severity::Low)), 85);
    assert_eq!(
        total(many("MCPA-PR-", NamedTest::InputValidation, Severity::Medium)),
        84,
        "85, but three confirmed mediums"
    );
    assert_eq!(total(many("MCPA-CE-", NamedTest::ContextExhaustion, Severity::Medium)), 75);
    assert_eq!(total(many("MCPA-TRN-", NamedTest::AuthTest, Severity::High)), 0);
}

#[test]
fn ceilings_name_their_reason() {
    use Confidence::{Confirmed, Likely, Tentative};
    for (severity, confidence, total, ceiling) in [
        (Severity::Critical, Confirmed, 39, Some("at most 39: a confirmed critical finding")),
        (Severity::Critical, Likely, 59, Some("at most 59: a likely critical finding")),
        (Severity::Critical, Tentative, 88, None),
        (Severity::High, Confirmed, 74, Some("at most 74: a confirmed high finding")),
        (Severity::High, Likely, 84, Some("at most 84: a likely high finding")),
        (Severity::Medium, Confirmed, 92, None),
        (Severity::Info, Confirmed, 100, None),
    ] {
        let result =
            score(&mut [finding("MCPA-TRN-004", NamedTest::AuthTest, severity, confidence, "server")], &[], Level::One);
        assert_eq!((result.total, result.ceiling.as_deref()), (total, ceiling), "{severity} {confidence}");
        assert_eq!(result.level2, None);
    }
}

#[test]
fn little_coverage_means_a_provisional_grade_or_none() {
    let unassessed =
        |weight| check(NamedTest::Authz, weight, Outcome::NotAssessed { reason: String::new(), needs: None });
    let grade = |checks: &[CheckResult]| {
        let result = score(&mut [], checks, Level::One);
        (result.grade, result.provisional)
    };
    let passed = check(NamedTest::AuthTest, 3, PASSED);
    let elsewhere = check(NamedTest::Authz, 3, Outcome::NotApplicable { reason: String::new() });
    assert_eq!(grade(&[passed.clone(), elsewhere]), (Some(Grade::A), false));
    assert_eq!(grade(&[passed.clone(), unassessed(3)]), (Some(Grade::B), true));
    assert_eq!(grade(&[passed, unassessed(3), unassessed(3), unassessed(3)]), (None, true));
}

#[test]
fn verdicts_follow_severity_and_confidence() {
    use Confidence::{Confirmed, Likely, Tentative};
    let checks = [
        check(NamedTest::AuthTest, 3, PASSED),
        check(NamedTest::AuthTest, 1, Outcome::Error { reason: String::new() }),
        check(NamedTest::Authz, 3, Outcome::NotAssessed { reason: String::new(), needs: None }),
    ];
    for (severity, confidence, expected) in [
        (Severity::Critical, Likely, Verdict::Fail),
        (Severity::High, Likely, Verdict::Fail),
        (Severity::High, Tentative, Verdict::Warn),
        (Severity::Critical, Tentative, Verdict::Warn),
        (Severity::Medium, Tentative, Verdict::Warn),
        (Severity::Low, Confirmed, Verdict::Pass),
    ] {
        let results = verdicts(
            &[finding("MCPA-TRN-004", NamedTest::AuthTest, severity, confidence, "server")],
            &checks,
            Level::One,
        );
        assert_eq!(results.len(), 6);
        assert_eq!(
            (results[0].verdict, results[0].decided, results[0].undecided),
            (expected, 1, 1),
            "{severity} {confidence}"
        );
        assert_eq!(results[1].verdict, Verdict::NotAssessed);
    }
}
