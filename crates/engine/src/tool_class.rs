//! What a tool can do, judged by its words and parameters, and with it what may be sent to it (catalogue section 2).

mod arguments;
mod variants;
mod words;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use arguments::benign_arguments;
pub(crate) use arguments::benign_value;
pub(crate) use variants::further_arguments;
pub(crate) use words::split;
use words::{NameWord, first_word, split_with_offsets, stems};

/// What a tool can do. Later variants are more dangerous; the most dangerous match wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolClass {
    /// Nothing tells.
    Unknown,
    /// It reads.
    Read,
    /// It changes data.
    Write,
    /// It runs commands, code or queries.
    Execution,
    /// It destroys, sends or spends.
    Destructive,
}

/// Parameters whose free string is run by the tool.
const EXECUTED_PARAMETERS: [&str; 6] = ["command", "cmd", "code", "script", "sql", "expression"];
/// Parameters that select what the tool does.
const SELECTOR_PARAMETERS: [&str; 5] = ["action", "operation", "mode", "method", "verb"];

/// Classifies a tool. `shared_prefix` is what [`shared_prefix`] found for the whole server. Annotations are claims of
/// the server: they can only make a tool more dangerous, except that `readOnlyHint` turns "unknown" into "read".
pub fn classify(
    name: &str,
    shared_prefix: &str,
    description: Option<&str>,
    annotations: &Value,
    input_schema: &Value,
) -> ToolClass {
    let own_name = name.strip_prefix(shared_prefix).filter(|rest| !rest.is_empty()).unwrap_or(name);
    let mut class = by_name(&split(own_name));
    class = class.max(description.and_then(first_word).map_or(ToolClass::Unknown, |word| by_verb(&word)));
    for (parameter, schema) in parameters(input_schema) {
        if is_executed(parameter, schema) {
            class = class.max(ToolClass::Execution);
        }
        if SELECTOR_PARAMETERS.iter().any(|selector| parameter.eq_ignore_ascii_case(selector)) {
            class = class.max(by_selector(schema));
        }
    }
    let hint = |hint: &str| annotations.get(hint).and_then(Value::as_bool) == Some(true);
    if hint("destructiveHint") {
        return ToolClass::Destructive;
    }
    if class == ToolClass::Unknown && hint("readOnlyHint") { ToolClass::Read } else { class }
}

/// The prefix that all tools of a server share, up to a word boundary; empty where there is none. Words that say what
/// a tool does are no prefix: a server whose tools are all called `delete_…` still deletes.
pub fn shared_prefix<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let names: Vec<N> = names.into_iter().collect();
    let words: Vec<Vec<(usize, String)>> = names.iter().map(|name| split_with_offsets(name.as_ref())).collect();
    let Some((first, others)) = words.split_first() else { return String::new() };
    if others.is_empty() {
        return String::new();
    }
    let common = |word: usize| others.iter().all(|other| other.get(word) == first.get(word));
    let shortest = words.iter().map(Vec::len).min().unwrap_or_default();
    let longest_common = (0..shortest.saturating_sub(1)).take_while(|&word| common(word)).count();
    let is_namespace = |length: usize| {
        let rest_speaks = words.iter().all(|words| NameWord::of(&words[length].1).is_some());
        first[..length].iter().all(|(_, word)| match NameWord::of(word) {
            None => true,
            // `order_get`, `order_list`: a noun. `run_tests`, `run_report`: the verb.
            Some(NameWord::Noun(_)) => rest_speaks,
            Some(NameWord::Verb(_)) => false,
        })
    };
    let length = (1..=longest_common).rev().find(|&length| is_namespace(length)).unwrap_or_default();
    if length == 0 { String::new() } else { names[0].as_ref()[..first[length].0].to_owned() }
}

/// Class by the words of a name.
fn by_name(words: &[String]) -> ToolClass {
    let at = |(position, word): (usize, &String)| match NameWord::of(word) {
        Some(NameWord::Verb(ToolClass::Read) | NameWord::Noun(_)) if position > 0 => ToolClass::Unknown,
        Some(NameWord::Verb(class) | NameWord::Noun(class)) => class,
        None => ToolClass::Unknown,
    };
    words.iter().enumerate().map(at).max().unwrap_or(ToolClass::Unknown)
}

/// Class by one word of a text, in any inflection. Nouns do not count.
fn by_verb(word: &str) -> ToolClass {
    let class = |stem: &String| match NameWord::of(stem) {
        Some(NameWord::Verb(class)) => Some(class),
        _ => None,
    };
    stems(word).iter().filter_map(class).max().unwrap_or(ToolClass::Unknown)
}

/// The most dangerous class that a selecting parameter offers in its enumeration, default or description.
fn by_selector(schema: &Value) -> ToolClass {
    let strings = |value: &Value| value.as_str().map(str::to_owned);
    let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let choices = list("enum")
        .filter_map(strings)
        .chain(["oneOf", "anyOf"].into_iter().flat_map(list).filter_map(|branch| branch.get("const").and_then(strings)))
        .chain(["default", "const"].into_iter().filter_map(|key| schema.get(key).and_then(strings)));
    let offered = choices.map(|choice| by_name(&split(&choice))).max().unwrap_or(ToolClass::Unknown);
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    let described = split(description).iter().map(|word| by_verb(word)).max().unwrap_or(ToolClass::Unknown);
    offered.max(described)
}

