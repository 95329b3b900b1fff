//! Streamable HTTP, stateless and with sessions, behind every guard that a server should have.

mod limits;
mod listening;
mod resumption;
mod session;
mod stateless;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use crate::access::{Credential, Limiter, Place, single};
use crate::answer::{Application, Caller, MODERN, Outcome};
use crate::flaw::Flaw;
use crate::issuer::Registered;
use crate::schema::violation;
use crate::server::{Protocol, Server};
use crate::sessions::Sessions;
use crate::tokens::Principal;
use crate::tool::Tool;
use crate::{json, metadata, pages, sse};

/// Longer messages are refused.
const MAX_BODY_BYTES: usize = 256 << 10;
const REVISION: &str = "mcp-protocol-version";
const META_REVISION: &str = "io.modelcontextprotocol/protocolVersion";

/// A server at its place on the network.
pub(crate) struct Endpoint {
    pub(crate) application: Application,
    pub(crate) place: Place,
    pub(crate) streams: sse::Streams,
    sessions: Sessions,
    clients: Registered,
    limiter: Limiter,
    events: resumption::Events,
    /// The streams that may still be opened.
    open_streams: Arc<tokio::sync::Semaphore>,
    /// Held by the one request that is worked on, where there is one at a time.
    turn: tokio::sync::Mutex<()>,
    /// The arguments of calls by their number, where all clients share them.
    arguments: tokio::sync::Mutex<BTreeMap<String, Value>>,
}

impl Endpoint {
    pub(crate) fn new(server: Server, place: Place) -> Self {
        Self {
            sessions: if server.has(Flaw::UnlimitedSessions) { Sessions::unlimited() } else { Sessions::default() },
            open_streams: Arc::new(tokio::sync::Semaphore::new(server.streams_at_a_time)),
            application: Application::new(server),
            place,
            streams: sse::Streams::default(),
            clients: Registered::default(),
            limiter: Limiter::default(),
            events: resumption::Events::default(),
            turn: tokio::sync::Mutex::default(),
            arguments: tokio::sync::Mutex::default(),
        }
    }

    pub(crate) fn server(&self) -> &Server {
        &self.application.server
    }

    /// Whether this time the guard lets in a request whose token it should refuse. Whoever got a session stays in it.
    fn lets_in(&self, headers: &HeaderMap) -> bool {
        let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = format!("{} {}", of("authorization"), of("mcp-method"));
        self.server().has(Flaw::GuardsAtTimes) && headers.contains_key("mcp-session-id")
            || self.wavers(Flaw::GuardsAtTimes, &kind)
    }

    fn wavers(&self, flaw: Flaw, kind: &str) -> bool {
        self.application.wavers(flaw, kind)
    }
}

/// The routes of a server. They are matched exactly, so that no other spelling of a path leads past a guard.
pub(crate) fn router(endpoint: Arc<Endpoint>) -> Router {
    Router::new().fallback(serve).with_state(endpoint)
}

