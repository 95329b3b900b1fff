//! Tiny servers whose every byte a test decides.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

use crate::session::{ConnectError, Session};
use crate::target::{Options, Target};
use crate::wire::record::lock;

/// A request that a server received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) http_method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) message: Value,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn method(&self) -> &str {
        self.message["method"].as_str().unwrap_or_default()
    }
}

/// What a server does with a request.
pub(super) enum Reply {
    /// Sends these bytes, then keeps the connection.
    Bytes(Vec<u8>),
    /// Sends the first bytes, then the second ones again and again.
    Endless { first: Vec<u8>, again: Vec<u8>, pause: Duration },
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes, then what it is fed.
    Feed { first: Vec<u8>, feed: broadcast::Receiver<String> },
}

/// A running server.
pub(super) struct Rig {
    pub(super) origin: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Rig {
    pub(super) async fn start(reply: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (seen, reply) = (received.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, seen.clone(), reply.clone()));
            }
        });
        Self { origin, received }
    }

    pub(super) fn received(&self) -> Vec<Received> {
        lock(&self.received).clone()
    }

    pub(super) fn received_methods(&self) -> Vec<String> {
        self.received().iter().map(|request| request.method().to_owned()).collect()
    }

    pub(super) fn target(&self, headers: &[(&str, &str)]) -> Target {
        let url = format!("{}/mcp", self.origin).parse().expect("a URL");
        Target::Http {
            url,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), SecretString::from(*value))).collect(),
        }
    }

    pub(super) async fn connect(&self) -> Result<Session, ConnectError> {
        Session::connect(self.target(&[]), options()).await
    }

    pub(super) async fn discovered(&self) -> Session {
        let mut session = self.connect().await.expect("a connection");
        session.discover().await.expect("a listing");
        session
    }
}

pub(super) fn options() -> Options {
    let child_network = crate::target::ChildNetwork::Shared;
    Options { addresses: outbound::Policy::AllowLoopback, child_network, ..Options::default() }
}

async fn serve(stream: TcpStream, seen: Arc<Mutex<Vec<Received>>>, reply: Arc<impl Fn(&Received) -> Reply>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        lock(&seen).push(request.clone());
        match reply(&request) {
            Reply::Bytes(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Endless { first, again, pause } => {
                let mut sent = stream.write_all(&first).await;
                while sent.is_ok() {
                    sent = stream.write_all(&again).await;
                    tokio::time::sleep(pause).await;
                }
                return;
            }
            Reply::Feed { first, mut feed } => {
                let mut sent = stream.write_all(&first).await;
                while let (Ok(()), Ok(event)) = (&sent, feed.recv().await) {
                    sent = stream.write_all(event.as_bytes()).await;
                }
                return;
            }
            Reply::Close(bytes) => {
                // The test looks at the client's side.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut start = lines.first()?.split(' ').map(str::to_owned);
    let fields = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    let headers: Vec<(String, String)> =
        fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let length = headers
        .iter()
        .find(|(name, _)| name == "content-length")
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let message = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some(Received { http_method: start.next()?, path: start.next()?, headers, message })
}

/// An HTTP answer.
pub(super) fn http(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Bytes(format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes())
}

pub(super) fn json_answer(message: &Value) -> Reply {
    http(200, "content-type: application/json; charset=utf-8\r\n", &message.to_string())
}

/// A stream of events that ends with its connection.
pub(super) fn events(stream: &str) -> Reply {
    Reply::Close(
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{stream}").into_bytes(),
    )
}

pub(super) fn result(request: &Received, result: &Value) -> Reply {
    json_answer(&json!({ "jsonrpc": "2.0", "id": request.message["id"], "result": result }))
}

pub(super) fn error(request: &Received, status: u16, code: i64) -> Reply {
    let message = json!({ "jsonrpc": "2.0", "id": request.message["id"], "error": { "code": code, "message": "no" } });
    http(status, "content-type: application/json\r\n", &message.to_string())
}

pub(super) fn tool(name: &str) -> Value {
    json!({ "name": name, "description": "Gets a thing", "inputSchema": { "type": "object", "properties": {} } })
}

/// What a plain modern server answers.
pub(super) fn modern(request: &Received) -> Reply {
    match request.method() {
        "server/discover" => result(
            request,
            &json!({ "supportedVersions": ["2026-07-28"], "capabilities": { "tools": {} },
                "_meta": { "io.modelcontextprotocol/serverInfo": { "name": "rig", "version": "1" } } }),
        ),
        "tools/list" => result(request, &json!({ "tools": [tool("get_a"), tool("get_b")] })),
        "tools/call" => result(request, &json!({ "content": [{ "type": "text", "text": "a thing" }] })),
        _ => error(request, 404, -32601),
    }
}

/// What a plain legacy server answers; every handshake gets the session `session-1`.
pub(super) fn legacy(request: &Received) -> Reply {
    match request.method() {
        "initialize" => {
            let body = json!({ "jsonrpc": "2.0", "id": request.message["id"],
                "result": { "protocolVersion": "2025-06-18", "capabilities": { "tools": {} }, "serverInfo": { "name": "rig" } } });
            http(200, "content-type: application/json\r\nmcp-session-id: session-1\r\n", &body.to_string())
        }
        "notifications/initialized" => http(202, "", ""),
        "server/discover" => error(request, 400, -32600),
        _ => modern(request),
    }
}
