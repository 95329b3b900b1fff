//! The api as a process of its own, with a Redis and an identity provider of its own but without AWS: what needs the
//! cloud is told in the stories of `tests/e2e`.

mod function;

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use tempfile::TempDir;

pub(crate) use function::Function;

/// How long a process may take from its start to its first answer.
const START: Duration = Duration::from_secs(30);

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The running api.
pub(crate) struct Service {
    url: String,
    http: Client,
    _api: Process,
    _redis: Option<Process>,
    _directory: TempDir,
}

/// What differs between tests.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) redis: bool,
    pub(crate) settings: Vec<(&'static str, String)>,
}

impl Service {
    pub(crate) async fn start(options: Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (redis, redis_url) = if options.redis { start_redis(&directory).await } else { (None, None) };
        let address = free_address();
        let mut command = command();
        command.env("MCP_AUDIT_LISTEN", address.to_string());
        command.envs(redis_url.map(|url| ("REDIS_URL", url)));
        command.envs(options.settings);
        let mut api = Process(command.stdout(Stdio::null()).spawn().unwrap());
        let url = format!("http://{address}");
        // No redirects, no proxies: what the service answers is what the test sees.
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let healthy = async {
            while http.get(format!("{url}/healthz")).send().await.is_err() {
                assert!(api.0.try_wait().unwrap().is_none(), "the api did not start");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(START, healthy).await.expect("the api did not answer in time");
        Self { url, http, _api: api, _redis: redis, _directory: directory }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.url))
    }
}

/// The api with the settings that it always needs.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_api"));
    let nobody = free_address();
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| name == "PATH"));
    command.envs([
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("COGNITO_POOL_ID", "us-east-1_pool"),
        ("COGNITO_CLIENT_ID", "client-1"),
        ("COGNITO_ISSUER", "https://idp.example/pool"),
        ("MCP_AUDIT_LINK_KEY", "a-key-for-tests-that-protects-nothing"),
        ("MCP_AUDIT_TABLE", "table"),
        ("MCP_AUDIT_REPORTS_BUCKET", "reports"),
        ("MCP_AUDIT_MANIFESTS_BUCKET", "manifests"),
    ]);
    // Nobody listens there: a test that reaches AWS fails quickly.
    for name in [
        "AWS_ENDPOINT_URL",
        "MCP_AUDIT_TEST_QUEUE_URL",
        "MCP_AUDIT_SCAN_QUEUE_URL",
        "MCP_AUDIT_REPORT_QUEUE_URL",
        "COGNITO_JWKS_URL",
    ] {
        command.env(name, format!("http://{nobody}/"));
    }
    command
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn start_redis(directory: &TempDir) -> (Option<Process>, Option<String>) {
    let address = free_address();
    let url = format!("redis://{address}");
    let process = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &address.port().to_string()])
        .arg("--dir")
        .arg(directory.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("cannot start `redis-server`: install Redis 7");
    let process = Process(process);
    let client = redis::Client::open(url.as_str()).unwrap();
    let started = async {
        while client.get_multiplexed_async_connection().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(START, started).await.expect("redis did not answer in time");
    (Some(process), Some(url))
}