async fn serve(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    let (parts, mut body) = request.into_parts();
    let (headers, uri) = (&parts.headers, &parts.uri);
    let server = endpoint.server();
    if !server.has(Flaw::HostUnchecked) && !endpoint.place.accepts_host(headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if parts.method == Method::OPTIONS && server.has(Flaw::OriginReflected) {
        return preflight(headers);
    }
    let ignores_origin = server.has(Flaw::OriginUnchecked)
        || (server.has(Flaw::LegacyOriginUnchecked) && !headers.contains_key("mcp-method"));
    if !ignores_origin && !endpoint.place.accepts_origin(headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if parts.method == Method::GET
        && let Some(document) = metadata::document(&endpoint, uri.path())
    {
        return answer_json(200, &document);
    }
    if server.guarded && uri.path().ends_with("/authorize") && endpoint.wavers(Flaw::UnsteadyAuthorization, "") {
        return (StatusCode::OK, Html("<!doctype html><title>Login</title>")).into_response();
    }
    if server.guarded {
        match server.issuer.answer(&endpoint.place.origin, &endpoint.clients, &parts, body).await {
            Ok(answer) => return answer,
            Err(unread) => body = unread,
        }
    }
    if parts.method == Method::GET
        && let Some(page) = pages::page(&endpoint.application, uri.path())
    {
        return page;
    }
    let is_sse = server.protocol == Protocol::Sse;
    match uri.path() {
        "/mcp" if !is_sse => {}
        "/sse" if server.has(Flaw::UnguardedTwin) => {}
        "/sse" | "/messages" if is_sse => {}
        _ => return StatusCode::NOT_FOUND.into_response(),
    }
    let credential = endpoint.place.credential(server, headers, uri);
    let may_list = credential == Credential::Missing && server.has(Flaw::ListsOpen);
    let may_prompt = credential == Credential::Missing && server.has(Flaw::PromptsUnguarded);
    let principal = match credential {
        Credential::Valid(principal) => principal,
        _ if may_list || may_prompt || endpoint.lets_in(headers) => Principal::Owner,
        Credential::Invalid if !limits::admits_guess(&endpoint) => {
            return limits::too_often(&Value::Null, "wrong tokens");
        }
        _ => return metadata::challenge(&endpoint, credential, headers),
    };
    server.think().await;
    match (is_sse, parts.method.clone()) {
        (true, Method::GET) if uri.path() == "/sse" => sse::open(&endpoint, principal),
        (true, Method::POST) if uri.path() == "/messages" => match read(server, headers, body).await {
            Ok(message) => sse::post(&endpoint, uri, principal, &message),
            Err(refusal) => refusal,
        },
        (false, Method::POST) => match read(server, headers, body).await {
            Ok(message)
                if may_list && message["method"] == "tools/call"
                    || may_prompt && message["method"] != "prompts/get" =>
            {
                metadata::challenge(&endpoint, credential, headers)
            }
            Ok(message) => {
                if let Some(stream) = listening::listen(&endpoint, &message) {
                    return stream;
                }
                let _turn = turn(&endpoint, &message).await;
                let message = shared_arguments(&endpoint, message).await;
                told(&endpoint, headers, &message, dispatch(&endpoint, headers, principal, &message)).await
            }
            Err(refusal) => refusal,
        },
        (false, Method::GET) if server.has(Flaw::MessagesOverGet) => answer_query(&endpoint, uri),
        (false, Method::GET) if server.is_resumable => resumption::resume(&endpoint, headers),
        (false, Method::DELETE) if server.protocol != Protocol::Modern => session::end(&endpoint, headers),
        _ => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST, DELETE")]).into_response(),
    }
}

/// Waits for the request before, and works on a call, where there is one at a time.
async fn turn<'e>(endpoint: &'e Endpoint, message: &Value) -> Option<tokio::sync::MutexGuard<'e, ()>> {
    const WORK: Duration = Duration::from_millis(40);
    if !endpoint.server().has(Flaw::OneAtATime) {
        return None;
    }
    let turn = endpoint.turn.lock().await;
    if message["method"] == "tools/call" {
        tokio::time::sleep(WORK).await;
    }
    Some(turn)
}

/// Reads a message, if it comes as one should.
async fn read(server: &Server, headers: &HeaderMap, body: Body) -> Result<Value, Response> {
    let is_json = matches!(single(headers, "content-type"), Ok(Some(kind)) if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")));
    if !is_json && !server.has(Flaw::AnyContentType) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
    }
    let accepted: String = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if server.protocol != Protocol::Sse
        && !(accepted.contains("application/json") && accepted.contains("text/event-stream"))
    {
        return Err(StatusCode::NOT_ACCEPTABLE.into_response());
    }
    let most = if server.has(Flaw::AnySize) { usize::MAX } else { MAX_BODY_BYTES };
    let Ok(body) = to_bytes(body, most).await else {
        return Err(StatusCode::PAYLOAD_TOO_LARGE.into_response());
    };
    let status = if server.has(Flaw::FailsOnMalformedJson) { 500 } else { 400 };
    if server.has(Flaw::LooseMessages)
        && let Ok(message) = serde_json::from_slice(&body)
    {
        return Ok(message);
    }
    json::parse(&body)
        .map_err(|_| refuse(&Value::Null, Outcome::failure(status, -32700, "the body is not one JSON message")))
}

