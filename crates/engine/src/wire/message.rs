//! Builds the messages of every era: one function makes a known-good request, everything else is a mutation of that.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};

use crate::snapshot::{Era, Tool};
use crate::wire::heard::Heard;
use crate::wire::jsonrpc;
use crate::wire::shared::Shared;

/// The stateless protocol that we speak.
pub(crate) const MODERN: &str = "2026-07-28";
/// Revisions with a handshake that we speak, newest first.
pub(crate) const LEGACY: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const META_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const META_CLIENT: &str = "io.modelcontextprotocol/clientInfo";
pub(crate) const META_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
/// Longest part of a body that a template shows.
const TEMPLATE_BODY: usize = 1024;

/// Who we say we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientIdentity {
    /// `clientInfo.name`.
    pub name: String,
    /// `clientInfo.version`.
    pub version: String,
    /// `User-Agent`, over HTTP.
    pub user_agent: String,
}

impl Default for ClientIdentity {
    fn default() -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self { name: "mcp-audit".to_owned(), version: version.to_owned(), user_agent: format!("mcp-audit/{version}") }
    }
}

impl ClientIdentity {
    fn info(&self) -> Value {
        json!({ "name": self.name, "version": self.version })
    }
}

/// Which session id a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionId {
    /// That of its connection, if there is one.
    Own,
    /// None.
    Without,
    /// This one.
    Other(String),
}

/// A message as it is sent.
#[derive(Serialize)]
struct Message<'m> {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'m Value>,
    method: &'m str,
    #[serde(skip_serializing_if = "Value::is_null")]
    params: &'m Value,
}

/// A request in parts, each of which a probe can change.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) method: String,
    pub(crate) params: Value,
    pub(crate) id: Option<Value>,
    /// Replaces the body made of method, parameters and id.
    pub(crate) raw: Option<Bytes>,
    pub(crate) http_method: String,
    pub(crate) path: Option<String>,
    pub(crate) query: Option<String>,
    /// Header fields apart from credentials and session.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) credentials: Vec<(String, SecretString)>,
    pub(crate) session: SessionId,
    /// Reads a stream for so long, whether or not a response came.
    pub(crate) read_for: Option<Duration>,
    /// How long to read the answer at most.
    pub(crate) whole: Duration,
    /// How long to wait for the first byte; `None` for the usual limit.
    pub(crate) first_byte: Option<Duration>,
    /// Whether it may exceed the pace and the number of requests at the same time.
    pub(crate) burst: bool,
    /// Where what the server says unasked is kept, on a connection that this message opens.
    pub(crate) heard: Option<Arc<Heard>>,
}

