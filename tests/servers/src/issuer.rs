//! The authorization server beside a guarded server, at the same origin: metadata, registration of clients (RFC 7591) and
//! their removal (RFC 7592), and the page at which a user would agree. It never issues a code or a token.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::answer::random_id;
use crate::client;
use crate::http::answer_json;

/// Longer registrations are refused.
const MAX_BODY_BYTES: usize = 16 << 10;
/// The other provider, where users are forwarded to one.
const PROVIDER: &str = "https://accounts.provider.example/authorize?client_id=small-office&response_type=code";

/// An authorization server. Sound unless told otherwise.
#[derive(Debug, Clone, Default)]
pub struct Issuer {
    /// Its path below the origin: `/tenants/a`.
    pub(crate) path: &'static str,
    /// Where its metadata is.
    pub(crate) place: WellKnown,
    /// Members of its metadata that are replaced; `Null` leaves one out. `{origin}` stands for the origin.
    pub(crate) members: Vec<(&'static str, Value)>,
    /// Which redirects it registers.
    pub(crate) registers: Redirects,
    /// Which redirects of a request it takes for the registered one.
    pub(crate) matches: Redirects,
    /// What it does before the user agreed.
    pub(crate) consent: Consent,
    /// Whose metadata it fetches where a client id is an address.
    pub(crate) fetches: Clients,
}

/// Where metadata is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum WellKnown {
    /// Where RFC 8414 and where OpenID Connect has it.
    #[default]
    Both,
    /// Only behind the path of the issuer, where OpenID Connect has it.
    OpenId,
    /// Nowhere.
    Nowhere,
}

/// How carefully redirects are looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// Only sound ones, and only the very same.
    #[default]
    Exact,
    /// All, and all that begin alike.
    Any,
}

/// What happens between a request for authorization and the login.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Consent {
    /// A page names the client.
    #[default]
    Page,
    /// The user is forwarded to the other provider, whatever the client is.
    Forwarded,
}

/// Which clients may have an address for an id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Clients {
    /// Those at public https addresses. None of them can be reached from here.
    #[default]
    Public,
    /// Those at any address.
    Anywhere,
}

/// The clients that are registered, by id: redirect, and the token to manage them.
#[derive(Debug, Default)]
pub(crate) struct Registered(Mutex<BTreeMap<String, (String, String)>>);

impl Registered {
    fn clients(&self) -> MutexGuard<'_, BTreeMap<String, (String, String)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Issuer {
    /// Its identifier.
    pub(crate) fn identifier(&self, origin: &str) -> String {
        format!("{origin}{}", self.path)
    }

    /// The metadata document at a path.
    pub(crate) fn document(&self, origin: &str, path: &str, scope: &str) -> Option<Value> {
        let appended = format!("{}/.well-known/openid-configuration", self.path);
        let inserted = ["oauth-authorization-server", "openid-configuration"]
            .map(|name| format!("/.well-known/{name}{}", self.path));
        let is_there = match self.place {
            WellKnown::Both => inserted.iter().any(|place| path == place) || path == appended,
            WellKnown::OpenId => path == appended,
            WellKnown::Nowhere => false,
        };
        is_there.then(|| self.metadata(origin, scope))
    }

