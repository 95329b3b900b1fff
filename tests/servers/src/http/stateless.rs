//! The stateless protocol: every request says by itself what it is.

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{Endpoint, META_REVISION, Message, REVISION, claimed, refuse};
use crate::access::single;
use crate::answer::{Caller, MODERN, Outcome};
use crate::flaw::Flaw;
use crate::server::Server;
use crate::tokens::Principal;

const META_CLIENT: &str = "io.modelcontextprotocol/clientInfo";
const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

pub(super) fn answer(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    principal: Principal,
    message: &Message<'_>,
) -> Response {
    let id = message.id.unwrap_or(&Value::Null);
    if let Some(outcome) = disagreement(endpoint, headers, message) {
        return refuse(id, outcome);
    }
    if message.id.is_none() {
        return StatusCode::ACCEPTED.into_response();
    }
    let meta = &message.params["_meta"];
    let client = claimed(&meta[META_CLIENT], message.params);
    let caller = Caller { modern: true, client, principal, capabilities: meta[META_CAPABILITIES].clone() };
    refuse(id, endpoint.application.answer(&caller, message.method, message.params))
}

/// What is wrong about the headers of a stateless request, or between them and its body.
fn disagreement(endpoint: &Endpoint, headers: &HeaderMap, message: &Message<'_>) -> Option<Outcome> {
    let mismatch = || Some(Outcome::failure(400, -32020, "the headers are not those of this message"));
    let meta = &message.params["_meta"];
    let Some(revision) = meta[META_REVISION].as_str() else {
        return Some(Outcome::failure(400, -32602, "the protocol version is missing in `_meta`"));
    };
    if !meta[META_CAPABILITIES].is_object() {
        return Some(Outcome::failure(400, -32602, "the client capabilities are missing in `_meta`"));
    }
    if !endpoint.server().has(Flaw::HeadersUnchecked) {
        if !matches!(single(headers, REVISION), Ok(Some(named)) if named == revision) {
            return mismatch();
        }
        if !matches!(single(headers, "mcp-method"), Ok(Some(named)) if named == message.method) {
            return mismatch();
        }
        let name = match message.method {
            "tools/call" | "prompts/get" => Some(&message.params["name"]),
            "resources/read" => Some(&message.params["uri"]),
            _ => None,
        };
        if let Some(name) = name
            && !matches!(single(headers, "mcp-name"), Ok(Some(named)) if plain(named).as_deref() == name.as_str())
        {
            return mismatch();
        }
    }
    if !endpoint.server().has(Flaw::ParametersUnchecked) && !parameters_agree(endpoint.server(), headers, message) {
        return mismatch();
    }
    let revisions = endpoint.application.revisions();
    (revision != MODERN && !endpoint.server().has(Flaw::AnyRevision))
        .then(|| Outcome::unsupported(revision, &revisions))
}

/// Whether the headers that repeat parameters of a call hold what its arguments hold.
fn parameters_agree(server: &Server, headers: &HeaderMap, message: &Message<'_>) -> bool {
    let tool = server.tools.iter().find(|tool| message.method == "tools/call" && message.params["name"] == tool.name());
    let properties = tool.and_then(|tool| tool.schema()["properties"].as_object());
    properties.into_iter().flatten().all(|(parameter, schema)| {
        let Some(name) = schema["x-mcp-header"].as_str() else { return true };
        let header = single(headers, &format!("mcp-param-{}", name.to_ascii_lowercase()));
        let given = header.map(|header| header.and_then(plain));
        matches!(given, Ok(given) if given.as_deref() == message.params["arguments"][parameter].as_str())
    })
}

/// A header value without the encoding for what headers cannot hold.
fn plain(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}
