//! Servers as child processes, and what their launch commands give away.

use std::os::unix::fs::PermissionsExt as _;

use contracts::audit::{Confidence, Severity};
use engine::Target;
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

/// A package runner that starts one of our servers, whatever package it is told.
#[tokio::test]
async fn an_unpinned_launch_with_a_secret_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let runner = folder.path().join("npx");
    let script = format!("#!/bin/sh\nexec '{}' stdio clean-tools\n", env!("CARGO_BIN_EXE_servers"));
    std::fs::write(&runner, script).expect("a script");
    std::fs::set_permissions(&runner, std::fs::Permissions::from_mode(0o755)).expect("a script that may run");
    let key = ["AKIA", "Q3EXM7WLT", "5ZRKV2P"].concat();
    let target = Target::Stdio {
        program: runner.display().to_string(),
        args: vec!["-y".to_owned(), "city-weather-mcp".to_owned()],
        env: vec![("ARCHIVE_KEY".to_owned(), key.clone().into())],
    };
    let audit = engine::audit(target, options(fixture("clean-tools")), &Silent).await.expect("an audit");
    let found: Vec<_> = audit
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info)
        .map(|finding| (finding.check.as_str(), finding.severity, finding.confidence, finding.location.as_str()))
        .collect();
    let expected = [
        ("MCPA-SC-009", Severity::High, Confidence::Confirmed, "config:env/ARCHIVE_KEY"),
        ("MCPA-SC-003", Severity::Medium, Confidence::Confirmed, "config:command"),
    ];
    assert_eq!(found, expected);
    assert!(!serde_json::to_string(&audit).expect("JSON").contains(&key));
}
