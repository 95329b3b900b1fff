//! Tool definitions that a client cannot use: no name, no schema, an invalid schema, an invalid header annotation.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-017",
    title: "Invalid tool definition",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Give every tool a name and a valid JSON Schema object; name header annotations by plain header tokens, once per tool, on \
        parameters of a primitive type.",
    tags: &[Tag::Cwe(20), Tag::Cwe(113), Tag::McpTop10(3), Tag::Spec("2026-07-28", "Tools: data types")],
    run: Run::Static(check),
};

/// Dialects whose keywords are the ones checked here.
const DIALECTS: [&str; 6] = ["draft-04", "draft-06", "draft-07", "2019-09", "2020-12", "/schema#"];
/// Depth below which schemas are not looked at; the protocol's own bound is lower.
const DEPTH: usize = 32;

/// What is wrong at one place of a definition.
struct Fault {
    severity: Severity,
    pointer: String,
    kind: &'static str,
    message: &'static str,
}

fn check(snapshot: &Snapshot) -> Verdict {
    let modern = snapshot.speaks_modern();
    snapshot.tools.iter().flat_map(|tool| faults(tool, modern).into_iter().map(|fault| draft(tool, &fault))).collect()
}

fn draft(tool: &Tool, fault: &Fault) -> Draft {
    let shown = tool.raw.pointer(&fault.pointer).map_or_else(|| "(absent)".to_owned(), Value::to_string);
    Draft::new(fault.severity, Confidence::Confirmed, tool.at(&fault.pointer), fault.message)
        .distinct(fault.kind)
        .sample(Sample::whole(shown, format!("schema:{}", fault.kind)))
}

fn faults(tool: &Tool, modern: bool) -> Vec<Fault> {
    let mut faults = Faults(Vec::new());
    if tool.name.is_empty() {
        faults.low("/name", "name", "the tool has no name");
    }
    match &tool.input_schema {
        Value::Null => faults.low("/inputSchema", "schema", "the tool has no input schema"),
        Value::Object(members) => {
            // Until 2025-11-25 the specification fixes the type; 2026-07-28 allows any schema.
            if !modern && members.get("type").and_then(Value::as_str) != Some("object") {
                faults.low("/inputSchema", "schema", "the input schema does not describe an object");
            }
            schema(&tool.input_schema, "/inputSchema", &mut faults);
        }
        _ => faults.low("/inputSchema", "schema", "the input schema is no object"),
    }
    match &tool.output_schema {
        Value::Null => {}
        Value::Object(_) => schema(&tool.output_schema, "/outputSchema", &mut faults),
        _ => faults.low("/outputSchema", "schema", "the output schema is no object"),
    }
    headers(tool, modern, &mut faults);
    faults.0
}

struct Faults(Vec<Fault>);

impl Faults {
    fn low(&mut self, pointer: &str, kind: &'static str, message: &'static str) {
        self.add(Severity::Low, pointer, kind, message);
    }

    fn add(&mut self, severity: Severity, pointer: &str, kind: &'static str, message: &'static str) {
        self.0.push(Fault { severity, pointer: pointer.to_owned(), kind, message });
    }
}

/// Checks a whole schema, whose dialect decides whether its keywords are known.
fn schema(root: &Value, pointer: &str, faults: &mut Faults) {
    match root.get("$schema") {
        None => {}
        Some(Value::String(dialect))
            if DIALECTS.iter().any(|known| dialect.contains(known)) && dialect.contains("json-schema.org") => {}
        Some(Value::String(_)) => {
            faults.add(
                Severity::Info,
                &format!("{pointer}/$schema"),
                "dialect",
                "the schema names a dialect that clients may not know",
            );
            return;
        }
        Some(_) => faults.low(&format!("{pointer}/$schema"), "schema", "the schema's dialect is no text"),
    }
    keywords(root, pointer, 0, faults);
}

/// Checks the keywords of a schema against the meta-schema, as far as they steer validation.
fn keywords(schema: &Value, pointer: &str, depth: usize, faults: &mut Faults) {
    let members = match schema {
        Value::Object(members) => members,
        Value::Bool(_) => return,
        _ => return faults.low(pointer, "schema", "a part of the schema is neither an object nor a boolean"),
    };
    if depth > DEPTH {
        return;
    }
    for (key, value) in members {
        let at = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        let valid = match key.as_str() {
            "type" => match value {
                Value::String(kind) => is_type(kind),
                Value::Array(kinds) => !kinds.is_empty() && kinds.iter().all(|kind| kind.as_str().is_some_and(is_type)),
                _ => false,
            },
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
                if let Some(parts) = value.as_object() {
                    for (name, part) in parts {
                        keywords(
                            part,
                            &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                            depth + 1,
                            faults,
                        );
                    }
                }
                value.is_object()
            }
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
                for (index, part) in value.as_array().into_iter().flatten().enumerate() {
                    keywords(part, &format!("{at}/{index}"), depth + 1, faults);
                }
                value.as_array().is_some_and(|parts| !parts.is_empty())
            }
            "items" if value.is_array() => true,
            "items"
            | "additionalProperties"
            | "additionalItems"
            | "not"
            | "if"
            | "then"
            | "else"
            | "contains"
            | "propertyNames"
            | "unevaluatedProperties" => {
                keywords(value, &at, depth + 1, faults);
                true
            }
            // Draft 4 has a boolean `required` on each property; clients ignore it, and what was meant is lost.
            "required" => value.as_array().is_some_and(|names| names.iter().all(Value::is_string)),
            "enum" | "examples" => value.is_array(),
            "minimum" | "maximum" | "multipleOf" => value.is_number(),
            "exclusiveMinimum" | "exclusiveMaximum" => value.is_number() || value.is_boolean(),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                value.as_u64().is_some() || value.as_f64().is_some_and(|bound| bound >= 0.0 && bound.fract() == 0.0)
            }
            "$ref" | "pattern" | "format" | "title" | "description" | "$id" | "$comment" => value.is_string(),
            _ => true,
        };
        if !valid {
            faults.low(&at, "schema", "a keyword of the schema has a value that JSON Schema does not allow");
        }
    }
}

