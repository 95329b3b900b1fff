//! OAuth: the challenge of a guarded server, and the documents by which a client finds its issuer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::access::{Credential, Place};
use crate::http::{Endpoint, answer_json};

const SCOPE: &str = "notes:read";

/// The metadata document at a path. Only guarded servers have any.
pub(crate) fn document(endpoint: &Endpoint, path: &str) -> Option<Value> {
    if !endpoint.server().guarded {
        return None;
    }
    let origin = &endpoint.place.origin;
    match path {
        "/.well-known/oauth-protected-resource" | "/.well-known/oauth-protected-resource/mcp" => Some(json!({
            "resource": format!("{origin}/mcp"),
            "authorization_servers": [origin],
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
        })),
        "/.well-known/oauth-authorization-server" | "/.well-known/openid-configuration" => Some(json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/jwks"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": [SCOPE],
            "authorization_response_iss_parameter_supported": true,
        })),
        _ => None,
    }
}

/// Refuses a request for its credential, in the same words whatever is wrong with it.
pub(crate) fn challenge(place: &Place, credential: Credential) -> Response {
    let metadata =
        format!("resource_metadata=\"{}/.well-known/oauth-protected-resource/mcp\", scope=\"{SCOPE}\"", place.origin);
    let (value, error) = match credential {
        Credential::Invalid => (format!("Bearer error=\"invalid_token\", {metadata}"), "invalid_token"),
        Credential::Missing | Credential::Valid => (format!("Bearer {metadata}"), "unauthorized"),
    };
    let mut response = answer_json(StatusCode::UNAUTHORIZED.as_u16(), &json!({ "error": error }));
    match HeaderValue::from_str(&value) {
        Ok(value) => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
