//! What a server was sent, for tests that ask what an auditor did.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// One request.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// When it was read.
    pub at: Instant,
    /// `POST`.
    pub http_method: String,
    /// Path and query.
    pub path: String,
    /// `method` of the JSON-RPC message; `None` where the body is none.
    pub method: Option<String>,
    /// `params.name` of a `tools/call`.
    pub tool: Option<String>,
    /// `params.arguments`, `Null` where there are none.
    pub arguments: Value,
    /// `host`, `origin`, `content-type`, `user-agent` and those that begin with `mcp-`; of `authorization` only that it
    /// was there.
    pub headers: Vec<(String, String)>,
}

/// Longer bodies are refused.
const MAX_BODY_BYTES: usize = 8 << 20;
/// So many requests are kept.
const MAX_RECORDED: usize = 20_000;

/// A request as it came. It is read only when somebody asks what was sent: servers are measured, too.
#[derive(Debug)]
struct Kept {
    at: Instant,
    http_method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// The requests of a server, shared by whoever serves and whoever asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<Kept>>>);

impl Recording {
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(Recorded::of).collect()
    }

    fn keep(&self, kept: Kept) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() < MAX_RECORDED {
            all.push(kept);
        }
    }
}

impl Recorded {
    fn of(kept: &Kept) -> Self {
        let message: Value = serde_json::from_slice(&kept.body).unwrap_or_default();
        let method = message["method"].as_str().map(str::to_owned);
        let params = &message["params"];
        Self {
            at: kept.at,
            http_method: kept.http_method.to_string(),
            path: kept.uri.to_string(),
            tool: params["name"].as_str().filter(|_| method.as_deref() == Some("tools/call")).map(str::to_owned),
            method,
            arguments: params["arguments"].clone(),
            headers: told(&kept.headers),
        }
    }
}

/// Middleware: reads the body, within a limit, records the request and hands it on.
pub(crate) async fn record(State(recording): State<Recording>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    recording.keep(Kept {
        at: Instant::now(),
        http_method: parts.method.clone(),
        uri: parts.uri.clone(),
        headers: parts.headers.clone(),
        body: body.clone(),
    });
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn told(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_told =
        |name: &str| matches!(name, "host" | "origin" | "content-type" | "user-agent") || name.starts_with("mcp-");
    let told = headers.iter().filter_map(|(name, value)| match name.as_str() {
        "authorization" => Some((name.to_string(), "present".to_owned())),
        name if is_told(name) => Some((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())),
        _ => None,
    });
    told.collect()
}
