//! From a repository to the advisories of what a server in it is made of, without reading the repository twice.

use anyhow::Context;
use contracts::api::scans::{CreateScan, KeptManifests, Scan};
use contracts::api::tests::CreateTest;
use contracts::audit::{Level, Severity};
use contracts::commands::test::DiscoveryRef;
use contracts::documents::ReportFormat;
use contracts::github::GitHubSource;
use contracts::ids::McpId;
use e2e::{Cloud, Member, Stack};
use serde_json::json;
use servers::github::{Hub, Repository};

use crate::audit::pdf_text;

const PLANTED: &str = "hunter2hunter2";

/// A server whose lock file has a vulnerable package behind a harmless one, and a server that clients start.
fn notes(url: &str) -> Repository {
    let config = json!({ "mcpServers": {
        "notes": { "type": "http", "url": url },
        "local": { "command": "npx", "args": ["-y", "somebodys-mcp@1.0.0"] } } });
    let manifest = json!({ "name": "acme-notes", "private": true, "dependencies": { "harmless": "^1.0.0" } });
    let locked = |version: &str| json!({ "version": version, "integrity": "sha512-AAAA" });
    let mut harmless = locked("1.0.0");
    harmless["dependencies"] = json!({ "crumbling": "^2.0.0" });
    let lock = json!({ "lockfileVersion": 3, "packages": {
        "": { "name": "acme-notes", "dependencies": { "harmless": "^1.0.0" } },
        "node_modules/harmless": harmless,
        "node_modules/crumbling": locked("2.0.0") } });
    Repository::new("acme/notes")
        .file(".mcp.json", config.to_string())
        .file("package.json", manifest.to_string())
        .file("package-lock.json", lock.to_string())
        .file(".npmrc", format!("//registry.example/:_authToken={PLANTED}\n"))
}

/// The records of an OSV database.
fn database() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let record = json!({
        "id": "GHSA-aaaa-bbbb-cccc", "aliases": ["CVE-2026-12345"], "summary": "Crumbling crumbles",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N" }],
        "affected": [{
            "package": { "ecosystem": "npm", "name": "crumbling" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "2.0.7" }] }] }]
    });
    std::fs::write(folder.path().join("GHSA-aaaa-bbbb-cccc.json"), record.to_string())?;
    Ok(folder)
}

fn test_of(scan: &Scan, name: &str) -> anyhow::Result<CreateTest> {
    let mcp = scan.discovered.iter().find(|mcp| mcp.name == name).context("a discovered server")?;
    let reference = DiscoveryRef { scan_id: scan.scan_id.clone(), mcp_id: mcp.mcp_id.clone() };
    Ok(CreateTest { target: None, level: Level::One, active: false, discovery_ref: Some(reference) })
}

/// Long names have places where a line may break.
fn without_breaks(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{200b}').collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanned_server_is_tested_with_the_manifests_that_the_scan_kept() -> anyhow::Result<()> {
    let server = servers::start(servers::fixture("clean-tools"));
    let github = Hub::default().organization("acme").repository(notes(server.url())).start();
    let database = database()?;
    let mut cloud = Cloud::own().await?;
    cloud.set("MCP_AUDIT_GITHUB_URL", github.url());
    cloud.set("MCP_AUDIT_OSV_DB", database.path().to_string_lossy());
    let stack = Stack::on(cloud).await?;
    let (member, stranger) = (Member::sign_up(&stack).await?, Member::sign_up(&stack).await?);

    let source = GitHubSource { target: "acme".parse()?, include_archived: false, include_forks: false };
    let request = CreateScan { name: "acme".to_owned(), tree: None, github: Some(source), upload: None };
    let scan = member.client.create_scan(&request, Some("scan-1")).await?;
    let scan = member.wait_scan(&scan.scan_id).await?;
    let kept: Vec<_> = scan.discovered.iter().map(|mcp| (mcp.name.as_str(), mcp.manifests.clone())).collect();
    let of_notes = KeptManifests { folder: "acme/notes".to_owned(), files: 3, left_out: 0 };
    assert_eq!(kept, [("local", None), ("notes", Some(of_notes))]);
    assert!(github.files_read().contains("acme/notes/package-lock.json"), "{:?}", github.files_read());
    github.forget();

    let of_notes = test_of(&scan, "notes")?;
    let unknown = DiscoveryRef { scan_id: scan.scan_id.clone(), mcp_id: McpId::random() };
    for (who, request, status) in [
        (&stranger, of_notes.clone(), 404),
        (&member, CreateTest { discovery_ref: Some(unknown), ..of_notes.clone() }, 404),
        (&member, CreateTest { discovery_ref: None, ..of_notes.clone() }, 422),
        (&member, test_of(&scan, "local")?, 422),
    ] {
        let refused = who.client.create_test(&request, None).await.err().context("a test that must be refused")?;
        assert_eq!(refused.status(), Some(status), "{refused}");
    }

    let test = member.client.create_test(&of_notes, Some("click-1")).await?;
    assert_eq!(test.target, server.url());
    let test = member.wait_completed(&test.test_id).await?;
    let findings = member.client.findings(&test.test_id).await?;
    let found = findings.iter().find(|finding| finding.check.as_str() == "MCPA-SC-002").context("the advisory")?;
    assert_eq!(found.severity, Severity::Critical);
    assert!(found.location.starts_with("file:acme/notes/package-lock.json"), "{}", found.location);
    let way = found.evidence.iter().any(|evidence| evidence.excerpt == "harmless@1.0.0 > crumbling@2.0.0");
    assert!(way && found.message.contains("GHSA-aaaa-bbbb-cccc") && found.message.contains("2.0.7"), "{found:?}");

    let report = member.wait_report(test.report_id.as_ref().context("a report")?).await?;
    let pdf = report.files.iter().find(|file| file.format == ReportFormat::Pdf).context("a PDF")?;
    let report_text = pdf_text(&member.client.download(&pdf.url).await?)?;
    for told in ["GHSA-aaaa-bbbb-cccc", "CVE-2026-12345", "crumbling@2.0.0", "2.0.7", "package-lock.json"] {
        assert!(without_breaks(&report_text).contains(told), "the PDF does not tell {told}: {report_text}");
    }

    assert!(github.asked().is_empty(), "the repository was read again: {:?}", github.asked());
    let shown = format!("{}{}{report_text}", serde_json::to_string(&scan)?, serde_json::to_string(&findings)?);
    assert!(!without_breaks(&shown).contains(PLANTED), "a secret of the repository is shown");
    for log in std::fs::read_dir(stack.logs())? {
        assert!(!std::fs::read_to_string(log?.path())?.contains(PLANTED), "a secret of the repository is in a log");
    }
    stack.stop().await
}
