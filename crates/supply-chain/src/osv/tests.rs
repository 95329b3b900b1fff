//! Records and what they affect; the same records from files and archives.

use std::collections::BTreeSet;
use std::io::Write as _;

mod server;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Advisories, AdvisorySource, Coordinate, OfflineDatabase};
use crate::Ecosystem;

pub(super) fn at(ecosystem: Ecosystem, name: &str, version: &str) -> Coordinate {
    Coordinate { ecosystem, name: name.to_owned(), version: version.to_owned() }
}

fn record(id: &str, ecosystem: &str, name: &str, events: &Value) -> Value {
    let kind = if ecosystem == "PyPI" { "ECOSYSTEM" } else { "SEMVER" };
    json!({
        "id": id, "summary": format!("About {name}"),
        "affected": [{
            "package": { "ecosystem": ecosystem, "name": name },
            "ranges": [{ "type": kind, "events": events }],
        }],
    })
}

/// Records of each kind that matters.
pub(super) fn records() -> Vec<Value> {
    let mut both = record("GHSA-both", "npm", "left", &json!([{ "introduced": "1.0.0" }, { "fixed": "1.3.0" }]));
    both["aliases"] = json!(["CVE-2026-0001"]);
    both["severity"] = json!([{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }]);
    both["database_specific"] = json!({ "epss": { "percentage": 0.42 }, "cisa_kev": true });
    let mut other = record("CVE-2026-0001", "npm", "left", &json!([{ "introduced": "0" }, { "fixed": "1.4.0" }]));
    other["severity"] =
        json!([{ "type": "CVSS_V4", "score": "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N" }]);
    let mut withdrawn = record("GHSA-withdrawn", "npm", "left", &json!([{ "introduced": "0" }]));
    withdrawn["withdrawn"] = json!("2026-01-01T00:00:00Z");
    let mut malware = record("MAL-2026-1", "npm", "lefft", &json!([{ "introduced": "0" }]));
    malware["affected"][0]["versions"] = json!(["1.0.0"]);
    let mut word =
        record("PYSEC-2026-1", "PyPI", "Right.Pad", &json!([{ "introduced": "2.0" }, { "last_affected": "2.5" }]));
    word["database_specific"] = json!({ "severity": "LOW" });
    let listed = json!({
        "id": "GO-2026-1", "details": "Listed\nwith more",
        "affected": [{
            "package": { "ecosystem": "Go", "name": "host.example/deep" }, "versions": ["1.0.0", "1.1.0"],
            "ranges": [{ "type": "GIT", "repo": "https://host.example/deep", "events": [{ "introduced": "0" }] }],
        }],
    });
    let branches = record(
        "GHSA-branches",
        "npm",
        "branches",
        &json!([{ "fixed": "2.1.0" }, { "introduced": "2.0.0" }, { "introduced": "0" }, { "fixed": "1.5.0" }]),
    );
    let mut unmaintained = record("RUSTSEC-2026-1", "crates.io", "old", &json!([{ "introduced": "0.0.0-0" }]));
    unmaintained["affected"][0]["database_specific"] = json!({ "informational": "unmaintained" });
    vec![both, other, withdrawn, malware, word, listed, branches, unmaintained]
}

/// Packages that the records are about, and some that they are not.
pub(super) fn wanted() -> BTreeSet<Coordinate> {
    use Ecosystem::{CratesIo, Docker, Go, Npm, PyPi};
    BTreeSet::from([
        at(Npm, "left", "0.9.0"),
        at(Npm, "left", "1.2.0"),
        at(Npm, "left", "1.4.0"),
        at(Npm, "lefft", "1.0.0"),
        at(PyPi, "right-pad", "2.5.0"),
        at(PyPi, "right_pad", "2.6"),
        at(Go, "host.example/deep", "1.1.0"),
        at(Go, "host.example/deep", "1.2.0"),
        at(Npm, "branches", "1.2.0"),
        at(Npm, "branches", "1.6.0"),
        at(Npm, "branches", "2.0.1-rc.1"),
        at(Npm, "unversioned", ""),
        at(CratesIo, "old", "3.0.0"),
        at(CratesIo, "left", "1.2.0"),
        at(Docker, "left", "1.2.0"),
    ])
}

pub(super) fn shown(advisories: &Advisories) -> String {
    assert_eq!(advisories.problems, Vec::<String>::new());
    let rows = wanted().into_iter().flat_map(|coordinate| {
        let rows = advisories.of(&coordinate).iter().map(move |advisory| {
            format!(
                "{}@{} {} {:?} {} fixed={:?} upgrade={:?} epss={:?} kev={} malicious={} {}",
                coordinate.name,
                coordinate.version,
                advisory.id,
                advisory.aliases,
                advisory.severity,
                advisory.fixed,
                advisory.upgrade,
                advisory.epss,
                advisory.known_exploited,
                advisory.malicious,
                advisory.summary,
            )
        });
        rows.collect::<Vec<_>>()
    });
    rows.collect::<Vec<_>>().join("\n")
}