/// Puts a notice in front of the answer to a call, where the server gives any: both are events of a stream then. Where
/// streams are endless, a step that leads nowhere follows the other instead of the answer to a sound call.
async fn told(endpoint: &Endpoint, headers: &HeaderMap, message: &Value, answer: Response) -> Response {
    const STEP: Duration = Duration::from_millis(100);
    let server = endpoint.server();
    if message["method"] != "tools/call" || answer.status() != StatusCode::OK {
        return answer;
    }
    let is_valid = |tool: &Tool| violation(tool.schema(), &message["params"]["arguments"]).is_none();
    let runs = server.tools.iter().any(|tool| message["params"]["name"] == tool.name() && is_valid(tool));
    if server.has(Flaw::EndlessStream) && runs {
        return sse::lasting(stream::unfold(1_u64, |step| async move {
            tokio::time::sleep(STEP).await;
            let params = json!({ "progressToken": "call", "progress": step });
            Some((json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": params }), step + 1))
        }));
    }
    let question = runs.then(|| question(endpoint, headers, message)).flatten();
    let Some(notice) = question.or_else(|| server.notice.clone()) else { return answer };
    let Ok(body) = to_bytes(answer.into_body(), usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let notices = format!("data: {notice}\n\n").repeat(server.notices);
    let events = [notices.as_bytes(), b"data: ", &body, b"\n\n"].concat();
    ([(header::CONTENT_TYPE, "text/event-stream")], events).into_response()
}

/// What a tool asks the client of a session in the middle of its answer.
fn question(endpoint: &Endpoint, headers: &HeaderMap, message: &Value) -> Option<Value> {
    let session = endpoint.sessions.get(single(headers, "mcp-session-id").ok()??)?;
    let tool = endpoint.server().tools.iter().find(|tool| message["params"]["name"] == tool.name())?;
    let question = tool.question.as_ref().filter(|question| question.suits(&session.capabilities))?;
    Some(question.message())
}

/// Where arguments are shared, a call finds those of whichever call of the same number came last.
async fn shared_arguments(endpoint: &Endpoint, mut message: Value) -> Value {
    const WORK: Duration = Duration::from_millis(20);
    if endpoint.server().has(Flaw::SharedArguments) && message["method"] == "tools/call" {
        let number = message["id"].to_string();
        endpoint.arguments.lock().await.insert(number.clone(), message["params"]["arguments"].clone());
        tokio::time::sleep(WORK).await;
        message["params"]["arguments"] = endpoint.arguments.lock().await.get(&number).cloned().unwrap_or_default();
    }
    message
}

/// A request or notification, checked for its shape.
pub(crate) struct Message<'m> {
    /// `None` for a notification.
    pub(crate) id: Option<&'m Value>,
    pub(crate) method: &'m str,
    pub(crate) params: &'m Value,
}

/// Checks the shape of a message. A response of the client is no message that anybody here waits for.
pub(crate) fn message(value: &Value) -> Result<Message<'_>, Outcome> {
    static NO_PARAMS: Value = Value::Null;
    let malformed = |reason: &str| Outcome::failure(400, -32600, reason);
    let Some(members) = value.as_object() else { return Err(malformed("one message is expected, not a batch")) };
    if members.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(malformed("the message is not of JSON-RPC 2.0"));
    }
    let Some(method) = members.get("method").and_then(Value::as_str) else {
        return Err(malformed("the message has no method"));
    };
    let id = members.get("id");
    if id.is_some_and(|id| !id.is_string() && !id.is_i64() && !id.is_u64()) {
        return Err(malformed("the id must be a string or an integer"));
    }
    let params = members.get("params").unwrap_or(&NO_PARAMS);
    if !params.is_object() && !params.is_null() {
        return Err(malformed("the parameters must be an object"));
    }
    Ok(Message { id, method, params })
}

