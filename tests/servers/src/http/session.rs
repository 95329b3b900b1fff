//! The revisions with a handshake and sessions.

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::resumption::numbered;
use super::{Endpoint, Message, REVISION, claimed, refuse};
use crate::access::single;
use crate::answer::{Caller, Outcome};
use crate::flaw::Flaw;
use crate::sessions::Session;
use crate::tokens::Principal;

pub(super) const SESSION: &str = "mcp-session-id";

pub(super) fn answer(
    endpoint: &Endpoint,
    headers: &HeaderMap,
    principal: Principal,
    message: &Message<'_>,
) -> Response {
    let server = endpoint.server();
    let id = message.id.unwrap_or(&Value::Null);
    if message.method == "initialize" {
        return open(endpoint, headers, principal, message);
    }
    let given = single(headers, SESSION).ok().flatten();
    let is_bound = |session: &Session| {
        session.principal == principal || server.has(Flaw::SessionsUnbound) || server.has(Flaw::SessionSuffices)
    };
    let session = given.and_then(|given| endpoint.sessions.get(given)).filter(is_bound);
    let session = match (given, session) {
        (_, Some(session)) => session,
        (None, None) if server.has(Flaw::NoHandshake) => Session { is_ready: true, ..Session::default() },
        (None, None) => {
            return refuse(id, Outcome::failure(400, -32600, "a session is needed: send `initialize` first"));
        }
        (Some(_), None) => return refuse(id, Outcome::failure(404, -32600, "this session does not exist")),
    };
    match single(headers, REVISION) {
        Ok(None) => {}
        Ok(Some(revision))
            if revision == session.revision || session.revision.is_empty() || server.has(Flaw::AnyRevision) => {}
        _ => return refuse(id, Outcome::failure(400, -32600, "this is not the protocol version of the session")),
    }
    if message.id.is_none() {
        if message.method == "notifications/initialized" {
            endpoint.sessions.make_ready(given.unwrap_or_default());
        }
        return StatusCode::ACCEPTED.into_response();
    }
    if !session.is_ready && message.method != "ping" {
        return refuse(
            id,
            Outcome::failure(400, -32600, "the handshake is not finished: send `notifications/initialized`"),
        );
    }
    let client = claimed(&json!({ "name": session.client }), message.params);
    let caller = Caller { modern: false, client, principal, capabilities: session.capabilities };
    let outcome = endpoint.application.answer(&caller, message.method, message.params);
    if let (true, Some(session), Outcome::Result(_)) = (server.is_resumable, given, &outcome) {
        return numbered(endpoint, session, &outcome.response(id).1);
    }
    refuse(id, outcome)
}

fn open(endpoint: &Endpoint, headers: &HeaderMap, principal: Principal, message: &Message<'_>) -> Response {
    let Some(id) = message.id else {
        return refuse(&Value::Null, Outcome::failure(400, -32600, "`initialize` needs an id"));
    };
    let result = endpoint.application.initialize(message.params);
    let session = Session {
        revision: result["protocolVersion"].as_str().unwrap_or_default().to_owned(),
        client: message.params["clientInfo"]["name"].as_str().unwrap_or_default().to_owned(),
        principal,
        capabilities: message.params["capabilities"].clone(),
        ..Session::default()
    };
    let adopted = single(headers, SESSION).ok().flatten().filter(|_| endpoint.server().has(Flaw::AdoptedSessions));
    let session_id = match adopted {
        Some(given) => endpoint.sessions.open_as(given.to_owned(), session),
        None if endpoint.server().has(Flaw::NumberedSessions) => endpoint.sessions.open_numbered(session),
        None => endpoint.sessions.open(session),
    };
    let mut response = refuse(id, Outcome::Result(result));
    if let Ok(value) = HeaderValue::from_str(&session_id) {
        response.headers_mut().insert(SESSION, value);
    }
    response
}

/// Ends a session.
pub(super) fn end(endpoint: &Endpoint, headers: &HeaderMap) -> Response {
    let Ok(Some(id)) = single(headers, SESSION) else { return StatusCode::BAD_REQUEST.into_response() };
    let was_open = if endpoint.server().has(Flaw::ImmortalSessions) {
        endpoint.sessions.get(id).is_some()
    } else {
        endpoint.sessions.end(id)
    };
    if was_open { StatusCode::NO_CONTENT.into_response() } else { StatusCode::NOT_FOUND.into_response() }
}
