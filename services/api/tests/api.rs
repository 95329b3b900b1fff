//! What every route has in common: the table, the form of errors, limits, headers.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod gateway;
mod service;

use std::time::Duration;

use contracts::api::problem::Problem;
use contracts::api::routes::{Access, ROUTES};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use service::{Options, Service};

/// The problem of an answer, which must be complete.
async fn problem(response: Response) -> Problem {
    let status = response.status();
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status.as_u16());
    assert!(
        problem.kind.starts_with("/problems/") && !problem.title.is_empty() && !problem.detail.is_empty(),
        "{problem:?}"
    );
    assert_eq!(problem.instance.as_deref(), Some(request_id.as_str()));
    problem
}

async fn refused(request: RequestBuilder) -> (u16, String, String) {
    let problem = problem(request.send().await.unwrap()).await;
    (problem.status, problem.kind, problem.detail)
}

#[tokio::test]
async fn every_route_of_the_table_is_served_and_guarded() {
    let service = Service::start(Options::default()).await;
    for route in ROUTES {
        let path = route.path.replace("{token}", "made.up").replace(['{', '}'], "");
        let request = service.request(route.method, &path);
        let request = if route.method == "POST" { request.json(&json!({})) } else { request };
        let (status, kind, detail) = refused(request).await;
        let expected = match (route.access, route.path) {
            (Access::Member(_), _) => (401, "/problems/unauthenticated"),
            (Access::Public, "/v1/downloads/{token}") => (404, "/problems/not-found"),
            (Access::Public, _) => (400, "/problems/invalid-request"),
        };
        assert_eq!((status, kind.as_str()), expected, "{} {}: {detail}", route.method, route.path);
        assert!(route.failures.contains(&status), "{} {} does not document {status}", route.method, route.path);
        assert!(!detail.contains("no such path"), "{} {} is not served", route.method, route.path);
    }

    let openapi: Value = service.request("GET", "/openapi.json").send().await.unwrap().json().await.unwrap();
    assert!(openapi["paths"]["/v1/tests"]["post"].is_object());
}

#[tokio::test]
async fn every_refusal_is_a_problem_that_says_what_to_do() {
    let service = Service::start(Options::default()).await;
    let login = || service.request("POST", "/v1/auth/login");
    let body = json!({ "email": "ada@company.example", "password": "several short words" });

    assert_eq!(refused(service.request("GET", "/v1/nothing")).await.0, 404);
    assert_eq!(refused(service.request("GET", "/")).await.0, 404);
    let (status, _, detail) = refused(service.request("DELETE", "/v1/tests")).await;
    assert_eq!((status, detail.contains("DELETE")), (405, true), "{detail}");
    assert_eq!(refused(login().body(body.to_string())).await.0, 415);
    assert_eq!(refused(login().header("content-type", "application/json").body("{")).await.0, 400);
    let (status, _, detail) =
        refused(login().json(&json!({ "email": "a@b.example", "password": "x", "admin": true }))).await;
    assert_eq!((status, detail.contains("unknown field `admin`")), (400, true), "{detail}");
    let (status, _, detail) = refused(login().json(&json!({ "email": "x".repeat(70_000), "password": "x" }))).await;
    assert_eq!((status, detail.contains("65536")), (413, true), "{detail}");

    let register = |email: &str, password: &str, organization: &str| {
        service
            .request("POST", "/v1/auth/register")
            .json(&json!({ "email": email, "password": password, "organization": organization }))
    };
    for (request, field) in [
        (register("ada", "several short words", "Example"), "`email`"),
        (register("ada@company.example", "short", "Example"), "`password`"),
        (register("ada@company.example", "several short words", " "), "`organization`"),
    ] {
        let (status, _, detail) = refused(request).await;
        assert_eq!((status, detail.contains(field)), (400, true), "{detail}");
    }

    // The identity provider is down: our fault, and its address is nobody's business.
    let (status, kind, detail) = refused(login().json(&body)).await;
    assert_eq!((status, kind.as_str()), (503, "/problems/unavailable"));
    assert!(!detail.contains("127.0.0.1"), "{detail}");
    let forged = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.e30";
    assert_eq!(refused(service.request("GET", "/v1/tests").bearer_auth(forged)).await.0, 503);
    let unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiayJ9.e30.";
    assert_eq!(refused(service.request("GET", "/v1/tests").bearer_auth(unsigned)).await.0, 401);
}