/// Executes the method that a query names.
fn answer_query(endpoint: &Endpoint, uri: &Uri) -> Response {
    let Some(method) = query(uri, "method") else { return StatusCode::METHOD_NOT_ALLOWED.into_response() };
    let method = method.replace("%2F", "/");
    refuse(&json!(1), endpoint.application.answer(&Caller::default(), &method, &json!({})))
}

/// Takes whatever has a method for a message.
fn loosely(value: &Value) -> Option<Message<'_>> {
    static NO_PARAMS: Value = Value::Null;
    let params = value.get("params").unwrap_or(&NO_PARAMS);
    let params = params.get(0).unwrap_or(params);
    Some(Message { id: value.get("id"), method: value.get("method")?.as_str()?, params })
}

fn dispatch(endpoint: &Endpoint, headers: &HeaderMap, principal: Principal, value: &Value) -> Response {
    if let (Some(batch), true) = (value.as_array(), endpoint.server().has(Flaw::AnswersBatches)) {
        let answer = |value| {
            message(value).ok().and_then(|message| {
                Some(
                    endpoint
                        .application
                        .answer(&Caller::default(), message.method, message.params)
                        .response(message.id?)
                        .1,
                )
            })
        };
        return answer_json(200, &batch.iter().filter_map(answer).collect());
    }
    let loose = endpoint.server().has(Flaw::LooseMessages).then(|| loosely(value)).flatten();
    let message = match loose.map_or_else(|| message(value), Ok) {
        Ok(message) => message,
        Err(outcome) => return refuse(&Value::Null, outcome),
    };
    let one = json!(1);
    let loses_id = endpoint.server().has(Flaw::LosesTextIds) && message.id.is_some_and(Value::is_string);
    let message = if loses_id { Message { id: Some(&one), ..message } } else { message };
    if let Some(refusal) = limits::throttle(endpoint, headers, &message) {
        return refusal;
    }
    let is_modern = match endpoint.server().protocol {
        Protocol::Modern => true,
        Protocol::Legacy | Protocol::Sse => false,
        Protocol::Both => {
            let named = single(headers, REVISION).ok().flatten() == Some(MODERN);
            named || headers.contains_key("mcp-method") || message.params["_meta"].get(META_REVISION).is_some()
        }
    };
    if is_modern {
        stateless::answer(endpoint, headers, principal, &message)
    } else {
        session::answer(endpoint, headers, principal, &message)
    }
}

/// Who the client says it is; a role in `_meta` counts as a name.
fn claimed(client: &Value, params: &Value) -> String {
    let meta = params["_meta"].as_object();
    let role =
        meta.into_iter().flatten().find_map(|(key, value)| key.ends_with("role").then(|| value.as_str()).flatten());
    role.or_else(|| client["name"].as_str()).unwrap_or_default().to_owned()
}

/// Allows whoever asks to read answers, with credentials.
fn preflight(headers: &HeaderMap) -> Response {
    let origin = headers.get(header::ORIGIN).cloned().unwrap_or(HeaderValue::from_static("*"));
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type")),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// An outcome as a response of HTTP.
fn refuse(id: &Value, outcome: Outcome) -> Response {
    let (status, body) = outcome.response(id);
    let mut response = answer_json(status, &body);
    if status == 403 {
        let challenge = HeaderValue::from_static("Bearer error=\"insufficient_scope\", scope=\"notes:write\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

pub(crate) fn answer_json(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body.to_string())
        .into_response()
}

/// The value of a query parameter.
pub(crate) fn query<'u>(uri: &'u Uri, name: &str) -> Option<&'u str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}
