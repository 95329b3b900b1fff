//! Audits to render.

use contracts::audit::{Audit, Coverage, Evidence, Finding, Fingerprint, Grade, Outcome, Reference, Verdict};
use report::Context;

/// The example of the contract: 14 findings of a bad server.
pub(crate) fn sample() -> Audit {
    serde_json::from_str(include_str!("../../../../contracts/examples/audit.v1.json")).unwrap()
}

pub(crate) fn context() -> Context {
    Context {
        test_id: "0198c2b4-11c0-7d53-8a0e-5b8d2f6f9e01".to_owned(),
        organization: Some("Acme Industries".to_owned()),
        generated_at: "2026-11-20T09:17:46Z".parse().unwrap(),
    }
}

/// A server without findings, of which `percent` of the checks could be decided.
pub(crate) fn empty(percent: u32) -> Audit {
    let mut audit = sample();
    audit.findings.clear();
    audit.notes.clear();
    audit.incomplete.clear();
    for (index, check) in (0..).zip(&mut audit.checks) {
        check.outcome = if index % 100 < percent { Outcome::Pass } else { not_assessed() };
    }
    for test in &mut audit.tests {
        test.findings = contracts::audit::SeverityCounts::default();
        test.verdict = Verdict::Pass;
    }
    audit.score.coverage = Coverage { decided: percent, applicable: 100 };
    audit.score.ceiling = None;
    audit.score.provisional = percent < 60;
    audit.score.grade = (percent >= 30).then_some(if percent < 60 { Grade::B } else { Grade::A });
    (audit.score.total, audit.score.level1, audit.score.level2) = (100, 100, Some(100));
    audit
}

fn not_assessed() -> Outcome {
    Outcome::NeedsCredentials { reason: "needs a second user: give `--second-header 'Authorization: …'`".to_owned() }
}

/// The sample with its findings repeated.
pub(crate) fn many(count: usize) -> Audit {
    let mut audit = sample();
    let pattern = audit.findings.clone();
    audit.findings = (0..count)
        .map(|index| {
            let mut finding = pattern[index * pattern.len() / count].clone();
            finding.location = format!("tool:tool_{index}#/description");
            finding.fingerprint = Fingerprint::new(&finding.check, &audit.target.key, &finding.location, "");
            finding.see = None;
            finding
        })
        .collect();
    audit
}

/// The sample with this text in every place that a server can influence, and in those that it should not.
pub(crate) fn saying(text: &str) -> Audit {
    let mut audit = sample();
    let text = || text.to_owned();
    audit.target.display = text();
    audit.target.key = text();
    audit.target.server_name = Some(text());
    audit.target.server_version = Some(text());
    audit.target.protocol_versions = vec![text(), text()];
    audit.engine_version = text();
    audit.notes = vec![text()];
    audit.score.ceiling = Some(text());
    audit.findings.truncate(2);
    for finding in &mut audit.findings {
        *finding = Finding {
            title: text(),
            location: text(),
            message: text(),
            remediation: text(),
            evidence: vec![Evidence {
                excerpt: text(),
                length_bytes: 1,
                digest: text(),
                detector: text(),
                request: Some(text()),
                status: Some(200),
            }],
            references: vec![Reference { name: text(), url: Some(text()) }],
            ..finding.clone()
        };
    }
    audit.checks.truncate(30);
    for check in &mut audit.checks {
        check.title = text();
        check.outcome = Outcome::NotAssessed { reason: text(), needs: None };
    }
    audit
}

/// The sample with one finding about a package in a lock file, and what a reader looks for in it.
pub(crate) fn vulnerable_package() -> (Audit, [&'static str; 11]) {
    let shown = [
        "file:app/package-lock.json#L12",
        "`deep@2.0.0`, a transitive dependency through `middle@1.0.0`",
        "upgrade to 2.0.1",
        "middle@1.0.0 > deep@2.0.0",
        "CVE-2026-0001: Reads any file",
        "GHSA-deep",
        // Names of the lines, in front of what they tell.
        "Package",
        "Came in by",
        "Repaired in",
        "npm:deep@2.0.0",
        "Packages with advisories",
    ];
    let mut audit = sample();
    audit.findings.truncate(1);
    let evidence = |excerpt: &str, detector: &str| Evidence {
        excerpt: excerpt.to_owned(),
        detector: detector.to_owned(),
        request: None,
        status: None,
        ..audit.findings[0].evidence[0].clone()
    };
    let finding = Finding {
        check: "MCPA-SC-002".parse().unwrap(),
        title: "Vulnerable dependency".to_owned(),
        location: shown[0].to_owned(),
        message: format!("{}, is affected by GHSA-deep (CVE-2026-0001); {}", shown[1], shown[2]),
        evidence: vec![
            evidence(shown[9], "package"),
            evidence(shown[3], "dependency-path"),
            evidence("GHSA-deep, CVE-2026-0001: Reads any file", "advisory"),
            evidence("2.0.1", "repair"),
        ],
        references: vec![Reference {
            name: "GHSA-deep".to_owned(),
            url: Some("https://osv.dev/vulnerability/GHSA-deep".to_owned()),
        }],
        ..audit.findings[0].clone()
    };
    audit.findings = vec![finding];
    (audit, shown)
}

/// Texts that break careless reports.
pub(crate) fn hostile_texts() -> Vec<(&'static str, String)> {
    vec![
        ("typst markup", "#panic(\"boom\") #read(\"/etc/passwd\") $x^2$ *bold* _it_ @ref <label> = Heading\n#import \"@preview/x:1.0.0\": *".to_owned()),
        ("HTML", "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\"' style=\"x\" &lt;".to_owned()),
        ("controls", "a\u{0}b\u{7}c\u{1b}[31mred\u{1b}[0m\u{8}\u{9b}\rd\u{7f}".to_owned()),
        ("bidi", "safe \u{202e}txt.exe\u{2066}isolated\u{200f} \u{feff}\u{e0041}\u{e0042}".to_owned()),
        ("long word", "W".repeat(10_000)),
        ("long path", "a/b_c.d-".repeat(1_250)),
        ("CJK", "工具描述中包含隐藏的指令。ツールの説明に隠された指示。도구 설명에 숨겨진 지시.".repeat(20)),
        ("emoji and RTL", "🙂👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 أداة خطيرة שלום עולם".repeat(20)),
        ("marks", format!("Z{}", "\u{336}\u{301}\u{489}".repeat(300))),
        ("many lines", "line\n".repeat(800)),
        ("empty", String::new()),
    ]
}