impl Parts {
    /// A known-good request, or notification, of an era.
    pub(crate) fn new(era: &Era, method: &str, params: Value, identity: &ClientIdentity, shared: &Shared) -> Self {
        let mut headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("accept".to_owned(), "application/json, text/event-stream".to_owned()),
            ("user-agent".to_owned(), identity.user_agent.clone()),
        ];
        let mut params = params;
        // The handshake belongs to the revisions before, whatever else the server speaks.
        if era.modern && method != "initialize" {
            headers.push(("mcp-protocol-version".to_owned(), era.version.clone()));
            headers.push(("mcp-method".to_owned(), method.to_owned()));
            if let Some(name) = named_by(method, &params) {
                headers.push(("mcp-name".to_owned(), header_value(name)));
            }
            add_meta(&mut params, era, identity);
        } else if method != "initialize" && era.version.as_str() >= "2025-06-18" {
            headers.push(("mcp-protocol-version".to_owned(), era.version.clone()));
        }
        Self {
            method: method.to_owned(),
            params,
            id: (!method.starts_with("notifications/")).then(|| shared.next_id()),
            raw: None,
            http_method: "POST".to_owned(),
            path: None,
            query: None,
            headers,
            credentials: shared.credentials().to_vec(),
            session: if method == "initialize" { SessionId::Without } else { SessionId::Own },
            read_for: None,
            whole: shared.longest_exchange,
            first_byte: None,
            burst: false,
            heard: None,
        }
    }

    /// The opening request of the eras with a handshake.
    pub(crate) fn initialize(version: &str, identity: &ClientIdentity, shared: &Shared) -> Self {
        let era = Era { version: version.to_owned(), modern: false };
        let params = json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": identity.info() });
        Self::new(&era, "initialize", params, identity, shared)
    }

    /// The DELETE that ends a session of streamable HTTP.
    pub(crate) fn end_of_session(era: &Era, shared: &Shared) -> Self {
        let mut parts = Self::new(era, "", Value::Null, &ClientIdentity::default(), shared);
        parts.headers.retain(|(name, _)| name != "content-type");
        Self { http_method: "DELETE".to_owned(), id: None, ..parts }
    }

    /// The bytes to send.
    pub(crate) fn body(&self) -> Bytes {
        self.body_with(self.id.as_ref())
    }

    fn body_with(&self, id: Option<&Value>) -> Bytes {
        if let Some(raw) = &self.raw {
            return raw.clone();
        }
        if matches!(self.http_method.as_str(), "GET" | "HEAD" | "DELETE" | "OPTIONS") {
            return Bytes::new();
        }
        let message = Message { jsonrpc: "2.0", id, method: &self.method, params: &self.params };
        // JSON values can always be written.
        serde_json::to_vec(&message).unwrap_or_default().into()
    }

    /// Whether it is sent as the other is, but for its id.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let limits = |parts: &Self| (parts.read_for, parts.whole, parts.first_byte, parts.burst);
        self.all_headers(None) == other.all_headers(None)
            && self.session == other.session
            && (&self.path, &self.query, &self.http_method) == (&other.path, &other.query, &other.http_method)
            && self.body_with(None) == other.body_with(None)
            && limits(self) == limits(other)
            && self.heard.is_none()
    }

    /// The id that a response must have: that in a raw body, where this can be read; else our own.
    pub(crate) fn expected_id(&self) -> Option<Value> {
        let Some(raw) = &self.raw else { return self.id.clone() };
        match jsonrpc::parse(raw).unwrap_or_default().as_slice() {
            [message] => message.get("id").cloned().or_else(|| self.id.clone()),
            _ => self.id.clone(),
        }
    }

    /// How many responses a raw body asks for: one per request of a batch, and one for bytes that say nothing. `None`
    /// for messages of our own, whose response is known by its id.
    pub(crate) fn expected_responses(&self) -> Option<usize> {
        let raw = self.raw.as_ref()?;
        let messages = jsonrpc::parse(raw).unwrap_or_default();
        Some(messages.iter().filter(|message| message.get("id").is_some()).count().max(1))
    }

    /// What the records call it: the JSON-RPC method, or that of HTTP.
    pub(crate) fn label(&self) -> &str {
        if self.method.is_empty() { &self.http_method } else { &self.method }
    }

    /// All header fields, credentials included, with the session that the connection has.
    pub(crate) fn all_headers(&self, own_session: Option<&str>) -> Vec<(String, String)> {
        let session = match &self.session {
            SessionId::Own => own_session,
            SessionId::Without => None,
            SessionId::Other(id) => Some(id.as_str()),
        };
        let credentials = self.credentials.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
        let session = session.map(|id| ("mcp-session-id".to_owned(), id.to_owned()));
        credentials.chain(self.headers.iter().cloned()).chain(session).collect()
    }

    /// The request as evidence shows it: without anything secret, and without the header fields that every request has.
    pub(crate) fn template(&self, http: bool, shared: &Shared) -> String {
        // The number of a request differs from run to run and tells nothing.
        let id = self.id.clone().map(|id| if id.is_number() { json!(1) } else { id });
        let body = self.body_with(id.as_ref());
        let mut text = String::from_utf8_lossy(&body[..body.len().min(TEMPLATE_BODY)]).into_owned();
        if body.len() > TEMPLATE_BODY {
            text.push('…');
        }
        if !http {
            return shared.template(&text);
        }
        let mut head = format!("{} {}", self.http_method, self.path.as_deref().unwrap_or("{endpoint}"));
        if let Some(query) = &self.query {
            head = format!("{head}?{query}");
        }
        let credentials = self.credentials.iter().map(|(name, _)| (name.as_str(), "{{credential}}"));
        let telling = |(name, _): &(&str, &str)| !matches!(*name, "accept" | "user-agent");
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(telling);
        let session = matches!(self.session, SessionId::Other(_)).then_some(("mcp-session-id", "{{other session}}"));
        for (name, value) in credentials.chain(headers).chain(session) {
            head.extend(["\n", name, ": ", value]);
        }
        shared.template(&if text.is_empty() { head } else { format!("{head}\n\n{text}") })
    }

    /// Adds the header fields that mirror annotated parameters of a tool (`x-mcp-header`, 2026-07-28).
    pub(crate) fn mirror_parameters(&mut self, tool: &Tool) {
        let arguments = self.params.get("arguments");
        let mirrored = tool.parameters().filter_map(|(parameter, schema)| {
            let header = mirrored_header(schema)?;
            let value = match arguments?.get(parameter)? {
                Value::String(text) => header_value(text),
                Value::Bool(flag) => flag.to_string(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            };
            Some((header, value))
        });
        let mirrored: Vec<(String, String)> = mirrored.collect();
        self.headers.extend(mirrored);
    }

    /// Removes every header field of that name, credentials included.
    pub(crate) fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(field, _)| !field.eq_ignore_ascii_case(name));
        self.credentials.retain(|(field, _)| !field.eq_ignore_ascii_case(name));
        if name.eq_ignore_ascii_case("mcp-session-id") {
            self.session = SessionId::Without;
        }
    }

    /// Sets or removes a key of `_meta`.
    pub(crate) fn set_meta(&mut self, key: &str, value: Option<Value>) {
        if !self.params.is_object() {
            self.params = json!({});
        }
        let Some(params) = self.params.as_object_mut() else { return };
        let Some(meta) = params.entry("_meta").or_insert_with(|| json!({})).as_object_mut() else { return };
        match value {
            Some(value) => drop(meta.insert(key.to_owned(), value)),
            None => drop(meta.shift_remove(key)),
        }
    }
}

