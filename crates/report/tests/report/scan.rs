//! A finished scan as files.

use contracts::api::scans::Scan;
use insta::{assert_json_snapshot, assert_snapshot};
use report::{ScanFormat, render_scan};
use serde_json::{Value, json};

use crate::schema::assert_sarif;

fn scan() -> Scan {
    serde_json::from_value(json!({
        "scan_id": "01941f29-7c00-7aaa-8aaa-aaaaaaaaaaaa",
        "name": "backend",
        "status": "completed",
        "created_at": "2026-01-02T03:04:05Z",
        "discovered": [
            {
                "mcp_id": "one", "name": "files", "client": "cursor", "config_path": "app/.cursor/mcp.json", "line": 4, "transport": "stdio",
                "command": ["npx", "-y", "@modelcontextprotocol/server-filesystem", "--token", "<masked>"],
                "env_names": ["API_KEY"], "package": "npm:@modelcontextprotocol/server-filesystem", "risk": "high",
                "risk_reasons": ["filesystem", "unpinned", "inline secret"],
                "secrets": [{"place": "environment", "name": "API_KEY", "secret_type": "github-token", "masked": "ghp_… (40 characters)"}],
                "known": {"name": "Filesystem", "publisher": "Model Context Protocol"}
            },
            {
                "mcp_id": "two", "name": "wiki", "client": "claude-code", "config_path": ".mcp.json", "line": 9, "transport": "http",
                "url": "https://wiki.example/mcp", "header_names": ["Authorization"], "risk": "medium", "risk_reasons": ["remote", "unknown publisher"]
            },
            {
                "mcp_id": "three", "name": "own", "client": "compose", "config_path": "compose.yaml", "line": 2, "transport": "unknown",
                "package": "docker:ghcr.io/acme/own-mcp:1@sha256:00", "risk": "low", "kind": "deployed"
            }
        ],
        "skipped": [{"path": "a b/.mcp.json", "reason": "not valid JSON: Unterminated object on line 1 column 2"}]
    }))
    .unwrap()
}

fn json(scan: &Scan, format: ScanFormat) -> Value {
    serde_json::from_slice(&render_scan(scan, format).unwrap()).unwrap()
}

#[test]
fn sarif_points_at_the_line_of_each_server() {
    let log = json(&scan(), ScanFormat::Sarif);
    assert_sarif(&log);
    assert_json_snapshot!(log["runs"][0]["results"][2]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let rules: Vec<_> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(rules, ["MCPA-CFG-016", "MCPA-CFG-012", "MCPA-CFG-011", "MCPA-CFG-019", "MCPA-CFG-014", "MCPA-CFG-020"]);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    assert_json_snapshot!(log["runs"][0]["invocations"][0]["toolExecutionNotifications"]);
}

#[test]
fn cyclonedx_has_servers_as_services_and_packages_as_components() {
    let mut bom = json(&scan(), ScanFormat::CycloneDx);
    bom["metadata"]["tools"]["components"][0]["version"] = json!("[version]");
    assert_json_snapshot!(bom);
}

#[test]
fn markdown_is_a_table() {
    assert_snapshot!(String::from_utf8(render_scan(&scan(), ScanFormat::Markdown).unwrap()).unwrap());
}

#[test]
fn json_is_the_scan() {
    assert_eq!(serde_json::from_value::<Scan>(json(&scan(), ScanFormat::Json)).unwrap(), scan());
}

#[test]
fn hostile_names_stay_text_in_every_format() {
    let mut scan = scan();
    let name = "x\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}| [a](javascript:alert(1)) <img src=x> `y` {0} \n# heading";
    name.clone_into(&mut scan.discovered[0].name);
    name.clone_into(&mut scan.discovered[0].config_path);
    name.clone_into(&mut scan.name);
    for format in [ScanFormat::Json, ScanFormat::Sarif, ScanFormat::Markdown, ScanFormat::CycloneDx] {
        let text = String::from_utf8(render_scan(&scan, format).unwrap()).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{format:?}: {text}");
    }
    let log = json(&scan, ScanFormat::Sarif);
    assert_sarif(&log);
    let uri = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte);
    assert!(uri.as_str().unwrap().bytes().all(legal), "{uri} is no URI reference (RFC 3986)");
    let markdown = String::from_utf8(render_scan(&scan, ScanFormat::Markdown).unwrap()).unwrap();
    assert!(
        !markdown.replace("\\]", "").contains("](") && !markdown.contains("<img") && !markdown.contains("\n# heading"),
        "{markdown}"
    );
    assert!(markdown.contains("\\|"), "{markdown}");
}

#[test]
fn cyclonedx_is_valid_by_its_official_schema() {
    let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let registry = jsonschema::Registry::new()
        .add("http://cyclonedx.org/schema/spdx.schema.json", schema(include_str!("../schemas/spdx.schema.json")))
        .unwrap()
        .add(
            "http://cyclonedx.org/schema/jsf-0.82.schema.json",
            schema(include_str!("../schemas/jsf-0.82.schema.json")),
        )
        .unwrap()
        .prepare()
        .unwrap();
    let mut bom_schema = include_str!("../schemas/bom-1.6.schema.json").to_owned();
    // The package names the files beside it; the schema itself is known by its address.
    bom_schema = bom_schema.replace("\"spdx.SNAPSHOT.schema.json\"", "\"spdx.schema.json\"");
    bom_schema = bom_schema.replace("\"jsf-0.82.SNAPSHOT.schema.json", "\"jsf-0.82.schema.json");
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema(&bom_schema))
        .unwrap();
    let mut hostile = scan();
    "x\u{1b}| <img> `y` \n# z".clone_into(&mut hostile.discovered[0].name);
    hostile.discovered[1].url = Some("https://wiki.example/a b|<c>".to_owned());
    let mut masked = scan();
    masked.discovered[1].url = Some("https://[::1]:8080/<masked>/mcp%20/[x]".to_owned());
    let empty = Scan { discovered: Vec::new(), skipped: Vec::new(), ..scan() };
    for scan in [scan(), hostile, masked, empty] {
        let bom = json(&scan, ScanFormat::CycloneDx);
        let errors: Vec<_> =
            validator.iter_errors(&bom).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut wrong = json(&scan(), ScanFormat::CycloneDx);
    wrong["services"][0]["endpoints"] = json!("https://wiki.example");
    assert!(!validator.is_valid(&wrong), "the schema judges services");
}