/// Whether a parameter takes a free string that the tool runs.
pub(crate) fn is_executed(parameter: &str, schema: &Value) -> bool {
    if !is_free_string(schema) {
        return false;
    }
    if EXECUTED_PARAMETERS.iter().any(|name| parameter.eq_ignore_ascii_case(name)) {
        return true;
    }
    let description = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    parameter.eq_ignore_ascii_case("query") && split(description).iter().any(|word| word == "sql")
}

/// Whether a schema allows any string: no enumeration, constant or pattern. A missing type allows everything.
pub(crate) fn is_free_string(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else { return schema.as_bool() == Some(true) };
    if ["enum", "const", "pattern"].iter().any(|key| members.contains_key(*key)) {
        return false;
    }
    match members.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        Some(_) => false,
        None => ["anyOf", "oneOf"]
            .iter()
            .find_map(|key| members.get(*key)?.as_array())
            .is_none_or(|branches| branches.iter().any(is_free_string)),
    }
}

fn parameters(input_schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = input_schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class(name: &str, description: &str, properties: &Value) -> ToolClass {
        classify(
            name,
            "",
            Some(description).filter(|text| !text.is_empty()),
            &Value::Null,
            &json!({"properties": properties}),
        )
    }

    #[test]
    fn names_and_descriptions_decide() {
        use ToolClass::{Destructive, Execution, Read, Unknown, Write};
        let cases = [
            ("get_weather", "", Read),
            ("getWeather", "", Read),
            ("weather", "Returns the weather.", Read),
            ("weather", "Queries the service.", Read),
            ("weather", "The weather.", Unknown),
            ("user-delete", "", Destructive),
            ("get_and_delete", "", Destructive),
            ("cleanup", "Deletes old files.", Destructive),
            ("send_email", "", Destructive),
            ("list_email", "", Read),
            ("email_owner", "", Destructive),
            ("get_release", "", Read),
            ("release", "", Destructive),
            ("files/write", "", Write),
            ("latest_run", "", Unknown),
            ("run_report", "", Execution),
            ("HTTPServerExec", "", Execution),
            ("echo", "", Read),
            ("list_deleted", "", Read),
            ("", "", Unknown),
        ];
        for (name, description, expected) in cases {
            assert_eq!(class(name, description, &json!({})), expected, "{name} / {description}");
        }
    }

    #[test]
    fn parameters_lift() {
        use ToolClass::{Destructive, Execution, Read, Write};
        let cases = [
            (json!({"sql": {"type": "string"}}), Execution),
            (json!({"code": {"type": "string", "pattern": "^[A-Z]{3}$"}}), Read),
            (json!({"command": {"enum": ["up", "down"]}}), Read),
            (json!({"code": {"type": "integer"}}), Read),
            (json!({"query": {"type": "string"}}), Read),
            (json!({"query": {"type": "string", "description": "A SQL statement"}}), Execution),
            (json!({"action": {"enum": ["list", "delete"]}}), Destructive),
            (json!({"action": {"enum": ["list", "order"]}}), Destructive),
            (json!({"operation": {"type": "string", "description": "one of: read, update"}}), Write),
            (json!({"mode": {"default": "write"}}), Write),
            (json!({"mode": {"oneOf": [{"const": "purge"}]}}), Destructive),
            (json!({"mode": {"description": "sort order"}}), Read),
        ];
        for (properties, expected) in cases {
            assert_eq!(class("get_thing", "", &properties), expected, "{properties}");
        }
    }

    #[test]
    fn annotations_never_make_a_tool_harmless() {
        let with = |name: &str, annotations: Value| classify(name, "", None, &annotations, &Value::Null);
        assert_eq!(with("weather", json!({"readOnlyHint": true})), ToolClass::Read);
        assert_eq!(with("delete_file", json!({"readOnlyHint": true})), ToolClass::Destructive);
        assert_eq!(with("write_file", json!({"readOnlyHint": true, "destructiveHint": false})), ToolClass::Write);
        assert_eq!(with("get_file", json!({"destructiveHint": true})), ToolClass::Destructive);
    }

    #[test]
    fn a_shared_prefix_is_a_namespace_and_never_a_verb() {
        let cases: [(&[&str], &str); 9] = [
            (&["github_get_issue", "github_list_issues"], "github_"),
            (&["github_get_issue", "github_get_user"], "github_"),
            (&["order_get", "order_list"], "order_"),
            (&["run_tests", "run_report"], ""),
            (&["delete_file", "delete_folder"], ""),
            (&["fooGet", "fooList"], "foo"),
            (&["get", "get_more"], ""),
            (&["only_one"], ""),
            (&[], ""),
        ];
        for (names, expected) in cases {
            assert_eq!(shared_prefix(names), expected, "{names:?}");
        }
        assert_eq!(classify("order_get", "order_", None, &Value::Null, &Value::Null), ToolClass::Read);
        assert_eq!(classify("order_get", "", None, &Value::Null, &Value::Null), ToolClass::Destructive);
    }
}
