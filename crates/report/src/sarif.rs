//! SARIF 2.1.0 for code scanning tools: one run, one rule per check, one result per finding.
//!
//! Clause numbers are those of the OASIS standard (Static Analysis Results Interchange Format, version 2.1.0).

use std::collections::HashMap;

use contracts::audit::{Audit, CheckId, CheckResult, Confidence, Finding, Outcome, Severity, Triage};
use serde_json::{Map, Value, json};

use crate::text::{is_safe_link, visible};
use crate::{Context, RenderError};

pub(crate) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Key of our fingerprint among the partial fingerprints (3.27.17).
pub(crate) const FINGERPRINT: &str = "mcpAudit/v1";

/// Describes an audit whose texts are already harmless ([`crate::text::harmless`]).
pub(crate) fn render(audit: &Audit, context: &Context) -> Result<Vec<u8>, RenderError> {
    let rules = Rules::new(audit);
    let results: Vec<Value> = audit.findings.iter().map(|finding| result(finding, audit, &rules)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "MCP Audit",
                "semanticVersion": audit.engine_version,
                "rules": rules.descriptors
            } },
            // Before the last slash the category: a later run of the same target and level replaces this one (3.17.3).
            "automationDetails": { "id": format!("mcp-audit/{}/level-{}/{}", audit.target.key, audit.level, visible(&context.test_id)) },
            "invocations": [{
                "executionSuccessful": true,
                "startTimeUtc": audit.started_at,
                "endTimeUtc": audit.finished_at,
                "toolExecutionNotifications": notifications(audit, &rules)
            }],
            "results": results,
            "properties": {
                "score": audit.score.total,
                "grade": audit.score.grade,
                "provisional": audit.score.provisional,
                "coveragePercent": audit.score.coverage.percent(),
                "generatedAt": context.generated_at
            }
        }]
    });
    let mut bytes = serde_json::to_vec_pretty(&log)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The rules with the place of each in the list, by which results refer to them (3.27.6).
struct Rules {
    descriptors: Vec<Value>,
    indexes: HashMap<String, usize>,
}

impl Rules {
    /// One rule per check of the audit. A finding of a check that is not listed gets a rule too: `ruleIndex` must
    /// lead somewhere.
    fn new(audit: &Audit) -> Self {
        let mut findings: HashMap<&CheckId, Vec<&Finding>> = HashMap::new();
        for finding in &audit.findings {
            findings.entry(&finding.check).or_default().push(finding);
        }
        let mut rules = Self { descriptors: Vec::new(), indexes: HashMap::new() };
        for CheckResult { check, title, .. } in &audit.checks {
            rules.add(check, title, findings.get(check).map_or(&[], Vec::as_slice));
        }
        for finding in &audit.findings {
            rules.add(&finding.check, &finding.title, findings.get(&finding.check).map_or(&[], Vec::as_slice));
        }
        rules
    }

    fn add(&mut self, check: &CheckId, title: &str, findings: &[&Finding]) {
        if self.indexes.contains_key(check.as_str()) {
            return;
        }
        self.indexes.insert(check.to_string(), self.descriptors.len());
        self.descriptors.push(descriptor(check, title, findings));
    }

    fn reference(&self, check: &CheckId) -> Value {
        json!({ "id": check, "index": self.indexes.get(check.as_str()) })
    }
}

/// A reporting descriptor (3.49).
pub(crate) fn descriptor(check: &CheckId, title: &str, findings: &[&Finding]) -> Value {
    let mut rule = json!({ "id": check, "shortDescription": message(title) });
    let mut tags = vec!["security".to_owned(), "mcp".to_owned()];
    // References and remediation belong to the check; every finding of it repeats them.
    if let Some(finding) = findings.first() {
        if let Some(url) =
            finding.references.iter().filter_map(|reference| reference.url.as_deref()).find(|url| is_safe_link(url))
        {
            rule["helpUri"] = json!(url);
        }
        rule["help"] = message(&finding.remediation);
        // The form of the tag is the one that code scanning tools recognise.
        tags.extend(finding.references.iter().filter_map(|reference| {
            let number = reference
                .name
                .strip_prefix("CWE-")
                .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))?;
            Some(format!("external/cwe/cwe-{number:0>3}"))
        }));
    }
    rule["properties"] = json!({ "tags": tags });
    if let Some(worst) = findings.iter().map(|finding| finding.severity).max() {
        rule["defaultConfiguration"] = json!({ "level": level(worst) });
        rule["properties"]["security-severity"] = json!(security_severity(worst));
        rule["properties"]["precision"] = json!(findings.iter().map(|finding| precision(finding.confidence)).next());
    }
    rule
}

