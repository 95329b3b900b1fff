//! HTTP: whole services such as the API, and the operations endpoints of workers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, error, info, info_span, warn};

use crate::health::Health;
use crate::trace::TraceParent;
use crate::{Parts, metrics};

/// Serves a router until the process is asked to stop, then lets running requests finish within the drain timeout.
///
/// Adds `/healthz` and `/metrics`, a trace per request, and `ConnectInfo<SocketAddr>`. Upgraded connections, such as
/// WebSockets, are the service's own: it watches [`Parts::shutdown`].
pub async fn serve_http(router: Router, listener: TcpListener, parts: &Parts) -> anyhow::Result<()> {
    let address = listener.local_addr().context("read the address of the listener")?;
    let app = metrics_route().merge(observed(router, parts));
    // Small messages must not wait for the acknowledgement of earlier ones.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            warn!("cannot turn off Nagle's algorithm: {error}");
        }
    });
    info!("`{}` answers on http://{address}", parts.name);
    let serving = axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(parts.shutdown.clone().cancelled_owned());
    let too_late = async {
        parts.shutdown.cancelled().await;
        tokio::time::sleep(parts.settings.drain_timeout).await;
    };
    let served = tokio::select! {
        served = serving => served.context("serve HTTP"),
        () = too_late => {
            warn!("some requests did not finish in time and are cut off");
            Ok(())
        }
    };
    parts.telemetry.shut_down().await;
    served
}

/// A router with a trace per request, and with `/healthz`.
pub(crate) fn observed(router: Router, parts: &Parts) -> Router {
    // In this order the router's fallback wins, which is observed; the other way round unknown paths would go unseen.
    health_route(Liveness { health: None, shutdown: parts.shutdown.clone() })
        .merge(router.layer(from_fn_with_state(parts.name, observe)))
}

/// Serves `/healthz` and `/metrics` of a worker beside its work, until the process ends: orchestrators read from it
/// that the worker is draining.
pub(crate) async fn serve_operations(
    address: SocketAddr,
    health: Arc<Health>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))?;
    let address = listener.local_addr().context("read the address of the listener")?;
    info!("health and metrics are on http://{address}");
    let app = metrics_route().merge(health_route(Liveness { health: Some(health), shutdown }));
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            error!("health and metrics are no longer served: {error}");
        }
    });
    Ok(())
}

#[derive(Clone)]
struct Liveness {
    /// Absent for a service without a queue, which is healthy while it answers.
    health: Option<Arc<Health>>,
    shutdown: CancellationToken,
}

fn health_route(liveness: Liveness) -> Router {
    Router::new().route("/healthz", get(healthz)).with_state(liveness)
}

fn metrics_route() -> Router {
    Router::new().route("/metrics", get(prometheus))
}

async fn healthz(State(liveness): State<Liveness>) -> (StatusCode, &'static str) {
    if liveness.shutdown.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
    } else if liveness.health.is_some_and(|health| !health.is_ok()) {
        (StatusCode::SERVICE_UNAVAILABLE, "no message could be received for a minute: see the log\n")
    } else {
        (StatusCode::OK, "ok\n")
    }
}

async fn prometheus() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render())
}

/// Traces, logs and measures one request.
async fn observe(State(service): State<&'static str>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known_method(request.method());
    // The pattern, not the path: paths carry ids, and each would be a series of its own.
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    let header = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    let trace = TraceParent::continued(header);
    let span = info_span!("request", http.method = method, http.route = route, trace_id = %trace.trace_id());
    let trace = trace.enter(&span);
    async {
        let response = trace.scope(next.run(request)).await;
        let duration = started.elapsed();
        let status = response.status().as_u16();
        info!(status, duration_seconds = duration.as_secs_f64(), "answered");
        let labels = [("service", service.to_owned()), ("method", method.to_owned()), ("route", route.clone())];
        ::metrics::histogram!("mcp_audit_http_request_duration_seconds", &labels).record(duration);
        let [service, method, route] = labels;
        let status = ("status", status.to_string());
        ::metrics::counter!("mcp_audit_http_requests_total", &[service, method, route, status]).increment(1);
        response
    }
    .instrument(span)
    .await
}

/// A name that cannot be made up by a client.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
