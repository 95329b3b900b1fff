//! Further harmless arguments for a tool: what it says depends on what it is asked, and a tool names the values that it
//! knows in its schema or in words.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::snapshot::Tool;
use crate::tool_class::{ToolClass, benign_arguments, by_name, is_free_string, split};

/// Values that are tried of one parameter.
const VALUES: usize = 3;
/// Longer values are sentences.
const LONGEST: usize = 40;
/// Parameters that say where something goes to: what we make up is not for them.
const SINKS: [&str; 22] = [
    "out",
    "output",
    "save",
    "store",
    "dest",
    "destination",
    "target",
    "to",
    "recipient",
    "email",
    "mail",
    "address",
    "url",
    "uri",
    "link",
    "webhook",
    "callback",
    "endpoint",
    "host",
    "path",
    "file",
    "filename",
];

/// Arguments for at most so many further benign calls: values that the tool names itself, and for a parameter that may
/// be left out a value that it does not know. Empty where nothing can be made up.
pub(crate) fn further_arguments(tool: &Tool, canary: &str, most: usize) -> Vec<Value> {
    let Some(first @ Value::Object(_)) = benign_arguments(tool, canary) else { return Vec::new() };
    let with = |name: &str, value: String| {
        let mut arguments = first.clone();
        arguments[name] = value.into();
        arguments
    };
    let mut found = Vec::new();
    for (name, schema) in tool.parameters() {
        let asked = first.get(name).or_else(|| schema.get("default")).and_then(Value::as_str);
        let listed = known_values(tool, name, schema).into_iter().filter(|value| Some(value.as_str()) != asked);
        found.extend(listed.take(VALUES).map(|value| with(name, value)));
        let is_optional = !tool.required().any(|required| required == name);
        let is_sink = split(name).iter().any(|word| SINKS.contains(&word.as_str()));
        if is_optional && is_free_string(schema) && schema.get("format").is_none() && !is_sink {
            found.push(with(name, canary.to_owned()));
        }
    }
    found.truncate(most);
    found
}

/// The texts that a parameter may hold, as its enumeration or its description lists them. None that names something
/// else than reading.
fn known_values(tool: &Tool, name: &str, schema: &Value) -> Vec<String> {
    let listed: Vec<String> = match schema.get("enum").and_then(Value::as_array) {
        Some(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None if is_free_string(schema) => tool.text_of(name).map(listed_in).unwrap_or_default(),
        None => Vec::new(),
    };
    listed.into_iter().filter(|value| by_name(&split(value)) <= ToolClass::Read).collect()
}

/// The values in "the folder (inbox, sent or drafts)" and "one of: inbox, sent".
fn listed_in(text: &str) -> Vec<String> {
    static LIST: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"\(([^()]{3,200})\)|(?i:\b(?:one of|either|values|options|choices)(?: are)?:?)\s+([^.;()\n]{3,200})",
        )
        .expect("a constant pattern is valid")
    });
    static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s*(?:,\s*(?:or|and)\s|[,|]|\s(?:or|and)\s)\s*").expect("a constant pattern is valid")
    });
    let is_value = |part: &str| {
        part.len() <= LONGEST
            && part.starts_with(|first: char| first.is_ascii_alphanumeric())
            && part.chars().all(|other| other.is_ascii_alphanumeric() || "_-.".contains(other))
    };
    let lists = LIST.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    for list in lists {
        let list = list.as_str().trim_start_matches("e.g.").trim_start_matches([',', ':', ' ']);
        let parts = BETWEEN.split(list).map(|part| part.trim_matches(['\'', '"', '`', ' ', ':']));
        let parts: Vec<&str> = parts.filter(|part| !matches!(*part, "" | "etc" | "etc." | "...")).collect();
        // A remark such as "(optional)" or "(at most 10, or less)" is no list of values.
        if parts.len() > 1 && parts.iter().all(|part| is_value(part)) {
            return parts.into_iter().map(str::to_owned).collect();
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::snapshot::Snapshot;

    #[test]
    fn lists_are_read_and_remarks_are_not() {
        let cases: [(&str, &[&str]); 7] = [
            ("Mail folder (inbox, sent, drafts, etc.)", &["inbox", "sent", "drafts"]),
            ("The unit ('metric' or 'imperial')", &["metric", "imperial"]),
            ("One of: day, week, or month", &["day", "week", "month"]),
            ("Kind, e.g. (e.g., error|warning)", &["error", "warning"]),
            ("The page (optional)", &[]),
            ("How many (at most ten, please)", &[]),
            ("The name of the city", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(listed_in(text), expected, "{text}");
        }
    }

    #[test]
    fn values_that_do_something_and_sinks_are_left_alone() {
        let tools = [json!({
            "name": "read_notes",
            "description": "Reads notes.\n\nArgs:\n    shelf: Where to look (kitchen, cellar, attic)",
            "inputSchema": {"type": "object", "properties": {
                "shelf": {"type": "string", "default": "kitchen"},
                "then": {"enum": ["keep", "delete"], "default": "keep"},
                "output_file": {"type": "string", "default": ""},
            }},
        })];
        let further = further_arguments(&Snapshot::of_definitions(&tools).tools[0], "canary", 9);
        assert_eq!(further, [json!({"shelf": "cellar"}), json!({"shelf": "attic"}), json!({"shelf": "canary"})]);
    }
}