#[tokio::test]
async fn a_browser_page_is_let_in_only_from_a_listed_origin() {
    let settings = vec![
        ("MCP_AUDIT_ALLOWED_ORIGINS", "https://app.example".to_owned()),
        ("MCP_AUDIT_PUBLIC_URL", "https://api.example".to_owned()),
    ];
    let service = Service::start(Options { settings, ..Options::default() }).await;
    let preflight = async |origin: &str| {
        let request = service.request("OPTIONS", "/v1/tests").header("origin", origin);
        request.header("access-control-request-method", "POST").send().await.unwrap()
    };
    let allowed = preflight("https://app.example").await;
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example");
    assert!(!preflight("https://evil.example").await.headers().contains_key("access-control-allow-origin"));

    let answer = service.request("GET", "/v1/tests").header("x-request-id", "from-proxy-17").send().await.unwrap();
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-request-id", "from-proxy-17"),
        ("www-authenticate", "Bearer"),
    ] {
        assert_eq!(answer.headers()[name], value, "{name}");
    }
    assert!(answer.headers().contains_key("strict-transport-security"));
    assert_eq!(problem(answer).await.instance.as_deref(), Some("from-proxy-17"));
    let injected =
        service.request("GET", "/v1/tests").header("x-request-id", "<script>alert(1)</script>").send().await.unwrap();
    assert_ne!(injected.headers()["x-request-id"], "<script>alert(1)</script>");
}

#[tokio::test]
async fn one_address_cannot_try_passwords_forever_and_another_one_still_can() {
    let settings = vec![
        ("MCP_AUDIT_RATE_LIMIT_SIGN_IN_PER_MINUTE", "20".to_owned()),
        ("MCP_AUDIT_TRUSTED_PROXIES", "1".to_owned()),
    ];
    let service = Service::start(Options { redis: true, settings }).await;
    // Refused before anything is asked of the identity provider, and counted all the same.
    let attempt = async |from: &str| {
        let request = service.request("POST", "/v1/auth/login").header("x-forwarded-for", format!("6.6.6.6, {from}"));
        request.json(&json!({ "email": "nobody", "password": "guess" })).send().await.unwrap()
    };
    for _ in 0..20 {
        assert_eq!(attempt("203.0.113.1").await.status(), StatusCode::UNAUTHORIZED);
    }
    let limited = attempt("203.0.113.1").await;
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    let after: u64 = limited.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&after), "twenty a minute are one every three seconds, not {after}");
    assert_eq!(problem(limited).await.kind, "/problems/rate-limited");
    assert_eq!(attempt("203.0.113.2").await.status(), StatusCode::UNAUTHORIZED);

    let recovers = async {
        while attempt("203.0.113.1").await.status() != StatusCode::UNAUTHORIZED {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), recovers).await.expect("a limit must pass");
}

#[tokio::test]
async fn without_redis_nothing_is_limited() {
    let settings = vec![
        ("MCP_AUDIT_RATE_LIMIT_SIGN_IN_PER_MINUTE", "1".to_owned()),
        ("REDIS_URL", "redis://127.0.0.1:1".to_owned()),
    ];
    let service = Service::start(Options { settings, ..Options::default() }).await;
    for _ in 0..5 {
        let request =
            service.request("POST", "/v1/auth/login").json(&json!({ "email": "nobody", "password": "guess" }));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
}
