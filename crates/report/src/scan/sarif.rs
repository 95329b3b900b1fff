//! A scan in SARIF 2.1.0: one result per reason to look at a server, where the server is configured, and one per finding in the
//! files around. Rules are the checks of sections `MCPA-CFG` and `MCPA-SRC`.

use std::collections::HashMap;

use contracts::api::scans::{DiscoveredMcp, FileFinding, FoundSecret, Scan};
use contracts::audit::{Finding, Severity};
use serde_json::{Value, json};

use super::reached_by;
use crate::sarif;
use crate::sarif::{FINGERPRINT, SCHEMA, level, message, security_severity, uri};

/// A reason to look at a server.
struct Rule {
    /// The reason, as [`DiscoveredMcp::risk_reasons`] has it.
    reason: &'static str,
    /// The check of section `MCPA-CFG`.
    id: &'static str,
    title: &'static str,
    help: &'static str,
    severity: Severity,
    cwe: Option<&'static str>,
}

const RULES: &[Rule] = &[
    Rule {
        reason: "inline secret",
        id: "MCPA-CFG-011",
        title: "Secret in a configuration",
        help: "Put a reference such as ${VAR} in its place, keep the value in a secret store, and replace the secret: it was readable.",
        severity: Severity::High,
        cwe: Some("522"),
    },
    Rule {
        reason: "unpinned",
        id: "MCPA-CFG-012",
        title: "Unpinned launch",
        help: "Name one exact version, or a digest for an image, so that nobody can change what runs.",
        severity: Severity::Medium,
        cwe: Some("494"),
    },
    Rule {
        reason: "remote http",
        id: "MCPA-CFG-013",
        title: "Remote server without encryption",
        help: "Use its https address.",
        severity: Severity::High,
        cwe: Some("319"),
    },
    Rule {
        reason: "unknown publisher",
        id: "MCPA-CFG-014",
        title: "Server of an unknown publisher",
        help: "Look at who publishes it before it is used, and keep a list of what is allowed.",
        severity: Severity::Medium,
        cwe: Some("1357"),
    },
    Rule {
        reason: "shell",
        id: "MCPA-CFG-015",
        title: "Server that runs commands",
        help: "Run it in a container or as a user with few rights, and let people confirm each command.",
        severity: Severity::High,
        cwe: Some("250"),
    },
    Rule {
        reason: "filesystem",
        id: "MCPA-CFG-016",
        title: "Server that reads or writes files",
        help: "Give it the narrowest folder, read-only where that is enough.",
        severity: Severity::Medium,
        cwe: None,
    },
    Rule {
        reason: "database",
        id: "MCPA-CFG-017",
        title: "Server with access to a database",
        help: "Give it a database user that can only read what it needs.",
        severity: Severity::Medium,
        cwe: None,
    },
    Rule {
        reason: "network",
        id: "MCPA-CFG-018",
        title: "Server that reaches the network",
        help: "Limit the hosts that it may reach: what it reads there is untrusted, and it can carry data out.",
        severity: Severity::Medium,
        cwe: None,
    },
    Rule {
        reason: "remote",
        id: "MCPA-CFG-019",
        title: "Remote server",
        help: "Make sure that what is sent to it may leave the organisation.",
        severity: Severity::Medium,
        cwe: None,
    },
];

/// For servers without a reason to look: an inventory names them too.
const INVENTORY: &str = "MCPA-CFG-020";

