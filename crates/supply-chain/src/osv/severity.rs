//! How bad a weakness is: CVSS 4.0 before 3.x, then the word of the database.

use std::str::FromStr as _;

use contracts::audit::Severity;
use cvss::Cvss;
use serde_json::Value;

use super::record::{Affected, Rating, Record};

/// The severity, and the vector that it comes from.
pub(super) fn of(record: &Record, affected: &Affected) -> (Severity, Option<String>) {
    if is_malicious(record) {
        return (Severity::Critical, None);
    }
    let ratings = || affected.severity.iter().chain(&record.severity);
    if let Some((severity, vector)) =
        ["CVSS_V4", "CVSS_V3"].iter().find_map(|kind| ratings().find_map(|r| rated(r, kind)))
    {
        return (severity, Some(vector));
    }
    // RustSec: nothing is broken, but nobody would repair it.
    if affected.database_specific.get("informational").is_some_and(|value| !value.is_null()) {
        return (Severity::Low, None);
    }
    let words = [&record.database_specific, &affected.database_specific, &affected.ecosystem_specific];
    let word = words.iter().find_map(|table| table.get("severity")?.as_str()).unwrap_or_default();
    let severity = match word.to_ascii_lowercase().as_str() {
        "critical" => Severity::Critical,
        "high" | "important" => Severity::High,
        "low" | "minor" | "unimportant" => Severity::Low,
        // Whoever publishes a record without a word on severity still calls it a weakness.
        _ => Severity::Medium,
    };
    (severity, None)
}

/// Records of the malicious packages repository: <https://github.com/ossf/malicious-packages>.
pub(super) fn is_malicious(record: &Record) -> bool {
    record.id.starts_with("MAL-") || record.aliases.iter().any(|alias| alias.starts_with("MAL-"))
}

fn rated(rating: &Rating, kind: &str) -> Option<(Severity, String)> {
    if rating.kind != kind {
        return None;
    }
    let severity = match Cvss::from_str(&rating.score).ok()?.severity() {
        cvss::Severity::None => Severity::Info,
        cvss::Severity::Low => Severity::Low,
        cvss::Severity::Medium => Severity::Medium,
        cvss::Severity::High => Severity::High,
        cvss::Severity::Critical => Severity::Critical,
    };
    Some((severity, rating.score.clone()))
}

/// The probability of exploitation (EPSS), where the database adds it: a number, or a table that holds one.
pub(super) fn epss(record: &Record) -> Option<f64> {
    let value = record.database_specific.get("epss").or_else(|| record.database_specific.get("epss_score"))?;
    let nested = || ["score", "probability", "percentage", "epss"].iter().find_map(|key| number(value.get(key)?));
    number(value).or_else(nested).filter(|probability| (0.0..=1.0).contains(probability))
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// Whether the database says that it is exploited (CISA's Known Exploited Vulnerabilities).
pub(super) fn is_known_exploited(record: &Record) -> bool {
    let says = |value: &Value| !matches!(value, Value::Null | Value::Bool(false));
    ["kev", "cisa_kev", "known_exploited"].iter().any(|key| record.database_specific.get(key).is_some_and(says))
}
