//! A service that answers HTTP, as a Lambda function behind an API gateway.

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse as _;
use lambda_runtime::Service as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tracing::info;

use crate::Parts;
use crate::gateway::{HttpRequest, HttpResponse, RestRequest, RestResponse};
use crate::http::observed;
use crate::lambda::serve_invocations;

/// What a service does beside its requests. Elsewhere it does so in the background; a function is frozen between its
/// invocations, so a schedule invokes it with a task instead of a request.
pub trait TaskHandler: Send + Sync {
    /// What it is asked for.
    type Task: DeserializeOwned + Send;

    /// Does it once. It may be asked again for what it has done.
    fn run(&self, task: Self::Task) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Serves the requests of an API gateway and the tasks of a schedule until the environment is shut down. `base` is the path
/// of the service's public address, which a gateway passes on before the paths of the service.
pub async fn serve_gateway<T: TaskHandler>(router: Router, base: &str, tasks: T, parts: &Parts) -> anyhow::Result<()> {
    let function = Function { app: observed(router, parts), base, tasks };
    info!("`{}` answers invocations", parts.name);
    serve_invocations(parts, async |event: Box<RawValue>| function.invoked(&event).await).await
}

struct Function<'f, T> {
    app: Router,
    base: &'f str,
    tasks: T,
}

/// What tells requests from tasks. Only gateways add a context, and nobody else can invoke the function with one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    version: Option<String>,
    request_context: Option<IgnoredAny>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Rest(RestResponse),
    Http(HttpResponse),
    Done,
}

impl<T: TaskHandler> Function<'_, T> {
    async fn invoked(&self, payload: &RawValue) -> anyhow::Result<Answer> {
        let payload = payload.get();
        let kind: Kind = serde_json::from_str(payload).context("read the event")?;
        match (kind.request_context, kind.version.as_deref()) {
            (None, _) => {
                let task = serde_json::from_str(payload).context("the event is neither a request nor a task")?;
                self.tasks.run(task).await?;
                Ok(Answer::Done)
            }
            (Some(_), Some("2.0")) => {
                let request: HttpRequest = serde_json::from_str(payload).context("read a request in format 2.0")?;
                Ok(Answer::Http(HttpResponse::of(self.answer(request.into_request(self.base)).await).await?))
            }
            (Some(_), _) => {
                let request: RestRequest = serde_json::from_str(payload).context("read a request in format 1.0")?;
                Ok(Answer::Rest(RestResponse::of(self.answer(request.into_request(self.base)).await).await?))
            }
        }
    }

    async fn answer(&self, request: anyhow::Result<Request<Body>>) -> Response<Body> {
        let request = match request {
            Ok(request) => request,
            // It is the client's doing, and no failure of the function.
            Err(error) => {
                info!("refused a request that cannot be one: {error:#}");
                return StatusCode::BAD_REQUEST.into_response();
            }
        };
        match self.app.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
