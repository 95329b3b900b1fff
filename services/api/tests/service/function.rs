//! The api as a Lambda function, invoked through a server that speaks as much of the runtime API as a function needs
//! (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>).

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Options, Process, START, command, start_redis};

/// What an invocation ends with: an answer, or an error event.
type Outcome = Result<Value, Value>;

/// The running function.
pub(crate) struct Function {
    events: mpsc::Sender<(Value, oneshot::Sender<Outcome>)>,
    _api: Process,
    _redis: Option<Process>,
    _directory: TempDir,
}

/// What is invoked and not yet answered.
struct Runtime {
    events: Mutex<mpsc::Receiver<(Value, oneshot::Sender<Outcome>)>>,
    running: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
}

impl Function {
    pub(crate) async fn start(options: Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (redis, redis_url) = if options.redis { start_redis(&directory).await } else { (None, None) };
        let (events, queue) = mpsc::channel(1);
        let runtime = Arc::new(Runtime { events: Mutex::new(queue), running: Mutex::default() });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{end}", post(end))
            .with_state(runtime);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut command = command();
        command.envs([
            ("AWS_LAMBDA_RUNTIME_API", address.to_string().as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", "api"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ]);
        command.envs(redis_url.map(|url| ("REDIS_URL", url)));
        command.envs(options.settings);
        let api = Process(command.stdout(Stdio::null()).spawn().unwrap());
        Self { events, _api: api, _redis: redis, _directory: directory }
    }

    /// Invokes it with an event.
    pub(crate) async fn invoke(&self, event: Value) -> Outcome {
        let (answer, answered) = oneshot::channel();
        self.events.send((event, answer)).await.unwrap();
        tokio::time::timeout(START, answered).await.expect("no answer in time").unwrap()
    }
}

async fn next(State(runtime): State<Arc<Runtime>>) -> impl IntoResponse {
    let Some((event, answer)) = runtime.events.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let mut running = runtime.running.lock().await;
    let id = format!("invocation-{}", running.len());
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(29);
    let headers = [
        ("lambda-runtime-aws-request-id", id.clone()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:123456789012:function:api".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-6741f0b2-0a1b2c3d4e5f60718293a4b5;Sampled=0".to_owned()),
    ];
    running.insert(id, answer);
    Ok((headers, Json(event)))
}

async fn end(State(runtime): State<Arc<Runtime>>, Path((id, end)): Path<(String, String)>, body: Bytes) -> StatusCode {
    // Functions do not name the type of what they send.
    let Ok(body) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    let Some(answer) = runtime.running.lock().await.remove(&id) else { return StatusCode::BAD_REQUEST };
    // A test that no longer waits has failed already.
    let _ = answer.send(if end == "response" { Ok(body) } else { Err(body) });
    StatusCode::ACCEPTED
}
