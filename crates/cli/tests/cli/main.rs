//! The program as people and pipelines run it: exit codes, formats, Ctrl-C. The servers are real and on loopback.

mod fix;
mod github;
mod interrupt;
mod packages;
mod program;
mod scan;
mod secrets;
mod several;

use program::{json, mcp_audit};
use servers::{Running, fixture, start};

fn running(name: &str) -> Running {
    start(fixture(name))
}

#[test]
fn a_sound_server_passes() {
    let server = running("clean-tools");
    let ended = mcp_audit(&["test", server.url(), "--format", "json", "--allow-incomplete"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let audit = json(&ended.output);
    assert_eq!(audit["target"]["server_name"], "city-weather", "{audit:#}");
}

#[test]
fn findings_fail_at_the_threshold_and_not_above() {
    let server = running("acme-notes");
    let ended = mcp_audit(&["test", server.url(), "--level", "1"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.output.contains("MCPA-DX-001"), "{}", ended.output);
    assert!(ended.output.contains("Coverage"), "{}", ended.output);
    let never = mcp_audit(&["test", server.url(), "--level", "1", "--fail-on", "never", "--quiet"]);
    assert_eq!((never.code, never.errors.as_str()), (Some(0), ""), "{never:?}");
}

#[test]
fn each_format_is_written_to_its_file() {
    let server = running("clean-tools");
    let folder = tempfile::tempdir().expect("a folder");
    for (format, beginning) in [("sarif", "{"), ("html", "<!DOCTYPE html>"), ("pdf", "%PDF-")] {
        let file = folder.path().join(format);
        let file_name = file.display().to_string();
        let ended = mcp_audit(&[
            "test",
            server.url(),
            "--level",
            "1",
            "--format",
            format,
            "--output",
            &file_name,
            "--fail-on",
            "never",
        ]);
        assert_eq!((ended.code, ended.output.as_str()), (Some(0), ""), "{ended:?}");
        let written = std::fs::read(&file).expect("the report");
        assert!(written.starts_with(beginning.as_bytes()), "{format}: {:?}", &written[..beginning.len()]);
    }
}

#[test]
fn what_was_approved_is_what_later_tests_compare_with() {
    let server = running("clean-tools");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("approved.json").display().to_string();
    let missing = mcp_audit(&["test", server.url(), "--baseline", &file]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    assert!(missing.errors.contains("--approve"), "{}", missing.errors);
    mcp_audit(&["test", server.url(), "--level", "1", "--approve", &file, "--fail-on", "never"]);

    let outcome = |server: &Running| {
        let ended = mcp_audit(&["test", server.url(), "--baseline", &file, "--format", "json", "--fail-on", "never"]);
        let audit = json(&ended.output);
        let checks = audit["checks"].as_array().expect("checks").clone();
        let check = checks.into_iter().find(|check| check["check"] == "MCPA-RP-001").expect("the check");
        check["outcome"]["kind"].as_str().expect("a kind").to_owned()
    };
    assert_eq!(outcome(&server), "pass");
    assert_eq!(outcome(&running("poisoned-description")), "finding");
}

#[test]
fn what_could_not_be_assessed_fails_unless_it_is_accepted() {
    let server = running("empty");
    let ended = mcp_audit(&["test", server.url()]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.output.contains("offers no tools"), "{}", ended.output);
    assert_eq!(mcp_audit(&["test", server.url(), "--allow-incomplete"]).code, Some(0));
}

#[test]
fn a_target_that_cannot_be_tested_is_never_a_pass() {
    let guarded = running("clean-guarded");
    let nobody = nobody();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["test", guarded.url()], 3, "--header"),
        (&["test", &nobody], 3, "check that the server is running"),
        (&["test", "http://10.0.0.1/mcp"], 3, "--allow-private"),
        (&["test", "--", "no-such-program-anywhere"], 3, "no-such-program-anywhere"),
        (&["test", "--", "true"], 3, "run the command by hand"),
        (&["test", "ftp://a.example"], 2, "only http and https"),
    ];
    for (arguments, code, expected) in cases {
        let ended = mcp_audit(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert!(ended.errors.contains(expected), "{arguments:?}: {}", ended.errors);
        assert_eq!(ended.output, "", "{arguments:?}");
    }
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}/mcp", listener.local_addr().expect("its address"))
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let server = running("clean-tools");
    let ended = mcp_audit(&["test", server.url(), "--level", "1", "--output", "/proc/none/report.txt"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(ended.errors.contains("cannot write to /proc/none/report.txt"), "{}", ended.errors);
}
