//! What checks of several groups ask about a definition: where it is, and what its parameters are for.

use contracts::audit::Severity;
use serde_json::Value;

use crate::snapshot::{Item, Snapshot, Tool};
use crate::tool_class::split;

/// One step lower for an effect that needs network access, when the target can only be reached from this machine
/// (catalogue section 4).
pub(crate) fn over_network(severity: Severity, snapshot: &Snapshot) -> Severity {
    if !snapshot.loopback {
        return severity;
    }
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

/// Where a prompt is: `prompt:<name>#<JSON pointer>`.
pub(crate) fn prompt_at(prompt: &Item, pointer: &str) -> String {
    format!("prompt:{}{}{pointer}", prompt.name, if pointer.is_empty() { "" } else { "#" })
}

/// Where a resource or template is: `resource:<scheme + template, ids as {}>`.
pub(crate) fn resource_at(resource: &Item, pointer: &str) -> String {
    format!("resource:{}{}{pointer}", without_ids(&resource.uri), if pointer.is_empty() { "" } else { "#" })
}

/// A URI whose query is gone and whose ids are `{}`, so that the same resource has the same identity tomorrow.
fn without_ids(uri: &str) -> String {
    // The query of a template stands in braces.
    let path = uri.split(['?', '#']).next().unwrap_or_default().trim_end_matches('{');
    let is_id = |segment: &str| {
        let digits = segment.bytes().filter(u8::is_ascii_digit).count();
        let is_variable = segment.starts_with('{') && segment.ends_with('}');
        let is_number = digits > 0 && digits == segment.len();
        let is_hex = segment.len() >= 16 && segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        is_variable || is_number || is_hex
    };
    path.split('/').map(|segment| if is_id(segment) { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

/// Whether a parameter takes a string.
pub(crate) fn takes_string(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "string",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        Some(_) => false,
        None => schema.get("properties").is_none() && schema.get("items").is_none() && !schema.is_boolean(),
    }
}

/// Whether a parameter names a file or folder.
pub(crate) fn is_path(parameter: &str, schema: &Value) -> bool {
    let words = split(parameter);
    let named = words.iter().any(|word| {
        matches!(word.as_str(), "path" | "file" | "filename" | "filepath" | "dir" | "directory" | "folder")
    });
    named && takes_string(schema) && !is_url(parameter, schema)
}

/// Whether a parameter takes an address.
pub(crate) fn is_url(parameter: &str, schema: &Value) -> bool {
    let words = split(parameter);
    let named =
        words.iter().any(|word| matches!(word.as_str(), "url" | "uri" | "link" | "href" | "webhook" | "endpoint"));
    let format = schema.get("format").and_then(Value::as_str);
    takes_string(schema) && (named || matches!(format, Some("uri" | "url" | "iri" | "uri-reference")))
}

/// The words by which a server says what it is for: its name, title and description.
pub(crate) fn purpose(snapshot: &Snapshot) -> Vec<String> {
    ["name", "title", "description"]
        .into_iter()
        .filter_map(|field| snapshot.server_field(field))
        .flat_map(split)
        .collect()
}

/// Every object schema's members within a schema: JSON pointer from the tool's definition, name and schema. Follows
/// what nests data (`properties`, `items`, alternatives), not references.
pub(crate) fn all_parameters(tool: &Tool) -> Vec<(String, &str, &Value)> {
    fn walk<'s>(schema: &'s Value, pointer: &str, found: &mut Vec<(String, &'s str, &'s Value)>) {
        for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let pointer = format!("{pointer}/properties/{}", name.replace('~', "~0").replace('/', "~1"));
            found.push((pointer.clone(), name, member));
            walk(member, &pointer, found);
        }
        if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
            walk(items, &format!("{pointer}/items"), found);
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            for (index, branch) in schema.get(key).and_then(Value::as_array).into_iter().flatten().enumerate() {
                walk(branch, &format!("{pointer}/{key}/{index}"), found);
            }
        }
    }
    let mut found = Vec::new();
    walk(&tool.input_schema, "/inputSchema", &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_leave_a_resource_location() {
        let cases = [
            ("users://42/profile", "users://{}/profile"),
            ("file:///home/{name}?token=x", "file:///home/{}"),
            ("doc://6d637061-0000-4000-8000-000000000000", "doc://{}"),
            ("notes://today", "notes://today"),
            ("notes://all{?tag}", "notes://all"),
        ];
        for (uri, expected) in cases {
            assert_eq!(without_ids(uri), expected);
        }
    }
}
