//! Harmless arguments for a tool, from its schema.

use regex::RegexBuilder;
use serde_json::{Map, Value, json};

use crate::snapshot::Tool;
use crate::tool_class::split;

/// How deep a schema is followed.
const DEPTH: usize = 8;
/// The longest list or text that is worth making up.
const LENGTH: u64 = 256;

/// Arguments for a benign call: the required parameters, each the first harmless value that its schema allows, and the
/// times to wait, as short as they may be. Free strings hold the canary. `None` where no value can be made up.
pub fn benign_arguments(tool: &Tool, canary: &str) -> Option<Value> {
    if !tool.input_schema.is_object() {
        return Some(json!({}));
    }
    Author { root: &tool.input_schema, canary }.object(&tool.input_schema, 0)
}

/// A benign value for one schema of a tool; `None` where no value can be made up.
pub(crate) fn benign_value(tool: &Tool, schema: &Value, canary: &str) -> Option<Value> {
    Author { root: &tool.input_schema, canary }.value(schema, 0)
}

/// Makes up values for the schemas of one tool.
struct Author<'s> {
    root: &'s Value,
    canary: &'s str,
}

impl Author<'_> {
    fn value(&self, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEPTH {
            return None;
        }
        let Some(members) = schema.as_object() else {
            return (schema.as_bool() != Some(false)).then(|| json!(self.canary));
        };
        let first = |key: &str| members.get(key).and_then(Value::as_array).and_then(|values| values.first());
        let ready = members
            .get("const")
            .or_else(|| first("enum"))
            .or_else(|| members.get("default"))
            .or_else(|| first("examples"));
        if let Some(ready) = ready.filter(|value| !value.is_null()).or_else(|| members.get("example")) {
            return Some(ready.clone());
        }
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            return self.value(self.root.pointer(reference.strip_prefix('#')?)?, depth + 1);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(branches) = members.get(choice).and_then(Value::as_array) {
                return branches
                    .iter()
                    .filter(|branch| kind(branch) != Some("null"))
                    .find_map(|branch| self.value(branch, depth + 1));
            }
        }
        if let Some(parts) = members.get("allOf").and_then(Value::as_array) {
            return self.value(&merged(members, parts), depth + 1);
        }
        match kind(schema) {
            Some("string") => self.text(members).map(Value::from),
            Some("integer") => integer(members).map(Value::from),
            Some("number") => number(members),
            Some("boolean") => Some(Value::Bool(false)),
            Some("null") => Some(Value::Null),
            Some("array") => self.list(members, depth),
            Some("object") => self.object(schema, depth),
            Some(_) => None,
            None if members.contains_key("properties") => self.object(schema, depth),
            None if members.contains_key("items") => self.list(members, depth),
            None => self.text(members).map(Value::from),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Option<Value> {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let permissive = Value::Bool(true);
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut object: Map<String, Value> = properties
            .into_iter()
            .flatten()
            .filter_map(|(name, schema)| Some((name.clone(), shortest_wait(name, schema)?)))
            .collect();
        for name in required {
            if object.contains_key(name) {
                continue;
            }
            let schema = properties.and_then(|properties| properties.get(name)).unwrap_or(&permissive);
            object.insert(name.to_owned(), self.value(schema, depth + 1)?);
        }
        Some(Value::Object(object))
    }

    fn list(&self, schema: &Map<String, Value>, depth: usize) -> Option<Value> {
        let length = schema.get("minItems").and_then(Value::as_u64).unwrap_or_default();
        if length == 0 {
            return Some(json!([]));
        }
        if length > LENGTH || (length > 1 && schema.get("uniqueItems") == Some(&Value::Bool(true))) {
            return None;
        }
        let item = self.value(schema.get("items").unwrap_or(&Value::Bool(true)), depth + 1)?;
        Some(Value::Array((0..length).map(|_| item.clone()).collect()))
    }

    fn text(&self, schema: &Map<String, Value>) -> Option<String> {
        let canary = self.canary;
        let by_format = match schema.get("format").and_then(Value::as_str) {
            Some("date") => Some("2026-01-01".to_owned()),
            Some("date-time") => Some("2026-01-01T00:00:00Z".to_owned()),
            Some("time") => Some("00:00:00Z".to_owned()),
            Some("duration") => Some("PT1S".to_owned()),
            Some("email" | "idn-email") => Some(format!("{canary}@example.com")),
            Some("hostname" | "idn-hostname") => Some("example.com".to_owned()),
            Some("ipv4") => Some("192.0.2.1".to_owned()),
            Some("ipv6") => Some("2001:db8::1".to_owned()),
            Some("uri" | "url" | "iri" | "uri-reference") => Some(format!("https://example.com/{canary}")),
            Some("uuid") => Some("6d637061-0000-4000-8000-000000000000".to_owned()),
            _ => None,
        };
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let (shortest, longest) = (limit("minLength").unwrap_or_default(), limit("maxLength").unwrap_or(u64::MAX));
        if shortest > LENGTH || shortest > longest {
            return None;
        }
        let pattern = match schema.get("pattern").and_then(Value::as_str) {
            // A linear-time engine with a bounded program: the pattern is the server's.
            Some(pattern) => Some(RegexBuilder::new(pattern).size_limit(1 << 20).build().ok()?),
            None => None,
        };
        let fits = |text: &String| {
            let length = text.chars().count() as u64;
            (shortest..=longest).contains(&length) && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        };
        let sized: String = canary
            .chars()
            .chain(std::iter::repeat('a'))
            .take(usize::try_from(shortest.max(20).min(longest)).ok()?)
            .collect();
        if let Some(text) = by_format {
            return Some(text).filter(fits);
        }
        let common = [
            "a",
            "A",
            "1",
            "abc",
            "ABC",
            "AB",
            "en",
            "US",
            "USD",
            "0.1.0",
            "v1.0.0",
            "2026-01-01",
            "00000",
            "main",
            "/",
            "example.com",
        ];
        let longer = [
            "https://example.com/",
            "mcpa@example.com",
            "6d637061-0000-4000-8000-000000000000",
            "12:00",
            "0x0",
            "#000000",
            "a/b",
            "+10000000000",
        ];
        std::iter::once(sized).chain(common.into_iter().chain(longer).map(str::to_owned)).find(fits)
    }
}