async fn look_up(path: &std::path::Path) -> Advisories {
    AdvisorySource::Offline(OfflineDatabase::open(path).unwrap()).look_up(wanted()).await.unwrap()
}

#[tokio::test]
async fn records_affect_what_the_specification_says() {
    let folder = tempfile::tempdir().unwrap();
    for record in records() {
        let place = folder.path().join(record["affected"][0]["package"]["ecosystem"].as_str().unwrap());
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join(format!("{}.json", record["id"].as_str().unwrap())), record.to_string()).unwrap();
    }
    assert_snapshot!(shown(&look_up(folder.path()).await), @r#"
    branches@1.2.0 GHSA-branches [] medium fixed=Some("1.5.0") upgrade=Some("1.5.0") epss=None kev=false malicious=false About branches
    branches@2.0.1-rc.1 GHSA-branches [] medium fixed=Some("2.1.0") upgrade=Some("2.1.0") epss=None kev=false malicious=false About branches
    lefft@1.0.0 MAL-2026-1 [] critical fixed=None upgrade=None epss=None kev=false malicious=true About lefft
    left@0.9.0 CVE-2026-0001 [] low fixed=Some("1.4.0") upgrade=Some("1.4.0") epss=None kev=false malicious=false About left
    left@1.2.0 GHSA-both ["CVE-2026-0001"] critical fixed=Some("1.4.0") upgrade=Some("1.4.0") epss=Some(0.42) kev=true malicious=false About left
    right-pad@2.5.0 PYSEC-2026-1 [] low fixed=None upgrade=None epss=None kev=false malicious=false About Right.Pad
    old@3.0.0 RUSTSEC-2026-1 [] low fixed=None upgrade=None epss=None kev=false malicious=false About old
    host.example/deep@1.1.0 GO-2026-1 [] medium fixed=None upgrade=None epss=None kev=false malicious=false Listed
    "#);

    let archive = folder.path().join("all.zip");
    let mut writer = zip::ZipWriter::new(std::fs::File::create(&archive).unwrap());
    for record in records() {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(format!("{}.json", record["id"].as_str().unwrap()), options).unwrap();
        writer.write_all(record.to_string().as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(look_up(&archive).await, look_up(folder.path()).await);
}

#[tokio::test]
async fn a_server_gives_the_same_answer_as_files() {
    let folder = tempfile::tempdir().unwrap();
    for (number, record) in records().iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number}.json")), record.to_string()).unwrap();
    }
    let offline = look_up(folder.path()).await;

    let cache = tempfile::tempdir().unwrap();
    let server = server::start(records()).await;
    let online = AdvisorySource::Online(server.api(Some(cache.path())));
    assert_eq!(online.look_up(wanted()).await.unwrap(), offline);
    assert_eq!(server.fetched(), 8, "each record about a wanted package once");
    assert!(server.pages() > 1, "the second page was asked for");

    assert_eq!(online.look_up(wanted()).await.unwrap(), offline);
    assert_eq!(server.fetched(), 8, "unchanged records come from the cache");
    let without_cache = AdvisorySource::Online(server.api(None));
    assert_eq!(without_cache.look_up(wanted()).await.unwrap(), offline);
    assert_eq!(server.fetched(), 16);
}

#[tokio::test]
async fn a_server_that_refuses_or_talks_nonsense_is_told() {
    let server = server::start(Vec::new()).await;
    for (path, expected) in
        [("refuses", "status 403"), ("nonsense", "not what the OSV API describes"), ("short", "one result for each")]
    {
        let error = AdvisorySource::Online(server.api_below(path)).look_up(wanted()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let failure = |name: &str| OfflineDatabase::open(folder.path().join(name)).unwrap_err().to_string();
    assert!(failure("gone").contains("give a folder of OSV files"), "{}", failure("gone"));
    std::fs::write(folder.path().join("broken.json"), "{").unwrap();
    assert!(failure("broken.json").contains("neither a folder nor a zip"), "{}", failure("broken.json"));
    std::fs::write(folder.path().join("large.json"), vec![b' '; 9 << 20]).unwrap();
    std::fs::write(folder.path().join("nameless.json"), "{}").unwrap();
    let source = AdvisorySource::Offline(OfflineDatabase::open(folder.path()).unwrap());
    let nothing = source.look_up(wanted()).await.unwrap_err().to_string();
    assert!(nothing.contains("holds no OSV records"), "{nothing}");
    std::fs::write(folder.path().join("record.json"), records()[0].to_string()).unwrap();
    let problems = look_up(folder.path()).await.problems;
    assert_eq!(problems.len(), 3, "{problems:?}");
    std::fs::write(folder.path().join("broken.zip"), "no archive").unwrap();
    assert!(failure("broken.zip").contains("an `all.zip`"), "{}", failure("broken.zip"));
    assert!(source.look_up(wanted()).await.is_err());
}