fn add_meta(params: &mut Value, era: &Era, identity: &ClientIdentity) {
    if params.is_null() {
        *params = json!({});
    }
    let Some(params) = params.as_object_mut() else { return };
    let Some(meta) = params.entry("_meta").or_insert_with(|| json!({})).as_object_mut() else { return };
    meta.insert(META_VERSION.to_owned(), json!(era.version));
    meta.insert(META_CLIENT.to_owned(), identity.info());
    meta.insert(META_CAPABILITIES.to_owned(), json!({}));
}

/// What `Mcp-Name` repeats.
fn named_by<'p>(method: &str, params: &'p Value) -> Option<&'p str> {
    match method {
        "tools/call" | "prompts/get" => params.get("name")?.as_str(),
        "resources/read" => params.get("uri")?.as_str(),
        _ => None,
    }
}

/// The header field that repeats a parameter, if its schema is validly annotated.
pub(crate) fn mirrored_header(schema: &Value) -> Option<String> {
    let name = schema.get("x-mcp-header")?.as_str()?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_token)).then(|| format!("mcp-param-{}", name.to_ascii_lowercase()))
}

/// A value as header fields carry it: what is not plain visible ASCII, or could be mistaken for an encoded one, is
/// encoded.
pub(crate) fn header_value(text: &str) -> String {
    let plain =
        text.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) && text.trim() == text && !text.starts_with("=?base64?");
    if plain { text.to_owned() } else { format!("=?base64?{}?=", STANDARD.encode(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Options;

    fn shared() -> Shared {
        Shared::new(
            &Options::default(),
            vec![("Authorization".to_owned(), "Bearer very-secret".to_owned().into())],
            Vec::new(),
        )
    }

    fn parts(version: &str, method: &str, params: Value, shared: &Shared) -> Parts {
        let era = Era { version: version.to_owned(), modern: version == MODERN };
        Parts::new(&era, method, params, &ClientIdentity::default(), shared)
    }

    fn field<'p>(parts: &'p Parts, name: &str) -> Option<&'p str> {
        parts.headers.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn each_era_gets_its_own_headers_and_meta() {
        let shared = shared();
        let call = parts(MODERN, "tools/call", json!({ "name": "grüße", "arguments": {} }), &shared);
        assert_eq!(field(&call, "mcp-protocol-version"), Some(MODERN));
        assert_eq!(field(&call, "mcp-method"), Some("tools/call"));
        assert_eq!(field(&call, "mcp-name"), Some("=?base64?Z3LDvMOfZQ==?="));
        assert_eq!(call.params["_meta"][META_VERSION], MODERN);
        assert_eq!(call.params["_meta"][META_CAPABILITIES], json!({}));

        let legacy = parts("2025-11-25", "tools/list", Value::Null, &shared);
        assert_eq!(field(&legacy, "mcp-protocol-version"), Some("2025-11-25"));
        assert_eq!((field(&legacy, "mcp-method"), &legacy.params), (None, &Value::Null));
        assert_eq!(field(&parts("2025-03-26", "tools/list", Value::Null, &shared), "mcp-protocol-version"), None);
        assert!(parts("2025-03-26", "notifications/initialized", Value::Null, &shared).id.is_none());
    }

    #[test]
    fn a_template_shows_the_mutation_and_no_secret() {
        let shared = shared();
        shared.remember_canary("mcpaABCDEFGH");
        shared.remember_session("session-1");
        let mut call = parts(
            MODERN,
            "tools/call",
            json!({ "name": "echo", "arguments": { "text": "mcpaABCDEFGH very-secret" } }),
            &shared,
        );
        call.headers.push(("origin".to_owned(), "https://evil.example".to_owned()));
        call.session = SessionId::Other("session-1".to_owned());
        let template = call.template(true, &shared);
        assert!(
            template.contains("origin: https://evil.example") && template.contains("{{canary}} {{credential}}"),
            "{template}"
        );
        assert!(!template.contains("very-secret") && !template.contains("session-1"), "{template}");
        assert!(call.all_headers(None).contains(&("Authorization".to_owned(), "Bearer very-secret".to_owned())));
    }

    #[test]
    fn annotated_parameters_are_mirrored() {
        let shared = shared();
        let tool: Tool = serde_json::from_value(json!({
            "name": "query", "title": null, "description": null, "output_schema": null, "annotations": null, "raw": null, "class": "read",
            "input_schema": { "properties": { "region": { "x-mcp-header": "Region" }, "bad": { "x-mcp-header": "a b" }, "plain": {} } }
        }))
        .expect("a tool");
        let mut call = parts(
            MODERN,
            "tools/call",
            json!({ "name": "query", "arguments": { "region": "eu", "bad": "x", "plain": "y" } }),
            &shared,
        );
        call.mirror_parameters(&tool);
        let mirrored: Vec<_> = call.headers.iter().filter(|(name, _)| name.starts_with("mcp-param-")).collect();
        assert_eq!(mirrored, [&("mcp-param-region".to_owned(), "eu".to_owned())]);
    }

    #[test]
    fn removing_a_header_removes_the_credential_of_that_name() {
        let shared = shared();
        let mut list = parts(MODERN, "tools/list", Value::Null, &shared);
        list.remove_header("authorization");
        assert!(list.credentials.is_empty());
        list.set_meta(META_VERSION, None);
        assert!(list.params["_meta"].get(META_VERSION).is_none());
    }
}