/// The shortest time for a parameter that makes a tool wait: its default may be long, and waiting shows nothing.
fn shortest_wait(name: &str, schema: &Value) -> Option<Value> {
    const WAITS: [&str; 9] =
        ["delay", "duration", "sleep", "wait", "pause", "seconds", "secs", "milliseconds", "millis"];
    let waits = split(name).iter().any(|word| WAITS.contains(&word.as_str()));
    let members = schema.as_object().filter(|members| waits && !members.contains_key("enum"))?;
    match kind(schema)? {
        "integer" => integer(members).map(Value::from),
        "number" => number(members),
        _ => None,
    }
}

/// The first type that a schema names and that is not `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").or(Some("null")),
        _ => None,
    }
}

/// One schema from those that must all hold. Later members win, which suffices for the usual "reference plus default".
fn merged(members: &Map<String, Value>, parts: &[Value]) -> Value {
    let mut whole: Map<String, Value> = members.clone();
    whole.remove("allOf");
    for part in parts.iter().filter_map(Value::as_object) {
        for (key, value) in part {
            match (whole.get_mut(key), value) {
                (Some(Value::Object(have)), Value::Object(more)) => have.extend(more.clone()),
                (Some(Value::Array(have)), Value::Array(more)) if key == "required" => have.extend(more.clone()),
                _ => {
                    whole.insert(key.clone(), value.clone());
                }
            }
        }
    }
    Value::Object(whole)
}

fn integer(schema: &Map<String, Value>) -> Option<i64> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let lowest = bound("minimum")
        .map(f64::ceil)
        .into_iter()
        .chain(bound("exclusiveMinimum").map(|bound| bound.floor() + 1.0))
        .reduce(f64::max);
    let highest = bound("maximum")
        .map(f64::floor)
        .into_iter()
        .chain(bound("exclusiveMaximum").map(|bound| bound.ceil() - 1.0))
        .reduce(f64::min);
    let step = bound("multipleOf").filter(|step| *step > 0.0).unwrap_or(1.0);
    let wanted = 1.0_f64.clamp(lowest.unwrap_or(f64::MIN), f64::MAX).min(highest.unwrap_or(f64::MAX));
    let candidates = [(wanted / step).ceil() * step, (wanted / step).floor() * step];
    let fits = |value: f64| {
        value.fract() == 0.0
            && value.abs() < 9e15
            && lowest.is_none_or(|low| value >= low)
            && highest.is_none_or(|high| value <= high)
    };
    #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53, checked by `fits`")]
    candidates.into_iter().find(|value| fits(*value)).map(|value| value as i64)
}

