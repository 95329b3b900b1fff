//! What a server is made of: its folder, its launch command, and advisories from files.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};
use servers::{Running, fixture, start};

use crate::program::{Ended, json, mcp_audit, servers};

/// Planted wherever people put secrets; no output may show it.
const SECRET: &str = "q9Zx27LmR4tVw81KpNs6";

fn write(folder: &Path, files: &[(&str, String)]) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("written");
    }
}

/// The code of a server with a vulnerable package and secrets.
fn source() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let lock = r#"{ "lockfileVersion": 3, "packages": {
  "": { "dependencies": { "middle": "^1.0.0" } },
  "node_modules/middle": { "version": "1.0.0", "integrity": "sha512-x", "dependencies": { "deep": "^2.0.0" } },
  "node_modules/deep": { "version": "2.0.0", "integrity": "sha512-x" } } }"#;
    let manifest = format!(
        r#"{{ "private": true, "scripts": {{ "postinstall": "TOKEN={SECRET} sh x" }}, "dependencies": {{ "middle": "^1.0.0" }} }}"#
    );
    let npmrc = format!("registry=http://user:{SECRET}@registry.example/\n//registry.example/:_authToken={SECRET}\n");
    write(folder.path(), &[("package-lock.json", lock.to_owned()), ("package.json", manifest), (".npmrc", npmrc)]);
    folder
}

/// The advisory about that package.
fn record() -> String {
    let record = json!({
        "id": "GHSA-deep", "aliases": ["CVE-2026-0001"], "summary": "Reads any file",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N" }],
        "affected": [{ "package": { "ecosystem": "npm", "name": "deep" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "2.0.1" }] }] }]
    });
    record.to_string()
}

/// The advisory as a folder.
fn database() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &[("GHSA-deep.json", record())]);
    folder
}

/// An OSV server that knows the advisory: its address. It answers two requests, then it is gone.
fn osv_server() -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("its address"));
    // One result per query, and the queries are in the order of the names.
    let named = json!({ "results": [{ "vulns": [{ "id": "GHSA-deep", "modified": "" }] }, {}] }).to_string();
    let answers = [named, record()];
    let serving = std::thread::spawn(move || {
        let answered = answers.into_iter().map(|answer| {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut reader = BufReader::new(stream.try_clone().expect("the same connection"));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).expect("a line");
            }
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).expect("a body");
            let length = answer.len();
            write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{answer}")
                .expect("sent");
            format!("{} {}", head.lines().next().unwrap_or_default(), String::from_utf8_lossy(&body))
        });
        answered.collect()
    });
    (address, serving)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Tests a sound server with these options.
fn tested(server: &Running, options: &[&str]) -> Ended {
    let usual = ["test", server.url(), "--level", "1", "--passive", "--quiet"];
    mcp_audit(&usual.into_iter().chain(options.iter().copied()).collect::<Vec<_>>())
}

fn check<'a>(audit: &'a Value, id: &str) -> &'a Value {
    let checks = audit["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["check"] == id).expect("the check")
}

#[test]
fn a_vulnerable_package_is_told_with_its_file_and_no_output_shows_a_secret() {
    let (server, source, database) = (start(fixture("clean-tools")), source(), database());
    let (source, database) = (shown(source.path()), shown(database.path()));
    for format in ["json", "sarif", "html", "table"] {
        let ended = tested(&server, &["--source", &source, "--osv-db", &database, "--format", format]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(!ended.output.contains(SECRET) && !ended.errors.contains(SECRET), "{format}: {}", ended.output);
        for named in ["MCPA-SC-002", "CVE-2026-0001", "deep@2.0.0", "package-lock.json", "upgrade to 2.0.1"] {
            // Scalar values may be escaped, names are not; a terminal breaks lines between words.
            let flat = ended.output.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(named), "{named} is not in the {format}: {flat}");
        }
        if format == "sarif" {
            let log = json(&ended.output);
            let results = log["runs"][0]["results"].as_array().expect("results");
            let result = results.iter().find(|result| result["ruleId"] == "MCPA-SC-002").expect("a result");
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "package-lock.json");
            assert_eq!(place["region"]["startLine"], 4);
        }
    }
}

