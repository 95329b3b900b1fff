//! The client against a server that answers as the API does, and as a broken proxy does.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::Duration;

use api_client::{Client, ClientError};
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Redirect;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use contracts::api::tests::CreateTest;
use contracts::api::uploads::{PresignedPut, Upload};
use contracts::api::usage::UsageQuery;
use contracts::ids::TestId;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

/// Serves a router; returns a client of it below a path, as behind a gateway.
async fn client(router: Router) -> Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/stage", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().nest("/stage", router)).await.unwrap() });
    Client::new(base).unwrap()
}

fn test(status: &str) -> Value {
    json!({ "test_id": "t-1", "target": "https://mcp.example/", "level": 1, "active": false, "status": status, "created_at": "2026-01-01T00:00:00Z" })
}

#[tokio::test]
async fn a_refusal_carries_what_the_api_says() {
    let refuse = async || {
        let problem = json!({ "type": "/problems/not-found", "title": "Not found", "status": 404, "detail": "there is no such test", "instance": "r-1" });
        (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "application/problem+json")], problem.to_string())
    };
    let router = Router::new()
        .route("/v1/tests/{id}", get(refuse))
        .route("/v1/usage", get(async || (StatusCode::BAD_GATEWAY, "<html>")));
    let client = client(router).await;
    let error = client.test(&"t-1".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert_eq!(error.problem().unwrap().kind, "/problems/not-found");
    assert_eq!(error.to_string(), "there is no such test (status 404, request r-1)");

    let error = client.usage(&UsageQuery::default()).await.unwrap_err();
    assert!(matches!(error, ClientError::Status { status: 502 }), "{error:?}");
}

#[tokio::test]
async fn a_request_carries_the_token_and_the_idempotency_key() {
    let create = async |headers: HeaderMap, Json(body): Json<Value>| {
        assert_eq!(headers[header::AUTHORIZATION], "Bearer a.b.c");
        assert_eq!(headers["idempotency-key"], "click-1");
        assert_eq!(body["target"], "https://mcp.example/");
        (StatusCode::ACCEPTED, Json(test("queued")))
    };
    let client = client(Router::new().route("/v1/tests", post(create))).await.with_token("a.b.c".to_owned());
    let request = CreateTest {
        target: Some("https://mcp.example".parse().unwrap()),
        level: contracts::audit::Level::One,
        active: false,
        discovery_ref: None,
    };
    assert_eq!(client.create_test(&request, Some("click-1")).await.unwrap().test_id.as_str(), "t-1");
    assert!(!format!("{client:?}").contains("a.b.c"), "the token prints");
}

#[tokio::test]
async fn a_schedule_is_put_under_its_id_and_ended_with_an_empty_answer() {
    let put = async |Path(id): Path<String>, Json(body): Json<Value>| {
        assert_eq!(
            body,
            json!({ "name": "acme", "github": { "target": "acme", "include_archived": false, "include_forks": false }, "every_hours": 24 })
        );
        let at = "2026-01-01T00:00:00Z";
        Json(
            json!({ "schedule_id": id, "name": "acme", "github": body["github"], "every_hours": 24, "starts_at": at, "created_at": at, "next_at": at }),
        )
    };
    let routes = axum::routing::put(put).delete(async |Path(_): Path<String>| StatusCode::NO_CONTENT);
    let client = client(Router::new().route("/v1/scan-schedules/{id}", routes)).await;
    let nightly = "nightly".parse().unwrap();
    let request = json!({ "name": "acme", "github": { "target": "acme" }, "every_hours": 24 });
    let stored = client.put_scan_schedule(&nightly, &serde_json::from_value(request).unwrap()).await.unwrap();
    assert_eq!((stored.schedule_id, stored.last_scan_id), (nightly.clone(), None));
    client.delete_scan_schedule(&nightly).await.unwrap();
}