fn number(schema: &Map<String, Value>) -> Option<Value> {
    if let Some(whole) = integer(schema) {
        return Some(json!(whole));
    }
    // No whole number fits: the middle of a narrow range.
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let low = bound("minimum").or_else(|| bound("exclusiveMinimum"))?;
    let high = bound("maximum").or_else(|| bound("exclusiveMaximum"))?;
    (low <= high && !schema.contains_key("multipleOf")).then(|| json!(f64::midpoint(low, high)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool_class::ToolClass;

    const CANARY: &str = "mcpaabcdefghijklmnop";

    fn tool(input_schema: Value) -> Tool {
        Tool {
            name: "get_thing".into(),
            title: None,
            description: None,
            input_schema,
            output_schema: Value::Null,
            annotations: Value::Null,
            raw: Value::Null,
            class: ToolClass::Read,
        }
    }

    #[test]
    fn each_schema_gets_a_harmless_value() {
        let cases = [
            (json!({"type": "string"}), Some(json!(CANARY))),
            (json!({"type": "string", "maxLength": 4}), Some(json!("mcpa"))),
            (json!({"type": "string", "minLength": 22}), Some(json!("mcpaabcdefghijklmnopaa"))),
            (json!({"type": "string", "enum": ["b", "a"]}), Some(json!("b"))),
            (json!({"const": 4, "enum": [5]}), Some(json!(4))),
            (json!({"type": "string", "default": "x", "examples": ["y"]}), Some(json!("x"))),
            (json!({"type": "string", "format": "date"}), Some(json!("2026-01-01"))),
            (json!({"type": "string", "pattern": "^[A-Z]{3}$"}), Some(json!("ABC"))),
            (json!({"type": "string", "pattern": "^mcpa[a-z]+$"}), Some(json!(CANARY))),
            (json!({"type": "string", "pattern": "^Z{77}$"}), None),
            (json!({"type": "string", "pattern": "("}), None),
            (json!({"type": "integer", "minimum": 10}), Some(json!(10))),
            (json!({"type": "integer", "maximum": -3}), Some(json!(-3))),
            (json!({"type": "integer", "multipleOf": 5}), Some(json!(5))),
            (json!({"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}), None),
            (json!({"type": "number", "minimum": 0.2, "maximum": 0.4}), Some(json!(0.300_000_000_000_000_04))),
            (json!({"type": ["null", "boolean"]}), Some(json!(false))),
            (json!({"type": "array", "items": {"type": "string"}}), Some(json!([]))),
            (json!({"type": "array", "minItems": 2, "items": {"type": "integer"}}), Some(json!([1, 1]))),
            (json!({"type": "array", "minItems": 1_000_000}), None),
            (json!({"anyOf": [{"type": "null"}, {"type": "integer"}]}), Some(json!(1))),
            (json!({"$ref": "#/$defs/colour"}), Some(json!("red"))),
            (json!({"$ref": "https://example.com/schema"}), None),
            (json!({"$ref": "#/properties/value"}), None),
            (
                json!({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]}),
                Some(json!({"a": 1})),
            ),
            (json!(false), None),
        ];
        for (schema, expected) in cases {
            let root = json!({"properties": {"value": schema, "other": {"type": "string"}}, "required": ["value"], "$defs": {"colour": {"enum": ["red"]}}});
            let made = benign_arguments(&tool(root.clone()), CANARY);
            assert_eq!(made, expected.map(|value| json!({"value": value})), "{root}");
        }
        assert_eq!(benign_arguments(&tool(Value::Null), CANARY), Some(json!({})));
    }

    #[test]
    fn times_to_wait_are_short_even_if_they_may_be_left_out() {
        let schema = json!({"properties": {
            "duration": {"type": "number", "default": 10},
            "delay_ms": {"type": "integer", "minimum": 5, "default": 60_000},
            "wait": {"type": "boolean"},
            "timeout": {"type": "number", "default": 30},
        }});
        assert_eq!(benign_arguments(&tool(schema), CANARY), Some(json!({"duration": 1, "delay_ms": 5})));
    }
}
