use contracts::packages::Place;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::*;
use crate::{AdvisorySource, OfflineDatabase, read_folder, resolve};

fn record(id: &str, name: &str, fixed: &str) -> Value {
    json!({ "id": id, "database_specific": { "severity": "HIGH" }, "affected": [{
        "package": { "ecosystem": "npm", "name": name },
        "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "1.0.0" }, { "fixed": fixed }] }] }] })
}

/// What a database with these records makes of a server.
async fn assessed(known: &Known, records: &[Value]) -> Packages {
    let folder = tempfile::tempdir().unwrap();
    for record in records {
        std::fs::write(folder.path().join(format!("{}.json", record["id"].as_str().unwrap())), record.to_string())
            .unwrap();
    }
    let source = AdvisorySource::Offline(OfflineDatabase::open(folder.path()).unwrap());
    assess(known, Some(source.look_up(known.coordinates()).await))
}

fn shown(packages: &Packages) -> String {
    let issues = packages.issues.iter().map(|issue| {
        let place = match &issue.place {
            Place::File { path, .. } => path.as_str(),
            Place::Launch => "(launch)",
            Place::Server => "(server)",
        };
        format!("{} {} {} {place} {}", issue.kind.check_id(), issue.severity, issue.confidence, issue.subject)
    });
    let gaps = packages.gaps.iter().map(|gap| {
        let checks: Vec<&str> = gap.kinds.iter().map(|kind| &kind.check_id()[8..]).collect();
        format!("{} {}: {}", if gap.failed { "failed" } else { "not given" }, checks.join(" "), gap.reason)
    });
    issues.chain(gaps).collect::<Vec<_>>().join("\n")
}

fn told(name: &str, version: &str) -> (String, String) {
    (name.to_owned(), version.to_owned())
}

#[test]
fn nothing_given_is_nothing_passed() {
    assert_snapshot!(shown(&assess(&Known::default(), None)), @r"
    not given 001 002 013: no advisories: give an OSV database (--osv-db), or let an OSV server be asked (--osv-api)
    not given 002 005 006 007 008 013: no source data: give the folder with the server's manifests (--source)
    not given 001: the server tells no name and version of itself
    ");
}

#[tokio::test]
async fn a_server_without_files_is_judged_by_its_launch_and_by_what_it_tells() {
    let records = [record("GHSA-launch", "notes-mcp", "1.3.0"), record("GHSA-told", "mcp-remote", "1.4.0")];
    let launched = Known {
        launched: Launched::parse("npm:notes-mcp@1.2.0"),
        told: Some(told("mcp-remote", "v1.3.9")),
        ..Known::default()
    };
    assert_snapshot!(shown(&assessed(&launched, &records).await), @r"
    MCPA-SC-001 high likely (server) npm:mcp-remote:GHSA-told
    MCPA-SC-002 high confirmed (launch) npm:notes-mcp:GHSA-launch
    not given 002 006 007 008 013: no source data: give the folder with the server's manifests (--source)
    ");
    let repaired = Known {
        launched: Launched::parse("npm:notes-mcp@1.3.0"),
        told: Some(told("mcp-remote", "1.4.0")),
        ..Known::default()
    };
    assert!(assessed(&repaired, &records).await.issues.is_empty());
}

#[test]
fn a_name_means_the_launched_package_before_a_well_known_one() {
    let named = |launched: &str, name: &str, version: &str| {
        let known = Known { launched: Launched::parse(launched), told: Some(told(name, version)), ..Known::default() };
        known.told().ok().map(|at| format!("{}:{}@{}", at.ecosystem, at.name, at.version))
    };
    assert_eq!(named("npm:@acme/notes", "notes", "v1.0.0").as_deref(), Some("npm:@acme/notes@1.0.0"));
    assert_eq!(named("pypi:mcp-remote", "mcp-remote", "1.0.0").as_deref(), Some("pypi:mcp-remote@1.0.0"));
    assert_eq!(named("npm:@acme/notes", "mcp-remote", "1.0.0").as_deref(), Some("npm:mcp-remote@1.0.0"));
    assert_eq!(named("npm:@acme/notes", "something", "1.0.0"), None);
    assert_eq!(named("docker:acme/notes", "notes", "1.0.0"), None, "no advisory names an image");
    for version in ["", "newest", "1.0.0 and more"] {
        assert_eq!(named("npm:notes", "notes", version), None, "{version}");
    }
}

#[test]
fn what_files_leave_open_is_told() {
    let files = |files: &[(&str, &str)]| {
        let known =
            Known { resolved: Some(resolve(files.iter().map(|(path, text)| (*path, *text)))), ..Known::default() };
        let mut packages = assess(&known, Some(Ok(Advisories::default())));
        packages.issues.clear();
        packages.gaps.retain(|gap| gap.kinds != [IssueKind::VulnerableServer]);
        shown(&packages)
    };
    assert_snapshot!(files(&[("README.md", "")]), @"not given 002 005 006 007 008 013: no source data: there is no manifest or lock file that is known");
    assert_snapshot!(files(&[("setup.py", "setup()")]), @"not given 002 013: the files name no packages that advisories are kept of: give a manifest or lock file");
    assert_snapshot!(files(&[("Dockerfile", "FROM acme/a:1")]), @"not given 002 013: the files name no packages that advisories are kept of: give a manifest or lock file");
    assert_snapshot!(files(&[("requirements.txt", "a\nb>=1\n")]), @"not given 002 013: no file tells the versions of 1 dependencies (`a`): a lock file would");
    assert_snapshot!(files(&[("package.json", "{}"), ("package-lock.json", "{")]), @"failed 002 005 006 007 008 013: `package-lock.json`: the file is not valid JSON at line 1; write it again with the tool that made it");
    assert_eq!(files(&[("package.json", r#"{ "private": true }"#)]), "");
}

#[test]
fn a_database_that_failed_is_no_pass() {
    let failed = assess(&Known::default(), Some(Err(OsvError::Status(503))));
    assert!(failed.gaps.iter().any(|gap| gap.failed && gap.kinds == OF_ADVISORIES && gap.reason.contains("503")));
    let mut holes = Advisories::default();
    holes.problems.push("a.json is no OSV record".to_owned());
    let holes = assess(&Known::default(), Some(Ok(holes)));
    assert!(holes.gaps.iter().any(|gap| gap.failed && gap.reason.contains("a.json")));
}

#[test]
fn packages_are_read_as_scans_write_them() {
    let parsed = |text| Launched::parse(text).map(|at| (at.ecosystem, at.name, at.version));
    let of =
        |ecosystem, name: &str, version: Option<&str>| Some((ecosystem, name.to_owned(), version.map(str::to_owned)));
    assert_eq!(parsed("npm:@acme/a@1.2.3"), of(Ecosystem::Npm, "@acme/a", Some("1.2.3")));
    assert_eq!(parsed("npm:@acme/a"), of(Ecosystem::Npm, "@acme/a", None));
    assert_eq!(parsed("pypi:tool@1.0"), of(Ecosystem::PyPi, "tool", Some("1.0")));
    assert_eq!(parsed("docker:acme/a@sha256:00"), of(Ecosystem::Docker, "acme/a", Some("sha256:00")));
    for none in ["", "npm:", "other:a@1", "pypi:git+https://git.example/a@main", "plain"] {
        assert_eq!(parsed(none), None, "{none}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_is_read_without_following_what_leads_out() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("package.json"), r#"{ "dependencies": { "secret": "1" } }"#).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let empty = read_folder(root).unwrap_err().to_string();
    assert!(empty.contains("holds no manifest"), "{empty}");
    assert!(read_folder(&root.join("gone")).unwrap_err().to_string().contains("cannot read the folder"));

    for below in ["app/node_modules/left", ".git", "app/sub"] {
        std::fs::create_dir_all(root.join(below)).unwrap();
        std::fs::write(root.join(below).join("package.json"), r#"{ "dependencies": { "inner": "1.0.0" } }"#).unwrap();
    }
    std::fs::write(root.join(".npmrc"), "registry=http://a.example/\n").unwrap();
    std::fs::write(root.join("uv.lock"), [0xff, 0xfe, 0x00]).unwrap();
    std::fs::write(root.join("notes.txt"), [0xff]).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.join("linked")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("package.json"), root.join("package.json")).unwrap();
    let resolved = read_folder(root).unwrap();
    let files: Vec<&str> = resolved.manifests.iter().map(|manifest| manifest.file.as_str()).collect();
    assert_eq!(files, ["app/sub/package.json"]);
    assert_eq!(resolved.indexes.len(), 1);
    let problems: Vec<String> =
        resolved.problems.iter().map(|problem| format!("{}: {}", problem.file, problem.reason)).collect();
    assert_snapshot!(problems.join("\n"), @r"
    package.json: the file is a link and was not followed; give the folder it leads to
    uv.lock: the file is no UTF-8 text and was not read
    ");
}