#[tokio::test]
async fn an_archive_goes_to_its_address_with_the_headers_given_and_without_the_token() {
    let take = async |headers: HeaderMap, body: Bytes| {
        assert!(!headers.contains_key(header::AUTHORIZATION), "the token left for another host");
        assert_eq!(
            (&headers["x-amz-checksum-sha256"], headers[header::CONTENT_LENGTH].as_bytes()),
            (&"AP8Q".parse().unwrap(), &b"7"[..])
        );
        assert_eq!((&headers[header::CONTENT_TYPE], &body[..]), (&"application/zip".parse().unwrap(), &b"archive"[..]));
        StatusCode::OK
    };
    let refuse = async || (StatusCode::FORBIDDEN, "<Error/>");
    let client = client(Router::new().route("/bucket/key", put(take)).route("/bucket/late", put(refuse))).await;
    let client = client.with_token("a.b.c".to_owned());
    let upload = |key: &str| Upload {
        upload_id: "upload-1".parse().unwrap(),
        file_name: "a.zip".to_owned(),
        size_bytes: 7,
        sha256: None,
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
        put: PresignedPut {
            url: client.base().join(&format!("bucket/{key}")).unwrap(),
            headers: [("content-type", "application/zip"), ("content-length", "7"), ("x-amz-checksum-sha256", "AP8Q")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            expires_at: Timestamp::UNIX_EPOCH,
        },
    };
    client.send_archive(&upload("key"), "archive").await.unwrap();
    let error = client.send_archive(&upload("late"), "archive").await.unwrap_err();
    assert_eq!(error.status(), Some(403));
}

#[tokio::test]
async fn all_pages_are_read_in_order() {
    let finding = |number: u32| {
        json!({ "fingerprint": format!("mcpa1-{number:032x}"), "check": "MCPA-DA-001", "title": "T", "test": "description-analysis",
            "severity": "high", "confidence": "confirmed", "location": "server", "message": "m", "remediation": "r", "evidence": [], "references": [] })
    };
    let page = async move |Path(id): Path<String>, Query(query): Query<Vec<(String, String)>>| {
        assert_eq!(id, "t-1");
        let cursor = query.iter().find(|(name, _)| name == "cursor").map(|(_, value)| value.as_str());
        let (number, next) = match cursor {
            None => (1, Some("two & three")),
            Some("two & three") => (2, Some("last")),
            Some("last") => (3, None),
            Some(other) => panic!("{other}"),
        };
        Json(json!({ "items": [finding(number)], "next_cursor": next }))
    };
    let client = client(Router::new().route("/v1/tests/{id}/findings", get(page))).await;
    let findings = client.findings(&"t-1".parse().unwrap()).await.unwrap();
    let numbers: Vec<String> = findings.iter().map(|finding| finding.fingerprint.to_string()).collect();
    assert_eq!(numbers.len(), 3);
    assert!(numbers.is_sorted());
}

#[tokio::test]
async fn waiting_ends_with_the_test_or_with_the_deadline() {
    let client = client(
        Router::new()
            .route("/v1/tests/t-1", get(async || Json(test("failed"))))
            .route("/v1/tests/t-2", get(async || Json(test("running")))),
    )
    .await;
    let wait = async |id: &str, within| client.wait_for_test(&id.parse::<TestId>().unwrap(), within).await;
    assert_eq!(wait("t-1", Duration::from_secs(10)).await.unwrap().status, contracts::api::Status::Failed);
    assert!(matches!(wait("t-2", Duration::from_millis(300)).await.unwrap_err(), ClientError::Deadline { .. }));
}

#[tokio::test]
async fn a_download_follows_its_link_without_the_token_and_a_call_follows_none() {
    let file = async |headers: HeaderMap| {
        assert!(!headers.contains_key(header::AUTHORIZATION));
        "%PDF"
    };
    let router = Router::new()
        .route("/v1/downloads/x", get(async || Redirect::to("/stage/file")))
        .route("/file", get(file))
        .route("/v1/usage", get(async || Redirect::to("/stage/file")));
    let client = client(router).await.with_token("a.b.c".to_owned());
    let url = client_url(&client, "v1/downloads/x");
    assert_eq!(client.download(&url).await.unwrap().as_ref(), b"%PDF");
    let error = client.usage(&UsageQuery::default()).await.unwrap_err();
    assert_eq!(error.status(), Some(303));
}

fn client_url(client: &Client, path: &str) -> Url {
    client.base().join(path).unwrap()
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    for bad in ["ftp://api.example/", "data:text/plain,x"] {
        assert!(matches!(Client::new(bad.parse().unwrap()), Err(ClientError::Address(_))), "{bad} was accepted");
    }
}