    fn metadata(&self, origin: &str, scope: &str) -> Value {
        let issuer = self.identifier(origin);
        let mut metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "registration_endpoint": format!("{issuer}/clients"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": [scope],
            "authorization_response_iss_parameter_supported": true,
            "client_id_metadata_document_supported": true,
        });
        for (name, value) in &self.members {
            match value {
                Value::Null => {
                    metadata.as_object_mut().map(|members| members.remove(*name));
                }
                Value::String(text) => metadata[*name] = json!(text.replace("{origin}", origin)),
                other => metadata[*name] = other.clone(),
            }
        }
        metadata
    }

    /// The answer to a request, where it is one of an endpoint.
    pub(crate) async fn answer(
        &self,
        origin: &str,
        registered: &Registered,
        parts: &Parts,
        body: Body,
    ) -> Result<Response, Body> {
        let path = parts.uri.path().strip_prefix(self.path).unwrap_or_default();
        Ok(match (parts.method.clone(), path) {
            (Method::GET, "/authorize") => self.authorize(origin, registered, &parts.uri),
            (Method::POST, "/clients") => {
                let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
                self.register(origin, registered, &serde_json::from_slice(&body).unwrap_or_default())
            }
            (Method::DELETE, path) => match path.strip_prefix("/clients/") {
                Some(id) => remove(registered, id, &parts.headers),
                None => return Err(body),
            },
            _ => return Err(body),
        })
    }

    fn register(&self, origin: &str, registered: &Registered, client: &Value) -> Response {
        let redirects = &client["redirect_uris"];
        let redirect = match redirects.as_array().map(Vec::as_slice) {
            Some([Value::String(redirect)]) if self.registers == Redirects::Any || is_sound(redirect) => redirect,
            _ => return answer_json(400, &json!({ "error": "invalid_redirect_uri" })),
        };
        let (id, token) = (random_id(), random_id());
        registered.clients().insert(id.clone(), (redirect.clone(), token.clone()));
        let registration = json!({
            "client_id": id,
            "client_name": client["client_name"],
            "redirect_uris": redirects,
            "token_endpoint_auth_method": "none",
            "registration_client_uri": format!("{}/clients/{id}", self.identifier(origin)),
            "registration_access_token": token,
        });
        answer_json(201, &registration)
    }

    fn authorize(&self, origin: &str, registered: &Registered, uri: &Uri) -> Response {
        let Ok(Query(query)) = Query::<BTreeMap<String, String>>::try_from_uri(uri) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let parameter = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let (client, redirect) = (parameter("client_id"), parameter("redirect_uri"));
        let Some((known, _)) = registered.clients().get(client).cloned() else {
            self.fetch(client);
            return page(StatusCode::BAD_REQUEST, "This client is not known.");
        };
        let is_same = redirect == known || (self.matches == Redirects::Any && redirect.starts_with(&known));
        if !is_same {
            return page(StatusCode::BAD_REQUEST, "This redirect is not registered.");
        }
        let issuer = self.identifier(origin);
        if parameter("prompt") == "none" {
            let back = format!("{redirect}?error=login_required&iss={issuer}&state={}", parameter("state"));
            return found(&back);
        }
        match self.consent {
            Consent::Page => page(StatusCode::OK, "Do you want to let this client read your notes?"),
            Consent::Forwarded => found(&format!("{PROVIDER}&redirect_uri={issuer}/callback&state={}", random_id())),
        }
    }

    /// Asks a client for its metadata, which no client of a test has.
    fn fetch(&self, client: &str) {
        if self.fetches == Clients::Anywhere
            && let Some(("127.0.0.1" | "localhost", port, path)) = client::parts(client)
        {
            client::get(port, path, "");
        }
    }
}

/// Whether a redirect keeps a code from others: https, or this machine, and one exact address.
fn is_sound(redirect: &str) -> bool {
    let is_local = ["http://127.0.0.1:", "http://localhost:"].iter().any(|start| redirect.starts_with(start));
    (redirect.starts_with("https://") || is_local) && !redirect.contains(['*', '#'])
}

fn remove(registered: &Registered, id: &str, headers: &HeaderMap) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let mut clients = registered.clients();
    if clients.get(id).is_none_or(|(_, token)| given != Some(token)) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    clients.remove(id);
    StatusCode::NO_CONTENT.into_response()
}

fn page(status: StatusCode, text: &str) -> Response {
    (status, Html(format!("<!doctype html><title>Login</title><p>{text}"))).into_response()
}

fn found(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_redirects_that_keep_a_code_are_sound() {
        for sound in ["https://client.example.com/a", "http://127.0.0.1:9000/a", "http://localhost:9000/a"] {
            assert!(is_sound(sound), "{sound}");
        }
        for bad in
            ["http://client.example.com/a", "https://*.example.com/a", "https://a.example/#a", "javascript:void(0)"]
        {
            assert!(!is_sound(bad), "{bad}");
        }
    }

    #[test]
    fn metadata_is_where_it_is_said_to_be() {
        let places = |issuer: Issuer| -> Vec<bool> {
            [
                "/.well-known/oauth-authorization-server/tenants/a",
                "/tenants/a/.well-known/openid-configuration",
                "/.well-known/oauth-authorization-server",
            ]
            .iter()
            .map(|path| issuer.document("http://127.0.0.1:1", path, "a").is_some())
            .collect()
        };
        let at = |place| Issuer { path: "/tenants/a", place, ..Issuer::default() };
        assert_eq!(places(at(WellKnown::Both)), [true, true, false]);
        assert_eq!(places(at(WellKnown::OpenId)), [false, true, false]);
        assert_eq!(places(at(WellKnown::Nowhere)), [false, false, false]);
        assert_eq!(places(Issuer::default()), [false, false, true]);
    }
}
