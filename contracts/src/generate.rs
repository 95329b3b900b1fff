//! Makes the checked-in descriptions of the contracts from the Rust types: JSON Schema, AsyncAPI, OpenAPI.
//!
//! `make schemas` writes what [`files`] returns; `tests/contracts.rs` compares it with what is checked in. Equal types
//! give equal bytes, so a diff of these files is the diff of a contract.

mod asyncapi;
mod openapi;
mod yaml;

use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

pub use asyncapi::{Operation, SERVICES, Service};

use crate::audit::Audit;
use crate::catalog::{CATALOG, Entry};
use crate::documents::Manifests;
use crate::progress::{ClientMessage, ServerMessage};
use crate::tasks::Task;

/// Where the `$id` of each schema begins. A name, not a place to download from.
const SCHEMA_BASE: &str = "https://mcp-audit.example/schemas/";

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path below `contracts/`, with `/`.
    pub path: String,
    /// Its whole text, ending in a newline.
    pub text: String,
}

/// A contract outside the queues, which has a schema and an example of its own.
pub struct Document {
    /// Name of its files.
    pub name: &'static str,
    /// JSON Schema 2020-12.
    pub schema: fn() -> Value,
    /// Whether a JSON text is such a document; the error says why not.
    pub parse: fn(&str) -> Result<(), serde_json::Error>,
}

const fn document<T: JsonSchema + serde::de::DeserializeOwned>(name: &'static str) -> Document {
    Document { name, schema: || schema_for!(T).to_value(), parse: |json| serde_json::from_str::<T>(json).map(drop) }
}

/// The documents and WebSocket messages that are no queue messages.
pub const DOCUMENTS: &[Document] = &[
    document::<Audit>("audit.v1"),
    document::<Manifests>("manifests.v1"),
    document::<ClientMessage>("progress.client-message.v1"),
    document::<ServerMessage>("progress.server-message.v1"),
    document::<Task>("task.v1"),
];

/// The AsyncAPI description, of which `asyncapi.yaml` is the text.
pub fn asyncapi() -> Value {
    asyncapi::describe()
}

/// All generated files.
pub fn files() -> Vec<GeneratedFile> {
    let messages = CATALOG.iter().map(|entry| schema_file(entry.wire, message_schema(entry)));
    let documents = DOCUMENTS.iter().map(|document| schema_file(document.name, (document.schema)()));
    let descriptions = [
        GeneratedFile { path: "asyncapi.yaml".to_owned(), text: yaml::to_string(&asyncapi()) },
        GeneratedFile { path: "openapi.json".to_owned(), text: pretty(&openapi::describe()) },
    ];
    messages.chain(documents).chain(descriptions).collect()
}

fn schema_file(name: &str, mut schema: Value) -> GeneratedFile {
    if let Value::Object(members) = &mut schema {
        members.shift_insert(0, "$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.shift_insert(1, "$id".to_owned(), json!(format!("{SCHEMA_BASE}{name}.json")));
        members.shift_insert(2, "title".to_owned(), json!(name));
    }
    GeneratedFile { path: format!("schemas/{name}.json"), text: pretty(&schema) }
}

/// Narrows the schema of the envelope to one message: its `type`, and that `data` may travel in the object store.
fn message_schema(entry: &Entry) -> Value {
    let mut schema = (entry.schema)().to_value();
    schema["properties"]["type"]["const"] = json!(entry.wire);
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name != "data");
    }
    schema["anyOf"] = json!([
        { "required": ["data"] },
        { "required": ["dataref"], "properties": { "dataref": { "type": "string" } } }
    ]);
    schema
}

fn pretty(value: &Value) -> String {
    // `{:#}` of a `Value` is its indented JSON, and cannot fail as `serde_json::to_string_pretty` could.
    format!("{value:#}\n")
}
