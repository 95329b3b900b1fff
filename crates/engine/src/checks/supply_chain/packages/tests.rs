use contracts::audit::{CheckId, Confidence, Fingerprint};

use super::*;

const CHECKS: [(&Check, IssueKind); 7] = [
    (&VULNERABLE_SERVER, IssueKind::VulnerableServer),
    (&VULNERABLE_DEPENDENCY, IssueKind::VulnerableDependency),
    (&LOOK_ALIKE, IssueKind::LookAlike),
    (&INSTALL_SCRIPT, IssueKind::InstallScript),
    (&UNLOCKED, IssueKind::Unlocked),
    (&UNTRUSTED_SOURCE, IssueKind::UntrustedSource),
    (&MALICIOUS, IssueKind::Malicious),
];

fn advisory() -> Advisory {
    Advisory {
        id: "GHSA-aaaa".to_owned(),
        aliases: vec!["CVE-2026-1".to_owned(), "no id/at all".to_owned()],
        summary: "Reads any file".to_owned(),
        severity: Severity::High,
        cvss: Some("CVSS:3.1/AV:N".to_owned()),
        malicious: false,
        fixed: Some("1.3.0".to_owned()),
        upgrade: Some("1.4.0".to_owned()),
        epss: Some(0.421),
        known_exploited: true,
    }
}

fn issue(kind: IssueKind, version: &str, line: u32) -> Issue {
    Issue {
        kind,
        package: Some(format!("npm:left@{version}")),
        subject: "npm:left:GHSA-aaaa".to_owned(),
        advisory: Some(advisory()),
        severity: Severity::High,
        confidence: Confidence::Confirmed,
        place: Place::File { path: "app/package-lock.json".to_owned(), line: Some(line) },
        path: vec!["server@1.0.0".to_owned(), format!("left@{version}")],
        reason: format!("`left@{version}` is affected"),
    }
}

fn packages(issues: Vec<Issue>, gaps: Vec<Gap>) -> Packages {
    Packages { issues, gaps }
}

fn gap(kind: IssueKind, reason: &str, failed: bool) -> Gap {
    Gap { kinds: vec![kind], reason: reason.to_owned(), failed }
}

#[test]
fn each_check_tells_its_own_kind_and_no_other() {
    for (check, kind) in CHECKS {
        assert_eq!(check.id, kind.check_id());
        let known = packages(vec![issue(kind, "1.2.0", 7)], Vec::new());
        for (_, other) in CHECKS {
            let count = match verdict(Some(&known), other) {
                Verdict::Decided(drafts) => drafts.len(),
                verdict => panic!("{verdict:?}"),
            };
            assert_eq!(count, usize::from(other == kind), "{kind:?} told as {other:?}");
        }
    }
}

#[test]
fn what_could_not_be_looked_at_is_no_pass() {
    let kind = IssueKind::VulnerableDependency;
    assert!(matches!(verdict(None, kind), Verdict::Needs(Need::Source, _)));
    let not_given = packages(Vec::new(), vec![gap(kind, "broken", true), gap(kind, "no advisories", false)]);
    assert_eq!(verdict(Some(&not_given), kind), Verdict::needs(Need::Source, "no advisories"));
    let failed = packages(Vec::new(), (0..5).map(|n| gap(kind, &format!("file {n}"), true)).collect());
    assert_eq!(verdict(Some(&failed), kind), Verdict::not_assessed("file 0; file 1; file 2; 2 more like these"));
    assert_eq!(verdict(Some(&failed), IssueKind::Unlocked), Verdict::PASS);
    let with_issue = packages(vec![issue(kind, "1.2.0", 7)], failed.gaps);
    assert!(matches!(verdict(Some(&with_issue), kind), Verdict::Decided(drafts) if drafts.len() == 1));
}

#[test]
fn a_finding_names_file_package_way_and_advisory() {
    let draft = draft(&issue(IssueKind::VulnerableDependency, "1.2.0", 7));
    assert_eq!((draft.location.as_str(), draft.line), ("file:app/package-lock.json", Some(7)));
    let seen: Vec<_> = draft.samples.iter().map(|sample| (sample.detector.as_str(), sample.text.as_str())).collect();
    let expected = [
        ("package", "npm:left@1.2.0"),
        ("dependency-path", "server@1.0.0 > left@1.2.0"),
        ("advisory", "GHSA-aaaa, CVE-2026-1, no id/at all: Reads any file"),
        ("rating", "CVSS:3.1/AV:N · EPSS 42.1 % · known to be exploited"),
        ("repair", "1.3.0; 1.4.0 is the first without any known advisory"),
    ];
    assert_eq!(seen, expected);
    let names: Vec<_> = draft.references.iter().map(|reference| reference.name.as_str()).collect();
    assert_eq!(names, ["GHSA-aaaa", "CVE-2026-1"]);
}

#[test]
fn another_line_or_version_is_the_same_finding_until_it_is_mended() {
    let id: CheckId = VULNERABLE_DEPENDENCY.id.parse().expect("an id");
    let fingerprint = |issue: &Issue| {
        let draft = draft(issue);
        Fingerprint::new(&id, "server", &draft.location, &draft.discriminator)
    };
    let first = issue(IssueKind::VulnerableDependency, "1.2.0", 7);
    assert_eq!(fingerprint(&first), fingerprint(&issue(IssueKind::VulnerableDependency, "1.2.1", 9)));
    let elsewhere =
        Issue { place: Place::File { path: "package-lock.json".to_owned(), line: Some(7) }, ..first.clone() };
    assert_ne!(fingerprint(&first), fingerprint(&elsewhere));
}
