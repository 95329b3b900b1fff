//! Several servers in one command.

use crate::program::{json, mcp_audit};
use crate::running;

#[test]
fn each_server_gets_a_result_and_the_worst_decides() {
    let (sound, poisoned) = (running("clean-tools"), running("poisoned-description"));
    let folder = tempfile::tempdir().expect("a folder");
    let reports = folder.path().join("reports").display().to_string();
    let ended = mcp_audit(&[
        "test",
        sound.url(),
        poisoned.url(),
        "--passive",
        "--allow-incomplete",
        "--format",
        "json",
        "--output",
        &reports,
    ]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.errors.contains("2 of 2 servers tested"), "{}", ended.errors);
    let files = std::fs::read_dir(&reports).expect("the folder").map(|file| file.expect("a file").path());
    let mut tested: Vec<(String, bool)> = files
        .map(|file| json(&std::fs::read_to_string(file).expect("a report")))
        .map(|audit| {
            let findings = audit["findings"].as_array().expect("findings");
            let is_poisoned = findings.iter().any(|finding| finding["check"] == "MCPA-DA-001");
            (audit["target"]["display"].as_str().expect("an address").to_owned(), is_poisoned)
        })
        .collect();
    tested.sort_by_key(|(_, is_poisoned)| *is_poisoned);
    assert_eq!(tested, [(sound.url().to_owned(), false), (poisoned.url().to_owned(), true)]);
}

#[test]
fn a_server_that_is_not_there_takes_no_result_from_the_others() {
    let server = running("clean-tools");
    let gone = "http://127.0.0.1:1025/mcp";
    let ended = mcp_audit(&["test", gone, server.url(), "--passive", "--fail-on", "never", "--quiet"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.errors.contains(gone), "{}", ended.errors);
    assert!(ended.output.contains(server.url()) && !ended.output.contains(gone), "{}", ended.output);
}

#[test]
fn what_belongs_to_one_server_is_refused_and_a_folder_is_asked_for() {
    let two = ["test", "https://a.example/mcp", "https://b.example/mcp"];
    let with = |rest: &[&str]| mcp_audit(&[&two[..], rest].concat());
    for (rest, said) in [
        (&["--header", "Authorization: Bearer abc"][..], "--header (or MCP_AUDIT_HEADER) is for one server"),
        (&["--approve", "x.json"], "--approve is for one server"),
        (&["--format", "pdf"], "add `--output FOLDER`"),
        (&["--output", "/dev/null/reports"], "cannot be a folder"),
    ] {
        let ended = with(rest);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.errors.contains(said), "{}", ended.errors);
    }
}
