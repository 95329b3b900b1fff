use std::collections::BTreeSet;

use contracts::documents::ReportFormat;
use report::render;
use serde_json::Value;

use crate::fixture::{context, empty, hostile_texts, sample, saying};
use crate::schema::assert_sarif;

fn sarif(audit: &contracts::audit::Audit) -> Value {
    serde_json::from_slice(&render(audit, &context(), ReportFormat::Sarif).unwrap()).unwrap()
}

/// The rules of the standard that a consumer relies on.
fn assert_valid(log: &Value) {
    assert_sarif(log);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "rule ids are unique (3.49.3)");
    for rule in rules {
        assert!(rule["shortDescription"]["text"].is_string());
        if let Some(link) = rule.get("helpUri") {
            assert!(link.as_str().unwrap().starts_with("https://"));
        }
    }
    let mut fingerprints = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"], "`ruleIndex` names the rule (3.27.6)");
        assert_eq!(result["rule"]["id"], result["ruleId"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()), "levels (3.27.10)");
        assert!(!result["message"]["text"].as_str().unwrap().contains('\u{1b}'));
        let location = &result["locations"][0];
        assert!(location["logicalLocations"][0]["fullyQualifiedName"].is_string());
        let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte)),
            "{uri} is no URI reference"
        );
        assert!(fingerprints.insert(result["partialFingerprints"]["mcpAudit/v1"].as_str().unwrap().to_owned()));
    }
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    for notification in run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap() {
        assert!(notification["message"]["text"].is_string());
        assert!(ids.contains(notification["associatedRule"]["id"].as_str().unwrap()));
    }
}

#[test]
fn a_result_names_its_rule_place_and_identity() {
    let audit = sample();
    let log = sarif(&audit);
    assert_valid(&log);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), audit.findings.len());
    let rule = usize::try_from(results[1]["ruleIndex"].as_u64().unwrap()).unwrap();
    insta::assert_json_snapshot!("result", results[1]);
    insta::assert_json_snapshot!("rule", run["tool"]["driver"]["rules"][rule]);
    insta::assert_json_snapshot!("automation", run["automationDetails"]);
    let suppressed: Vec<_> =
        results.iter().filter(|result| result.get("suppressions").is_some()).map(|result| &result["ruleId"]).collect();
    insta::assert_compact_json_snapshot!(suppressed, @r#"["MCPA-SC-003"]"#);
}

#[test]
fn a_finding_in_a_file_points_at_its_line() {
    for (location, uri, line) in [
        ("file:app/package-lock.json#L12", "app/package-lock.json", 12),
        ("file:package.json", "package.json", 1),
        ("file:a b/C#L/uv.lock#L0", "a%20b/C%23L/uv.lock", 1),
        ("file:javascript:x/package.json#L99999999999", "javascript%3Ax/package.json%23L99999999999", 1),
    ] {
        let mut audit = sample();
        audit.findings.truncate(1);
        audit.findings[0].location = location.to_owned();
        let log = sarif(&audit);
        assert_valid(&log);
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&uri.into(), &line.into()));
    }
}

#[test]
fn checks_without_a_verdict_are_told() {
    let audit = sample();
    let log = sarif(&audit);
    let notifications = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let undecided: usize = audit.tests.iter().map(|test| usize::try_from(test.undecided).unwrap()).sum();
    assert_eq!(notifications.len(), undecided);
    assert_valid(&sarif(&empty(0)));
}

#[test]
fn hostile_text_makes_no_link_placeholder_or_broken_uri() {
    for (_, text) in hostile_texts() {
        let mut audit = saying(&text);
        // The fingerprints of the sample stay, so they are still different.
        audit.findings.truncate(2);
        assert_valid(&sarif(&audit));
    }
    let log = sarif(&saying("[click](https://evil.example) {0}"));
    assert_eq!(log["runs"][0]["results"][0]["message"]["text"], "\\[click\\](https://evil.example) {{0}}");
    assert!(log["runs"][0]["tool"]["driver"]["rules"][0].get("helpUri").is_none());
}

#[test]
fn the_json_is_the_audit() {
    let audit = sample();
    let json = render(&audit, &context(), ReportFormat::Json).unwrap();
    assert_eq!(serde_json::from_slice::<contracts::audit::Audit>(&json).unwrap(), audit);
}
