//! Validates tool arguments: the part of JSON Schema that the fixtures use.

use serde_json::{Map, Value};

/// What is wrong with a value; `None` where it is valid. Quotes the schema, never the value, so that nothing that a
/// caller sent comes back.
pub fn violation(schema: &Value, value: &Value) -> Option<String> {
    violation_at(schema, value, "the arguments")
}

fn violation_at(schema: &Value, value: &Value, place: &str) -> Option<String> {
    if let Some(kind) = schema.get("type").and_then(Value::as_str)
        && !is_of(kind, value)
    {
        return Some(format!("{place} must be of the type {kind}"));
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        return Some(format!("{place} must be one of {}", Value::from(allowed.clone())));
    }
    match value {
        Value::String(text) => bounds(schema, "Length", text.chars().count(), place),
        Value::Number(number) => range(schema, number.as_f64()?, place),
        Value::Array(items) => bounds(schema, "Items", items.len(), place).or_else(|| {
            let item_schema = schema.get("items")?;
            items.iter().find_map(|item| violation_at(item_schema, item, &format!("each item of {place}")))
        }),
        Value::Object(members) => members_violation(schema, members, place),
        _ => None,
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        _ => value.is_null(),
    }
}

fn bounds(schema: &Value, what: &str, count: usize, place: &str) -> Option<String> {
    let bound = |which: &str| schema.get(format!("{which}{what}")).and_then(Value::as_u64);
    let count = count as u64;
    if bound("min").is_some_and(|least| count < least) || bound("max").is_some_and(|most| count > most) {
        return Some(format!("{place} is too short or too long"));
    }
    None
}

fn range(schema: &Value, number: f64, place: &str) -> Option<String> {
    let bound = |which: &str| schema.get(which).and_then(Value::as_f64);
    let outside =
        bound("minimum").is_some_and(|least| number < least) || bound("maximum").is_some_and(|most| number > most);
    outside.then(|| format!("{place} is out of range"))
}

fn members_violation(schema: &Value, members: &Map<String, Value>, place: &str) -> Option<String> {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.into_iter().find(|name| !members.contains_key(*name)) {
        return Some(format!("{place} must have `{missing}`"));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    members.iter().find_map(|(name, member)| match properties.and_then(|properties| properties.get(name)) {
        Some(schema) => violation_at(schema, member, &format!("`{name}`")),
        None if is_closed => Some(format!("{place} have a member that the schema does not know")),
        None => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_of_violation_is_told_apart_from_a_valid_value() {
        let schema = json!({
            "type": "object",
            "properties": {
                "city": { "type": "string", "maxLength": 5 },
                "days": { "type": "integer", "minimum": 1, "maximum": 7 },
                "unit": { "enum": ["c", "f"] },
                "tags": { "type": "array", "maxItems": 1, "items": { "type": "string" } },
            },
            "required": ["city"],
            "additionalProperties": false,
        });
        let cases = [
            (json!({ "city": "Lima", "days": 7, "unit": "f", "tags": ["a"] }), true),
            (json!({ "city": "Lima", "days": 7.0 }), true),
            (json!({ "city": 1 }), false),
            (json!({ "city": "Kinshasa" }), false),
            (json!({}), false),
            (json!({ "city": "Lima", "days": 0 }), false),
            (json!({ "city": "Lima", "days": 1.5 }), false),
            (json!({ "city": "Lima", "unit": "k" }), false),
            (json!({ "city": "Lima", "tags": [1] }), false),
            (json!({ "city": "Lima", "tags": ["a", "b"] }), false),
            (json!({ "city": "Lima", "secret-word": 1 }), false),
            (json!([]), false),
        ];
        for (value, is_valid) in cases {
            let found = violation(&schema, &value);
            assert_eq!(found.is_none(), is_valid, "{value}: {found:?}");
            assert!(found.is_none_or(|text| !text.contains("secret-word") && !text.contains("Kinshasa")));
        }
    }
}