pub(super) fn render(scan: &Scan) -> Value {
    let mut results: Vec<Value> = scan.discovered.iter().flat_map(results).collect();
    let notifications: Vec<Value> = scan
        .skipped
        .iter()
        .map(|file| {
            json!({
                "level": "warning",
                "message": message(&format!("not read: {}", file.reason)),
                "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&file.path) } } }]
            })
        })
        .collect();
    let mut rules: Vec<Value> = RULES.iter().map(descriptor).collect();
    rules.push(json!({ "id": INVENTORY, "shortDescription": message("Configured MCP server") }));
    let mut indexes: HashMap<&str, usize> = RULES.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
    for FileFinding { finding, .. } in &scan.findings {
        let id = finding.check.as_str();
        indexes.entry(id).or_insert_with(|| {
            let of_check: Vec<&Finding> =
                scan.findings.iter().map(|found| &found.finding).filter(|other| other.check == finding.check).collect();
            rules.push(sarif::descriptor(&finding.check, &finding.title, &of_check));
            rules.len() - 1
        });
    }
    results
        .extend(scan.findings.iter().map(|found| in_file(found, indexes.get(found.finding.check.as_str()).copied())));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "MCP Audit", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            // Before the last slash the category: a later scan of the same place replaces this one (3.17.3).
            "automationDetails": { "id": format!("mcp-audit/scan/{}/{}", scan.name, scan.scan_id) },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
            "results": results
        }]
    })
}

fn descriptor(rule: &Rule) -> Value {
    let mut tags = vec!["security".to_owned(), "mcp".to_owned()];
    tags.extend(rule.cwe.map(|number| format!("external/cwe/cwe-{number:0>3}")));
    json!({
        "id": rule.id,
        "shortDescription": message(rule.title),
        "help": message(rule.help),
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": tags, "security-severity": security_severity(rule.severity) }
    })
}

fn results(mcp: &DiscoveredMcp) -> Vec<Value> {
    let known = |reason: &String| RULES.iter().enumerate().find(|(_, rule)| rule.reason == reason);
    let found: Vec<Value> = mcp
        .risk_reasons
        .iter()
        .filter_map(known)
        .map(|(index, rule)| {
            let text = format!("{}: {}", rule.title, describe(mcp, rule.reason));
            result(mcp, rule.id, index, "fail", level(rule.severity), &text)
        })
        .collect();
    if found.is_empty() {
        let text = format!("MCP server {}", describe(mcp, ""));
        return vec![result(mcp, INVENTORY, RULES.len(), "informational", "none", &text)];
    }
    found
}

/// A finding in a file, at its line.
fn in_file(found: &FileFinding, index: Option<usize>) -> Value {
    let finding = &found.finding;
    let mut place = json!({ "artifactLocation": { "uri": uri(&found.path) } });
    if let Some(line) = found.line {
        place["region"] = json!({ "startLine": line.max(1) });
    }
    json!({
        "ruleId": finding.check,
        "ruleIndex": index,
        "kind": "fail",
        "level": level(finding.severity),
        "message": message(&format!("{}: {}", finding.title, finding.message)),
        "locations": [{ "physicalLocation": place }],
        "partialFingerprints": { FINGERPRINT: finding.fingerprint },
        "properties": {
            "security-severity": security_severity(finding.severity),
            "severity": finding.severity,
            "confidence": finding.confidence,
            "evidence": finding.evidence
        }
    })
}

fn describe(mcp: &DiscoveredMcp, reason: &str) -> String {
    let secret = |secret: &FoundSecret| {
        let name = secret.name.as_deref().map_or_else(String::new, |name| format!(" {name}"));
        format!("{} in {}{name}", secret.secret_type, secret.place)
    };
    let detail = match reason {
        "inline secret" => mcp.secrets.iter().map(secret).collect::<Vec<_>>().join(", "),
        _ => reached_by(mcp),
    };
    let detail = if detail.is_empty() { detail } else { format!(" ({detail})") };
    format!("`{}` of {}{detail}", mcp.name, mcp.client)
}

fn result(mcp: &DiscoveredMcp, rule: &str, index: usize, kind: &str, level: &str, text: &str) -> Value {
    json!({
        "ruleId": rule,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": message(text),
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&mcp.config_path) },
                "region": { "startLine": mcp.line.unwrap_or(1).max(1) }
            },
            "logicalLocations": [{ "fullyQualifiedName": format!("{}/{}", mcp.client, mcp.name), "kind": "member" }]
        }],
        "partialFingerprints": { FINGERPRINT: format!("{}/{rule}", mcp.mcp_id) },
        "properties": { "client": mcp.client, "transport": mcp.transport, "package": mcp.package, "risk": mcp.risk }
    })
}