/// A result (3.27).
fn result(finding: &Finding, audit: &Audit, rules: &Rules) -> Value {
    let mut properties = Map::new();
    properties.insert("security-severity".to_owned(), json!(security_severity(finding.severity)));
    properties.insert("severity".to_owned(), json!(finding.severity));
    properties.insert("confidence".to_owned(), json!(finding.confidence));
    properties.insert("test".to_owned(), json!(finding.test));
    properties.insert("deductionTenths".to_owned(), json!(finding.deduction));
    properties.insert("byDesign".to_owned(), json!(finding.by_design));
    if let Some(see) = &finding.see {
        properties.insert("see".to_owned(), json!(see));
    }
    properties.insert("evidence".to_owned(), json!(finding.evidence));
    let mut result = json!({
        "ruleId": finding.check,
        "ruleIndex": rules.indexes.get(finding.check.as_str()),
        "rule": rules.reference(&finding.check),
        "kind": "fail",
        "level": level(finding.severity),
        "message": message(&finding.message),
        "locations": [{
            "physicalLocation": physical_location(&finding.location, audit),
            "logicalLocations": [{ "fullyQualifiedName": finding.location, "kind": location_kind(&finding.location) }]
        }],
        "partialFingerprints": { FINGERPRINT: finding.fingerprint },
        "properties": properties
    });
    if let Some(suppression) = suppression(finding.triage) {
        result["suppressions"] = json!([suppression]);
    }
    result
}

/// The file and line of a finding about the server's code (3.29). For others the target: no file, but tools refuse a
/// result without an artifact.
fn physical_location(location: &str, audit: &Audit) -> Value {
    let Some(place) = location.strip_prefix("file:") else {
        return json!({ "artifactLocation": { "uri": uri(&audit.target.key) } });
    };
    let line = place.rsplit_once("#L").and_then(|(path, line)| Some((path, line.parse::<u32>().ok()?)));
    let (path, line) = line.map_or((place, 1), |(path, line)| (path, line.max(1)));
    // A colon would make the first folder a scheme.
    json!({ "artifactLocation": { "uri": uri(path).replace(':', "%3A") }, "region": { "startLine": line } })
}

/// What people decided (3.35). A finding that is said to be fixed and was found again is not suppressed.
fn suppression(triage: Triage) -> Option<Value> {
    let justification = match triage {
        Triage::Open | Triage::Fixed => return None,
        Triage::Accepted => "The risk is accepted.",
        Triage::FalsePositive => "Marked as a false positive.",
    };
    Some(json!({ "kind": "external", "status": "accepted", "justification": justification }))
}

/// Checks without a verdict (3.58), so that their silence is not taken for a pass.
fn notifications(audit: &Audit, rules: &Rules) -> Vec<Value> {
    let notification = |check: &CheckResult| {
        let (level, kind, reason) = match &check.outcome {
            Outcome::Error { reason } => ("error", "failed to run", reason),
            Outcome::NotAssessed { reason, .. } => ("note", "was not assessed", reason),
            Outcome::NeedsCredentials { reason } => ("warning", "needs credentials", reason),
            Outcome::Pass | Outcome::Finding { .. } | Outcome::NotApplicable { .. } => return None,
        };
        Some(json!({
            "level": level,
            "message": message(&format!("{} {kind}: {reason}", check.check)),
            "associatedRule": rules.reference(&check.check)
        }))
    };
    audit.checks.iter().filter_map(notification).collect()
}

/// A plain text message. Brackets would make a link (3.11.6) and braces a placeholder (3.11.5).
pub(crate) fn message(text: &str) -> Value {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '[' | ']' => escaped.extend(['\\', character]),
            '{' | '}' => escaped.extend([character, character]),
            other => escaped.push(other),
        }
    }
    json!({ "text": escaped })
}

pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// On the scale of CVSS, as code scanning tools sort by it: above 9 critical, 7 high, 4 medium, else low.
pub(crate) fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.0",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "very-high",
        Confidence::Likely => "high",
        Confidence::Tentative => "medium",
    }
}

/// The kinds of places of the catalogue (section 7), in words of 3.33.7 where it has one.
fn location_kind(location: &str) -> &'static str {
    match location.split(':').next() {
        Some("tool") => "function",
        Some("resource") => "resource",
        Some("prompt" | "method" | "header" | "config" | "oauth") => "member",
        _ => "module",
    }
}

/// A text as URI reference (RFC 3986): whatever may not stand in one is percent-encoded.
pub(crate) fn uri(text: &str) -> String {
    let mut uri = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/@!$&'()*+,;=".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    uri
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase()
}
