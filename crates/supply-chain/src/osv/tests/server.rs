//! A local server with the shapes of the OSV API: one name per page, `page_token`, and a busy moment at first.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Path as Segment, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use outbound::{Client, Limits, Policy};
use serde_json::{Value, json};
use url::Url;

use crate::OnlineApi;

pub(super) struct Server {
    base: Url,
    shared: Arc<Shared>,
}

struct Shared {
    records: Vec<Value>,
    fetched: AtomicUsize,
    pages: AtomicUsize,
}

impl Server {
    pub(super) fn api(&self, cache: Option<&Path>) -> OnlineApi {
        let client = Client::new(Policy::AllowLoopback, Limits::default()).unwrap();
        OnlineApi::new(client, self.base.clone(), cache.map(Path::to_owned))
    }

    pub(super) fn api_below(&self, path: &str) -> OnlineApi {
        let client = Client::new(Policy::AllowLoopback, Limits::default()).unwrap();
        OnlineApi::new(client, self.base.join(path).unwrap(), None)
    }

    /// How many records were given.
    pub(super) fn fetched(&self) -> usize {
        self.shared.fetched.load(Ordering::SeqCst)
    }

    /// How many pages were given.
    pub(super) fn pages(&self) -> usize {
        self.shared.pages.load(Ordering::SeqCst)
    }
}

pub(super) async fn start(records: Vec<Value>) -> Server {
    let shared = Arc::new(Shared { records, fetched: AtomicUsize::new(0), pages: AtomicUsize::new(0) });
    let router = Router::new()
        .route("/v1/querybatch", post(query))
        .route("/v1/vulns/{id}", get(record))
        .route("/refuses/v1/querybatch", post(|| async { StatusCode::FORBIDDEN }))
        .route("/nonsense/v1/querybatch", post(|| async { "<html>" }))
        .route("/short/v1/querybatch", post(|| async { Json(json!({ "results": [{}] })) }))
        .with_state(shared.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Server { base, shared }
}

/// Names every record of the package, affected or not, so that the caller's own judgement counts.
async fn query(State(shared): State<Arc<Shared>>, Json(body): Json<Value>) -> Response {
    if shared.pages.fetch_add(1, Ordering::SeqCst) == 0 {
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response();
    }
    let queries = body["queries"].as_array().unwrap();
    let results = queries.iter().map(|query| {
        let same = |part: &Value| {
            let name = |package: &Value| package["name"].as_str().unwrap().to_lowercase().replace(['_', '.'], "-");
            part["package"]["ecosystem"] == query["package"]["ecosystem"]
                && name(&part["package"]) == name(&query["package"])
        };
        let about = shared.records.iter().filter(|record| record["affected"].as_array().unwrap().iter().any(same));
        let ids: Vec<&Value> = about.map(|record| &record["id"]).collect();
        let at: usize = query["page_token"].as_str().map_or(0, |token| token.parse().unwrap());
        match ids.get(at) {
            None => json!({}),
            Some(id) => {
                let mut result = json!({ "vulns": [{ "id": id, "modified": "2026-01-01T00:00:00Z" }] });
                if at + 1 < ids.len() {
                    result["next_page_token"] = json!((at + 1).to_string());
                }
                result
            }
        }
    });
    Json(json!({ "results": results.collect::<Vec<_>>() })).into_response()
}

async fn record(State(shared): State<Arc<Shared>>, Segment(id): Segment<String>) -> Response {
    shared.fetched.fetch_add(1, Ordering::SeqCst);
    match shared.records.iter().find(|record| record["id"] == id.as_str()) {
        Some(record) => Json(record.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