#[test]
fn an_advisory_server_is_asked_only_where_the_user_says_so() {
    let (server, source) = (start(fixture("clean-tools")), source());
    let (address, serving) = osv_server();
    let ended = tested(&server, &["--source", &shown(source.path()), &format!("--osv-api={address}")]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.output.contains("CVE-2026-0001"), "{}", ended.output);
    let asked = serving.join().expect("two requests");
    assert!(
        asked[0].starts_with("POST /v1/querybatch ") && asked[1].starts_with("GET /v1/vulns/GHSA-deep "),
        "{asked:?}"
    );
    assert!(!asked[0].contains(SECRET), "{asked:?}");
}

#[test]
fn without_advisories_what_needs_them_is_not_assessed() {
    let (server, source) = (start(fixture("clean-tools")), source());
    let ended = tested(&server, &["--source", &shown(source.path()), "--format", "json", "--fail-on", "never"]);
    let audit = json(&ended.output);
    for id in ["MCPA-SC-001", "MCPA-SC-002", "MCPA-SC-013"] {
        let outcome = &check(&audit, id)["outcome"];
        assert_eq!((&outcome["kind"], &outcome["needs"]), (&"not_assessed".into(), &"source".into()), "{outcome}");
    }
    assert_eq!(check(&audit, "MCPA-SC-005")["outcome"]["kind"], "pass");
    assert_eq!(check(&audit, "MCPA-SC-008")["outcome"]["kind"], "finding");
}

#[test]
fn a_file_that_cannot_be_read_makes_the_result_incomplete() {
    let (server, source, database) = (start(fixture("clean-tools")), source(), database());
    write(
        source.path(),
        &[("package-lock.json", "{".to_owned()), ("package.json", "{}".to_owned()), (".npmrc", String::new())],
    );
    let given = [shown(source.path()), shown(database.path())];
    let ended = tested(&server, &["--source", &given[0], "--osv-db", &given[1]]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.output.contains("`package-lock.json`"), "{}", ended.output);
}

#[test]
fn the_package_of_a_launch_command_is_judged_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let launcher = folder.path().join("npx");
    std::fs::write(&launcher, format!("#!/bin/sh\nexec '{}' stdio clean-tools\n", servers().display()))
        .expect("a script");
    std::fs::set_permissions(&launcher, std::fs::Permissions::from_mode(0o755)).expect("a script that may run");
    let launcher = shown(&launcher);
    let tested = |package: &str| {
        let ended = mcp_audit(&[
            "test",
            "--level",
            "1",
            "--passive",
            "--format",
            "json",
            "--fail-on",
            "never",
            "--",
            &launcher,
            "-y",
            package,
        ]);
        check(&json(&ended.output), "MCPA-SC-005")["outcome"]["kind"].as_str().expect("a kind").to_owned()
    };
    assert_eq!(tested("mcp-remotee@1.0.0"), "finding");
    assert_eq!(tested("mcp-remote@1.0.0"), "pass");
}

#[test]
fn what_cannot_be_used_is_wrong_usage_and_says_what_to_do() {
    let server = start(fixture("clean-tools"));
    let folder = tempfile::tempdir().expect("a folder");
    let gone = shown(&folder.path().join("gone"));
    let empty = tempfile::tempdir().expect("a folder");
    let empty = shown(empty.path());
    let zip = folder.path().join("all.zip");
    std::fs::write(&zip, "no archive").expect("written");
    let zip = shown(&zip);
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("its address");
    let api = format!("--osv-api=http://{nobody}");
    let source = source();
    let source = shown(source.path());
    let cases: [(&[&str], &str); 6] = [
        (&["--source", &gone], "give the one with the server's package.json"),
        (&["--source", &empty], "give the folder with the server's code"),
        (&["--osv-db", &gone], "give a folder of OSV files"),
        (&["--osv-db", &empty], "give a folder of OSV files"),
        (&["--osv-db", &zip], "give a folder of OSV files"),
        (&["--source", &source, &api], "use an offline database"),
    ];
    for (options, expected) in cases {
        let ended = tested(&server, options);
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{options:?}: {ended:?}");
        assert!(ended.errors.contains(expected), "{options:?}: {}", ended.errors);
        assert_eq!(ended.errors.trim_end().lines().count(), 1, "{options:?}: {}", ended.errors);
    }
}
