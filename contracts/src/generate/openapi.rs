//! `openapi.json`: the REST API (OpenAPI 3.1), from the same table of routes that `api` serves.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::api::problem::Problem;
use crate::api::routes::{Access, ROUTES, Route};

const DEFINITIONS: &str = "/components/schemas";

/// Routes that create something, where a repeated request must not create a second one.
const IDEMPOTENT: [&str; 4] = ["/v1/tests", "/v1/reports", "/v1/uploads", "/v1/scans"];

/// The schemas of both directions. A field with a default may be absent from what we receive, but not from what we
/// send; where that makes a difference, a type must not be used in both directions.
struct Schemas {
    /// Unfolded into parameters, so nothing refers to them.
    queries: SchemaGenerator,
    requests: SchemaGenerator,
    responses: SchemaGenerator,
}

/// The whole description.
pub(super) fn describe() -> Value {
    let settings = || {
        let mut settings = SchemaSettings::draft2020_12();
        settings.definitions_path = DEFINITIONS.into();
        settings.meta_schema = None;
        settings
    };
    let mut schemas = Schemas {
        queries: settings().with(|settings| settings.inline_subschemas = true).into_generator(),
        requests: settings().for_deserialize().into_generator(),
        responses: settings().for_serialize().into_generator(),
    };
    let mut paths = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut schemas);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_ascii_lowercase()] = operation;
    }
    schemas.responses.subschema_for::<Problem>();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "MCP Audit API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Security audits of MCP servers. Errors are problem details (RFC 9457). Generated; do not edit.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": merged(schemas),
            "responses": { "Problem": problem_response() },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "Access token of a session, or an API key." }
            }
        }
    })
}

fn operation(route: &Route, schemas: &mut Schemas) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split('/').nth(2).unwrap_or_default()]
    });
    match route.access {
        Access::Public => operation["security"] = json!([]),
        Access::Member(role) => operation["x-required-role"] = json!(role.to_string()),
    }
    let parameters = parameters(route, schemas);
    if !parameters.is_empty() {
        operation["parameters"] = Value::Array(parameters);
    }
    if let Some(body) = route.request {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": body(&mut schemas.requests) } }
        });
    }
    operation["responses"] = Value::Object(responses(route, schemas));
    operation
}

/// `GET /v1/tests/{test_id}/findings` is `getTestsByTestIdFindings`.
fn operation_id(route: &Route) -> String {
    let segments = route.path.split('/').skip(2).map(|segment| match segment.strip_prefix('{') {
        Some(parameter) => format!("_by_{}", parameter.trim_end_matches('}')),
        None => format!("_{segment}"),
    });
    let mut name = String::new();
    let mut upper = false;
    for character in route.method.to_ascii_lowercase().chars().chain(segments.collect::<String>().chars()) {
        if matches!(character, '_' | '-') {
            upper = true;
        } else {
            name.push(if upper { character.to_ascii_uppercase() } else { character });
            upper = false;
        }
    }
    name
}

fn parameters(route: &Route, schemas: &mut Schemas) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
    });
    let mut parameters: Vec<Value> = in_path.collect();
    if let Some(query) = route.query {
        parameters.extend(query_parameters(&query(&mut schemas.queries).to_value()));
    }
    if route.method == "POST" && IDEMPOTENT.contains(&route.path) {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Repeating a request with the same key starts nothing new and answers as the first time.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 }
        }));
    }
    parameters
}

/// Unfolds the object schema of a query into parameters.
fn query_parameters(object: &Value) -> Vec<Value> {
    let required = |name: &str| object["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|members| members.shift_remove("description"));
        // A query has no null: an optional parameter is left out.
        if let Some(kind) =
            schema["type"].as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null")).cloned()
        {
            schema["type"] = kind;
        }
        json!({ "name": name, "in": "query", "required": required(name), "description": description, "schema": schema })
    };
    object["properties"].as_object().into_iter().flatten().map(parameter).collect()
}

fn responses(route: &Route, schemas: &mut Schemas) -> Map<String, Value> {
    let (status, body) = &route.response;
    let mut success = json!({ "description": route.summary });
    if let Some(body) = body {
        success["content"] = json!({ "application/json": { "schema": body(&mut schemas.responses) } });
    }
    if (300..400).contains(status) {
        success["headers"] =
            json!({ "Location": { "required": true, "schema": { "type": "string", "format": "uri" } } });
    }
    let failures =
        route.failures.iter().map(|status| (status.to_string(), json!({ "$ref": "#/components/responses/Problem" })));
    std::iter::once((status.to_string(), success)).chain(failures).collect()
}

fn problem_response() -> Value {
    json!({
        "description": "The request was refused; the body says why and what to do",
        "content": { "application/problem+json": { "schema": { "$ref": format!("#{DEFINITIONS}/Problem") } } }
    })
}

/// All schemas by name.
///
/// # Panics
/// If a type means one thing in requests and another in responses: give it two names.
fn merged(mut schemas: Schemas) -> Map<String, Value> {
    let mut all = schemas.requests.take_definitions(true);
    for (name, schema) in schemas.responses.take_definitions(true) {
        if let Some(other) = all.insert(name.clone(), schema.clone()) {
            assert_eq!(other, schema, "`{name}` differs between requests and responses: give it two names");
        }
    }
    all.sort_keys();
    all
}
