//! From the table of routes in `contracts` to a router: a route that is not in the table cannot be reached, and one that
//! has no handler stops the start.

use std::time::Duration;

use anyhow::Context as _;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use contracts::api::routes::ROUTES;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::timeout::TimeoutLayer;

use crate::extract::{BODY_BYTES, BodyLimit, SCAN_BODY_BYTES};
use crate::guard::{Guard, guard};
use crate::state::Api;
use crate::{client_address, problem, request_id, routes};

/// Below the 29 s after which the gateway in front gives up.
const TIMEOUT: Duration = Duration::from_secs(25);

const OPENAPI: &str = include_str!("../../../contracts/openapi.json");

/// The whole API.
pub fn router(api: Api) -> anyhow::Result<Router> {
    let mut router = Router::new().route("/openapi.json", get(openapi));
    for route in ROUTES {
        let handler = handler(route.method, route.path)
            .with_context(|| format!("`{} {}` has no handler", route.method, route.path))?;
        let limit = BodyLimit(if route.path == "/v1/scans" { SCAN_BODY_BYTES } else { BODY_BYTES });
        let guarded = handler
            .route_layer(limit.layer())
            .route_layer(Extension(limit))
            .route_layer(from_fn_with_state(Guard { api: api.clone(), route }, guard));
        router = router.route(route.path, guarded);
    }
    let router = router
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(from_fn_with_state(api.clone(), client_address::find))
        .layer(from_fn(problem::render))
        .layer(cors(api.allowed_origins.clone()))
        .layer(from_fn_with_state(api.clone(), security_headers))
        .layer(from_fn(request_id::assign));
    Ok(router.with_state(api))
}

fn handler(method: &str, path: &str) -> Option<MethodRouter<Api>> {
    use axum::routing::{delete, post, put};
    let handler = match (method, path) {
        ("POST", "/v1/auth/register") => post(routes::auth::register),
        ("POST", "/v1/auth/login") => post(routes::auth::login),
        ("POST", "/v1/auth/refresh") => post(routes::auth::refresh),
        ("POST", "/v1/tests") => post(routes::tests::create),
        ("GET", "/v1/tests") => get(routes::tests::list),
        ("GET", "/v1/tests/{test_id}") => get(routes::tests::show),
        ("GET", "/v1/tests/{test_id}/findings") => get(routes::tests::findings),
        ("POST", "/v1/reports") => post(routes::reports::create),
        ("GET", "/v1/reports/{report_id}") => get(routes::reports::show),
        ("GET", "/v1/downloads/{token}") => get(routes::downloads::redirect),
        ("POST", "/v1/uploads") => post(routes::uploads::create),
        ("POST", "/v1/scans") => post(routes::scans::create),
        ("GET", "/v1/scans/{scan_id}") => get(routes::scans::show),
        ("GET", "/v1/scans/{scan_id}/findings") => get(routes::scans::findings),
        ("GET", "/v1/scan-schedules") => get(routes::schedules::list),
        ("PUT", "/v1/scan-schedules/{schedule_id}") => put(routes::schedules::put),
        ("GET", "/v1/scan-schedules/{schedule_id}") => get(routes::schedules::show),
        ("DELETE", "/v1/scan-schedules/{schedule_id}") => delete(routes::schedules::delete),
        ("GET", "/v1/usage") => get(routes::usage::show),
        ("POST", "/v1/ws-tickets") => post(routes::ws_tickets::create),
        _ => return None,
    };
    Some(handler)
}

/// Browsers may call from listed pages only, and never with cookies, which this API has none of.
fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([header::LOCATION, header::RETRY_AFTER, HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_mins(10))
}

async fn security_headers(State(api): State<Api>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if api.public_url.scheme() == "https" {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    response
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI)
}
