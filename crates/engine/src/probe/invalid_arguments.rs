//! Arguments that a tool's own schema forbids, each in exactly one way.

use serde_json::{Map, Value, json};

use crate::snapshot::Tool;
use crate::tool_class::benign_arguments;

/// How arguments break a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mutation {
    /// A value of another JSON type, and none that could be coerced.
    WrongType,
    /// A required parameter is missing.
    MissingRequired,
    /// A value that the enumeration does not name.
    UnknownEnum,
    /// A parameter that the schema does not know and forbids.
    ExtraKey,
}

impl Mutation {
    /// All, in the order in which they are tried.
    pub(crate) const ALL: [Self; 4] = [Self::WrongType, Self::MissingRequired, Self::UnknownEnum, Self::ExtraKey];
}

/// Arguments that break the tool's schema in this way; `None` where the schema leaves no way to.
pub(crate) fn invalid_arguments(tool: &Tool, mutation: Mutation, canary: &str) -> Option<Value> {
    let mut arguments = match benign_arguments(tool, canary) {
        Some(Value::Object(arguments)) => arguments,
        // Without harmless values for what is required, what is missing is the fault.
        _ if mutation == Mutation::MissingRequired => Map::new(),
        _ => return None,
    };
    // Required parameters first: an optional one may be ignored without harm.
    let required: Vec<&str> = tool.required().collect();
    let mut parameters: Vec<(&str, &Value)> = tool.parameters().collect();
    parameters.sort_by_key(|(name, _)| !required.contains(name));
    match mutation {
        Mutation::WrongType => {
            let (name, value) =
                parameters.iter().find_map(|(name, schema)| Some((*name, of_other_type(schema, canary)?)))?;
            arguments.insert(name.to_owned(), value);
        }
        Mutation::MissingRequired => {
            let has_default =
                |name: &str| parameters.iter().any(|(known, schema)| *known == name && schema.get("default").is_some());
            let name = required.iter().find(|name| !has_default(name))?;
            arguments.shift_remove(*name);
        }
        Mutation::UnknownEnum => {
            let is_text_enum = |schema: &Value| {
                schema.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_string))
            };
            let (name, _) = parameters.iter().find(|(_, schema)| is_text_enum(schema))?;
            arguments.insert((*name).to_owned(), json!(canary));
        }
        Mutation::ExtraKey => {
            if tool.input_schema.get("additionalProperties") != Some(&Value::Bool(false)) {
                return None;
            }
            arguments.insert("mcpa_extra".to_owned(), json!(canary));
        }
    }
    Some(Value::Object(arguments))
}

/// A value of a type that the schema excludes. Never a text for a number or the like, which tolerant servers coerce.
fn of_other_type(schema: &Value, canary: &str) -> Option<Value> {
    match schema.get("type")?.as_str()? {
        "string" | "number" | "integer" | "boolean" | "array" => Some(json!({ "mcpa_unexpected": canary })),
        "object" => Some(json!([canary])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool_class::ToolClass;

    fn tool(schema: Value) -> Tool {
        Tool {
            name: "search".to_owned(),
            title: None,
            description: None,
            input_schema: schema,
            output_schema: Value::Null,
            annotations: Value::Null,
            raw: Value::Null,
            class: ToolClass::Read,
        }
    }

    #[test]
    fn each_mutation_breaks_one_thing() {
        let strict = tool(json!({
            "type": "object",
            "properties": { "text": { "type": "string" }, "mode": { "enum": ["a", "b"] }, "count": { "type": "integer", "default": 1 } },
            "required": ["text"],
            "additionalProperties": false
        }));
        let broken = |mutation| invalid_arguments(&strict, mutation, "mcpaX").expect("a way to break it");
        assert!(broken(Mutation::WrongType)["text"].is_object());
        assert!(broken(Mutation::MissingRequired).get("text").is_none());
        assert_eq!(broken(Mutation::UnknownEnum)["mode"], "mcpaX");
        assert_eq!(broken(Mutation::ExtraKey)["mcpa_extra"], "mcpaX");
        assert!(broken(Mutation::ExtraKey)["text"].is_string());
    }

    #[test]
    fn a_schema_that_allows_everything_cannot_be_broken() {
        for mutation in Mutation::ALL {
            assert_eq!(
                invalid_arguments(&tool(json!({ "type": "object", "properties": { "any": {} } })), mutation, "mcpaX"),
                None,
                "{mutation:?}"
            );
        }
    }
}
