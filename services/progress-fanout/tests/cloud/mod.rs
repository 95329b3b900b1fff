//! A fan-out with its own Redis, and clients for it.

pub(crate) mod step;

use std::future::Future;
use std::net::SocketAddr;
use std::ops::Range;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use contracts::ids::OrgId;
use contracts::progress::{ClientMessage, ServerMessage, Topic};
use futures_util::{SinkExt as _, StreamExt as _};
use progress_fanout::{Fanout, Limits, router};
use redis::aio::ConnectionManager;
use runtime::progress::{TICKET_TTL, TicketHolder, ticket_key};
use runtime::{CancellationToken, ProgressPublisher};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Everything here answers within milliseconds; a machine under load gets much more.
const DEADLINE: Duration = Duration::from_secs(30);

/// A Redis of its own on a free port, without persistence. Dropping it ends it.
struct Redis {
    process: Child,
    url: SecretString,
    _directory: TempDir,
}

impl Redis {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        for _ in 0..10 {
            let port = free_port();
            let mut process = Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
                .arg("--dir")
                .arg(directory.path())
                .stdout(Stdio::null())
                .spawn()
                .expect("cannot start `redis-server`: install Redis 7");
            let client = redis::Client::open(format!("redis://127.0.0.1:{port}")).unwrap();
            let deadline = tokio::time::Instant::now() + DEADLINE;
            while process.try_wait().unwrap().is_none() && tokio::time::Instant::now() < deadline {
                if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
                    let id: u32 = redis::cmd("INFO")
                        .arg("server")
                        .query_async::<redis::InfoDict>(&mut connection)
                        .await
                        .unwrap()
                        .get("process_id")
                        .unwrap();
                    // Another process may have taken the port in between.
                    if id == process.id() {
                        let url = format!("redis://127.0.0.1:{port}").into();
                        return Self { process, url, _directory: directory };
                    }
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("`redis-server` did not start on any of ten free ports");
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// One replica of the fan-out.
pub(crate) struct Cloud {
    pub(crate) fanout: Arc<Fanout>,
    pub(crate) shutdown: CancellationToken,
    address: SocketAddr,
    progress: ProgressPublisher,
    connection: ConnectionManager,
    tickets: AtomicU64,
    _redis: Redis,
}

impl Cloud {
    pub(crate) async fn start(limits: Limits) -> Self {
        let redis = Redis::start().await;
        let shutdown = CancellationToken::new();
        let origins = vec!["https://app.example".parse().unwrap()];
        let fanout = Fanout::start(&redis.url, origins, limits, shutdown.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = router(Arc::clone(&fanout));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let progress = ProgressPublisher::new(Some(&redis.url)).unwrap();
        let connection = runtime::redis_client::connect(&redis.url).unwrap();
        let cloud = Self { fanout, shutdown, address, progress, connection, tickets: AtomicU64::new(0), _redis: redis };
        // Readers need a moment to find their place.
        cloud
            .until(async || {
                let mut client = cloud.connect("org-probe").await;
                for shard_probe in 0..30 {
                    client.subscribe(&format!("test:{shard_probe}"), None).await;
                    if !matches!(client.next().await, ServerMessage::Snapshot { .. }) {
                        return false;
                    }
                }
                true
            })
            .await;
        cloud
    }

    /// Waits until something is true.
    pub(crate) async fn until(&self, mut condition: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !condition().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        in_time(waiting).await;
    }

    pub(crate) async fn publish(&self, org: &str, topic: &str, numbers: Range<u32>) {
        let (org, topic): (OrgId, Topic) = (org.parse().unwrap(), topic.parse().unwrap());
        for number in numbers {
            self.progress.publish(&org, &topic, step::numbered(number)).await;
        }
    }

    /// Publishes more than the buffers of a socket hold. Returns how many steps that are.
    pub(crate) async fn flood(&self, org: &str, topic: &str) -> usize {
        const STEPS: usize = 600;
        let (org, topic): (OrgId, Topic) = (org.parse().unwrap(), topic.parse().unwrap());
        for number in 0..STEPS {
            self.progress.publish(&org, &topic, step::long(number, 20_000)).await;
        }
        STEPS
    }

    pub(crate) async fn ticket(&self, org: &str) -> String {
        let ticket = format!("ticket-{}", self.tickets.fetch_add(1, Ordering::Relaxed));
        let holder = TicketHolder { org: org.parse().unwrap(), user: Some("user-1".parse().unwrap()) };
        let json = serde_json::to_string(&holder).unwrap();
        let mut redis = self.connection.clone();
        let () = redis::cmd("SET")
            .arg(ticket_key(&ticket))
            .arg(json)
            .arg("EX")
            .arg(TICKET_TTL.as_secs())
            .query_async(&mut redis)
            .await
            .unwrap();
        ticket
    }

    /// Ends all connections to Redis that are blocked in a read.
    pub(crate) async fn cut_readers_off(&self) {
        let mut redis = self.connection.clone();
        let clients: String = redis::cmd("CLIENT").arg("LIST").query_async(&mut redis).await.unwrap();
        let blocked: Vec<&str> = clients.lines().filter(|line| line.contains("cmd=xread")).collect();
        assert!(!blocked.is_empty(), "no reader is waiting: {clients}");
        for line in blocked {
            let id = line.split(' ').find_map(|field| field.strip_prefix("id=")).unwrap();
            let _: u32 = redis::cmd("CLIENT").arg("KILL").arg("ID").arg(id).query_async(&mut redis).await.unwrap();
        }
    }

    /// Connects, or tells the status of the refusal.
    pub(crate) async fn handshake(&self, ticket: &str, origin: Option<&str>) -> Result<Client, u16> {
        let mut request = format!("ws://{}/ws?ticket={ticket}", self.address).into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        // With a small buffer a client that does not read is soon noticed.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let stream = socket.connect(self.address).await.unwrap();
        match in_time(client_async(request, stream)).await {
            Ok((socket, _)) => Ok(Client { socket }),
            Err(Error::Http(response)) => {
                assert_eq!(response.headers()["content-type"], "application/problem+json");
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn connect(&self, org: &str) -> Client {
        let ticket = self.ticket(org).await;
        self.handshake(&ticket, None).await.unwrap()
    }
}

#[derive(Debug)]
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
}

impl Client {
    pub(crate) async fn send(&mut self, text: &str) {
        // A server that has closed the connection already is what some tests wait for.
        let _ = self.socket.send(Message::text(text)).await;
    }

    pub(crate) async fn subscribe(&mut self, topic: &str, after: Option<&str>) {
        let message = ClientMessage::Subscribe { topic: topic.parse().unwrap(), after: after.map(str::to_owned) };
        self.send(&serde_json::to_string(&message).unwrap()).await;
    }

    pub(crate) async fn next(&mut self) -> ServerMessage {
        loop {
            match in_time(self.socket.next()).await.expect("the server closed the connection").unwrap() {
                Message::Text(json) => return serde_json::from_str(&json).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Reads so many events of a topic: their numbers and ids.
    pub(crate) async fn events(&mut self, expected: &str, count: usize) -> (Vec<u32>, Vec<String>) {
        let (mut numbers, mut ids) = (Vec::new(), Vec::new());
        for _ in 0..count {
            match self.next().await {
                ServerMessage::Event { topic, id, step } if topic.to_string() == expected => {
                    numbers.push(step::number(&step.step));
                    ids.push(id);
                }
                other => panic!("{other:?}"),
            }
        }
        (numbers, ids)
    }

    /// Reads to the end: the code that the server closed with, if it said one.
    pub(crate) async fn closed(mut self) -> Option<CloseCode> {
        loop {
            match in_time(self.socket.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, work).await.expect("nothing came in time")
}
