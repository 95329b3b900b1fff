//! OAuth: the challenge of a guarded server, and the documents by which a client finds its issuer.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::access::{Credential, single};
use crate::flaw::Flaw;
use crate::http::{Endpoint, answer_json};
use crate::server::Server;

const SCOPE: &str = "notes:read";
const DOCUMENT: &str = "/.well-known/oauth-protected-resource";

/// The metadata document at a path. Only guarded servers have any.
pub(crate) fn document(endpoint: &Endpoint, path: &str) -> Option<Value> {
    let server = endpoint.server();
    if !server.guarded {
        return None;
    }
    let origin = &endpoint.place.origin;
    match path {
        path if names_resource(path, server) && server.has(Flaw::NoResourceMetadata) => None,
        path if names_resource(path, server) => {
            let own = server.issuer.identifier(origin);
            let issuer = if server.has(Flaw::PlainIssuer) { "http://login.example" } else { &own };
            let mut document = json!({
                "resource": format!("{origin}{}", server.path()),
                "authorization_servers": [issuer],
                "scopes_supported": [scope(endpoint)],
                "bearer_methods_supported": ["header"],
            });
            if server.has(Flaw::ForeignResource) {
                document["resource"] = json!("https://other.example/mcp");
            }
            if server.has(Flaw::NamelessResource) {
                document["resource"] = Value::Null;
            }
            Some(document)
        }
        _ => server.issuer.document(origin, path, scope(endpoint)),
    }
}

/// Whether a path is that of the server's resource metadata: for the whole origin, or with the path of the endpoint.
fn names_resource(path: &str, server: &Server) -> bool {
    path.strip_prefix(DOCUMENT).is_some_and(|rest| rest.is_empty() || rest == server.path())
}

fn scope(endpoint: &Endpoint) -> &'static str {
    if endpoint.server().has(Flaw::OmnibusScope) { "admin" } else { SCOPE }
}

/// Refuses a request for its credential, in the same words whatever is wrong with it.
pub(crate) fn challenge(endpoint: &Endpoint, credential: Credential, headers: &HeaderMap) -> Response {
    let server = endpoint.server();
    if server.has(Flaw::LoginRedirect) {
        return (StatusCode::FOUND, [(header::LOCATION, "https://login.example/")]).into_response();
    }
    let mut parameters = vec![format!("scope=\"{}\"", scope(endpoint))];
    let mut error = "unauthorized".to_owned();
    if credential == Credential::Invalid {
        parameters.push("error=\"invalid_token\"".to_owned());
        "invalid_token".clone_into(&mut error);
        if server.has(Flaw::RefusalEchoes) {
            let given = single(headers, header::AUTHORIZATION.as_str()).ok().flatten().unwrap_or_default();
            error = format!("unknown credential {given}");
        }
    }
    if !server.has(Flaw::NoResourceMetadata) {
        parameters.push(format!("resource_metadata=\"{}{DOCUMENT}{}\"", endpoint.place.origin, server.path()));
    }
    let succeeds = credential == Credential::Invalid && server.has(Flaw::RefusesWithSuccess);
    let mut response = answer_json(if succeeds { 200 } else { 401 }, &json!({ "error": error }));
    match HeaderValue::from_str(&format!("Bearer {}", parameters.join(", "))) {
        Ok(value) => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