fn is_type(kind: &str) -> bool {
    matches!(kind, "string" | "number" | "integer" | "boolean" | "array" | "object" | "null")
}

/// Checks `x-mcp-header` annotations, which name the header that mirrors a parameter.
fn headers(tool: &Tool, modern: bool, faults: &mut Faults) {
    let mut annotated = Vec::new();
    annotations(&tool.input_schema, "/inputSchema", true, &mut annotated);
    let mut seen = BTreeSet::new();
    for Annotation { pointer, schema, reachable } in annotated {
        let at = format!("{pointer}/x-mcp-header");
        let name = schema["x-mcp-header"].as_str();
        if name.is_some_and(|name| name.contains(['\r', '\n'])) {
            faults.add(
                Severity::Medium,
                &at,
                "header-split",
                "a header annotation contains a line break, which can add headers to a client's request",
            );
            continue;
        }
        // The annotation has a meaning only since 2026-07-28.
        if !modern {
            continue;
        }
        let is_primitive = |kind: &Value| matches!(kind.as_str(), Some("string" | "integer" | "boolean"));
        let primitive = match schema.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().filter(|kind| *kind != "null").all(is_primitive),
            Some(kind) => is_primitive(kind),
            None => false,
        };
        match name {
            Some(name) if is_token(name) => {
                if !seen.insert(name.to_ascii_lowercase()) {
                    faults.low(&at, "header-duplicate", "two parameters are mirrored to the same header");
                } else if !primitive {
                    faults.low(
                        &at,
                        "header-type",
                        "a header annotation is on a parameter that is no string, integer or boolean",
                    );
                } else if !reachable {
                    faults.low(
                        &at,
                        "header-place",
                        "a header annotation is on a parameter that plain properties do not lead to",
                    );
                }
            }
            _ => faults.low(&at, "header-name", "a header annotation is no header name"),
        }
    }
}

/// A schema with an `x-mcp-header`.
struct Annotation<'s> {
    pointer: String,
    schema: &'s Value,
    reachable: bool,
}

fn annotations<'s>(schema: &'s Value, pointer: &str, reachable: bool, found: &mut Vec<Annotation<'s>>) {
    let Some(members) = schema.as_object() else { return };
    if members.contains_key("x-mcp-header") {
        found.push(Annotation {
            pointer: pointer.to_owned(),
            schema,
            reachable: reachable && pointer != "/inputSchema",
        });
    }
    for (key, member) in members {
        let at = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
        match (key.as_str(), member) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    annotations(
                        property,
                        &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")),
                        reachable,
                        found,
                    );
                }
            }
            ("enum" | "const" | "default" | "examples" | "x-mcp-header", _) => {}
            (_, Value::Object(_)) => annotations(member, &at, false, found),
            (_, Value::Array(parts)) => {
                for (index, part) in parts.iter().enumerate() {
                    annotations(part, &format!("{at}/{index}"), false, found);
                }
            }
            _ => {}
        }
    }
}

/// A token of RFC 9110.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    fn kinds(tool: Value) -> Vec<(Severity, String)> {
        findings(&CHECK, &server(&[tool])).into_iter().map(|draft| (draft.severity, draft.discriminator)).collect()
    }

    fn with_property(property: &Value) -> Value {
        json!({"name": "get", "inputSchema": {"type": "object", "properties": {"a": property}}})
    }

    #[test]
    fn each_fault_is_named() {
        let low = |kind: &str| vec![(Severity::Low, kind.to_owned())];
        let cases = [
            (json!({"inputSchema": {"type": "object"}}), low("name")),
            (json!({"name": "get"}), low("schema")),
            (json!({"name": "get", "inputSchema": []}), low("schema")),
            (json!({"name": "get", "inputSchema": {"type": "objekt"}}), low("schema")),
            (json!({"name": "get", "inputSchema": {"required": "a"}}), low("schema")),
            (
                json!({"name": "get", "inputSchema": {"$schema": "https://example.com/own"}}),
                vec![(Severity::Info, "dialect".to_owned())],
            ),
            (with_property(&json!({"minLength": -1})), low("schema")),
            (with_property(&json!({"type": "string", "x-mcp-header": ""})), low("header-name")),
            (with_property(&json!({"type": "string", "x-mcp-header": "a b"})), low("header-name")),
            (with_property(&json!({"type": "number", "x-mcp-header": "Mcp-A"})), low("header-type")),
            (with_property(&json!({"items": {"type": "string", "x-mcp-header": "Mcp-A"}})), low("header-place")),
            (
                with_property(&json!({"type": "string", "x-mcp-header": "A\r\nB: c"})),
                vec![(Severity::Medium, "header-split".to_owned())],
            ),
        ];
        for (tool, expected) in cases {
            assert_eq!(kinds(tool.clone()), expected, "{tool}");
        }
    }

    #[test]
    fn ordinary_definitions_are_valid() {
        let ordinary = json!({"name": "get", "inputSchema": {
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": false, "required": ["type"],
            "properties": {"type": {"type": ["string", "null"], "default": "x", "x-mcp-header": "Region"}, "required": {"type": "boolean"},
                "list": {"type": "array", "items": {"$ref": "#/$defs/a"}, "maxItems": 3.0}},
            "$defs": {"a": true}}, "outputSchema": {"type": "object"}});
        assert_eq!(kinds(ordinary), []);
    }
}
