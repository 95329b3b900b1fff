//! The official schema of SARIF.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

static SARIF: LazyLock<Validator> = LazyLock::new(|| {
    let text = include_str!("../schemas/sarif-2.1.0-rtm.5.json");
    // A bracket of this pattern was never opened; the errata of the standard mended it.
    let text = text.replace("^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$");
    let schema = serde_json::from_str(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

/// Fails where a log is none of SARIF 2.1.0.
pub(crate) fn assert_sarif(log: &Value) {
    let errors: Vec<_> = SARIF.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_schema_judges_results() {
    let mut log = serde_json::json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "a" } }, "results": [{ "message": { "text": "b" } }] }] });
    assert_sarif(&log);
    log["runs"][0]["results"][0]["level"] = "dreadful".into();
    assert!(!SARIF.is_valid(&log));
}
