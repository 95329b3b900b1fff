//! The live connection of one era, and how it is opened again.

use std::sync::{Arc, Mutex};

use contracts::audit::Transport;
use outbound::Client;
use serde_json::Value;
use url::Url;

use crate::snapshot::Era;
use crate::wire::child::Launch;
use crate::wire::connection::{Connection, WireError};
use crate::wire::http::HttpConnection;
use crate::wire::message::{ClientIdentity, LEGACY, Parts};
use crate::wire::record::{Exchange, lock};
use crate::wire::shared::Shared;
use crate::wire::sse::SseConnection;
use crate::wire::stdio::StdioConnection;

/// How often the connection of an era is opened again in one run.
const MAX_REOPENED: u32 = 8;

/// Where the server is.
#[derive(Clone)]
pub(crate) enum Place {
    /// Behind a URL.
    Http { client: Client, url: Url },
    /// To be started.
    Child(Launch),
}

/// Opens connections to one server.
#[derive(Clone)]
pub(crate) struct Opener {
    pub(crate) place: Place,
    pub(crate) shared: Arc<Shared>,
}

/// A connection with its session.
pub(crate) struct Live {
    pub(crate) connection: Connection,
    pub(crate) session: Option<String>,
}

/// What a server said about itself when an era was opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) capabilities: Value,
    pub(crate) server_info: Value,
    pub(crate) instructions: Option<String>,
}

/// One era that the server speaks, and the connection that the run uses for it.
pub(crate) struct Link {
    pub(crate) era: Era,
    pub(crate) facts: Facts,
    live: Mutex<Arc<Live>>,
    reopened: tokio::sync::Mutex<u32>,
}

/// What opening a session of a legacy era gave.
pub(crate) struct Opened {
    pub(crate) live: Live,
    /// The exchange of `initialize`.
    pub(crate) exchange: Exchange,
    /// Era and facts; `None` where the server did not take the handshake.
    pub(crate) accepted: Option<(Era, Facts)>,
}

impl Facts {
    /// What a result of `initialize` or `server/discover` says.
    pub(crate) fn of(result: &Value) -> Self {
        let field = |name: &str| result.get(name).cloned().unwrap_or(Value::Null);
        let in_meta = result.pointer("/_meta/io.modelcontextprotocol~1serverInfo").cloned();
        Self {
            capabilities: field("capabilities"),
            server_info: in_meta.unwrap_or_else(|| field("serverInfo")),
            instructions: result.get("instructions").and_then(Value::as_str).map(str::to_owned),
        }
    }
}

impl Link {
    pub(crate) fn new(era: Era, facts: Facts, live: Live) -> Self {
        Self { era, facts, live: Mutex::new(Arc::new(live)), reopened: tokio::sync::Mutex::new(0) }
    }

    /// The connection of now.
    pub(crate) fn live(&self) -> Arc<Live> {
        lock(&self.live).clone()
    }

    /// A connection that works: that of now, or a new one if it is closed or the server has forgotten its session.
    pub(crate) async fn working(&self, opener: &Opener, forgotten: Option<&Arc<Live>>) -> Result<Arc<Live>, WireError> {
        let usable =
            |live: &Arc<Live>| !live.connection.is_closed() && forgotten.is_none_or(|lost| !Arc::ptr_eq(lost, live));
        let live = self.live();
        if usable(&live) {
            return Ok(live);
        }
        let mut reopened = self.reopened.lock().await;
        // Somebody else may have opened it while we waited.
        let live = self.live();
        if usable(&live) {
            return Ok(live);
        }
        if *reopened >= MAX_REOPENED {
            return Err(WireError::Closed(format!("the connection was lost {MAX_REOPENED} times")));
        }
        *reopened += 1;
        live.connection.close().await;
        let fresh = opener.open(&self.era, live.connection.transport(), &ClientIdentity::default()).await?;
        *lock(&self.live) = fresh.clone();
        Ok(fresh)
    }
}

impl Opener {
    /// Opens an era that the server is known to speak, handshake included.
    pub(crate) async fn open(
        &self,
        era: &Era,
        transport: Transport,
        identity: &ClientIdentity,
    ) -> Result<Arc<Live>, WireError> {
        if era.modern {
            let parts = Parts::new(era, "server/discover", Value::Null, identity, &self.shared);
            let connection = self.connect(transport, &parts).await?;
            let connection =
                connection.map_err(|_| WireError::Closed("the server opens no event stream".to_owned()))?;
            return Ok(Arc::new(Live { connection, session: None }));
        }
        let opened = self.open_legacy(Parts::initialize(&era.version, identity, &self.shared), transport).await?;
        match opened.accepted {
            Some(_) => Ok(Arc::new(opened.live)),
            None => Err(WireError::Closed("the server does not take its handshake a second time".to_owned())),
        }
    }

    /// Connects and shakes hands with a prepared `initialize`. That the server refuses it, or the stream before it, is no
    /// error.
    pub(crate) async fn open_legacy(&self, opening: Parts, transport: Transport) -> Result<Opened, WireError> {
        match (self.connect(transport, &opening).await?, &self.place) {
            (Ok(connection), _) => self.shake_hands(connection, opening).await,
            (Err(exchange), Place::Http { client, url }) => {
                // There is no stream to send on; who goes on all the same sends to the endpoint itself.
                let connection = Connection::Http(HttpConnection::new(client.clone(), url.clone(), None));
                Ok(Opened { live: Live { connection, session: None }, exchange, accepted: None })
            }
            (Err(_), Place::Child(_)) => Err(WireError::Closed("a child process has no event stream".to_owned())),
        }
    }

    /// Shakes hands on a connection.
    pub(crate) async fn shake_hands(&self, connection: Connection, opening: Parts) -> Result<Opened, WireError> {
        let exchange = connection.send(&opening, None, &self.shared).await?;
        let session = exchange.header("mcp-session-id").map(str::to_owned);
        if let Some(session) = &session {
            self.shared.remember_session(session);
        }
        let live = Live { connection, session };
        let accepted = exchange.result().and_then(accepted_handshake);
        if let Some((era, _)) = &accepted {
            self.confirm(&live, era, &opening).await?;
        }
        Ok(Opened { live, exchange, accepted })
    }

    /// Sends `notifications/initialized` in the same guise as the opening request.
    async fn confirm(&self, live: &Live, era: &Era, opening: &Parts) -> Result<(), WireError> {
        let plain = Parts::new(era, "notifications/initialized", Value::Null, &ClientIdentity::default(), &self.shared);
        let mut headers = opening.headers.clone();
        headers.extend(plain.headers.iter().filter(|(name, _)| name == "mcp-protocol-version").cloned());
        let confirmation = Parts { headers, credentials: opening.credentials.clone(), ..plain };
        match live.connection.send(&confirmation, live.session.as_deref(), &self.shared).await {
            // Servers that leave a notification unanswered are still of use.
            Ok(_) | Err(WireError::Timeout(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A connection, or how the server refused a stream.
    async fn connect(&self, transport: Transport, parts: &Parts) -> Result<Result<Connection, Exchange>, WireError> {
        match (&self.place, transport) {
            (Place::Child(launch), _) => {
                Ok(Ok(Connection::Stdio(StdioConnection::start(launch, parts.heard.clone(), &self.shared)?)))
            }
            (Place::Http { client, url }, Transport::HttpSse) => {
                Ok(SseConnection::open(client, url, parts, &self.shared).await?.map(Connection::Sse))
            }
            (Place::Http { client, url }, _) => {
                Ok(Ok(Connection::Http(HttpConnection::new(client.clone(), url.clone(), parts.heard.clone()))))
            }
        }
    }
}

/// Whether a result is that of `initialize`: servers that answer everything with an empty object did not take it. A
/// revision that nobody knows is continued with the rules of the newest one with a handshake.
pub(crate) fn accepted_handshake(result: &Value) -> Option<(Era, Facts)> {
    let version = result.get("protocolVersion").and_then(Value::as_str);
    let telling = version.is_some() || result.get("capabilities").is_some() || result.get("serverInfo").is_some();
    let known = version.filter(|version| LEGACY.contains(version)).unwrap_or(LEGACY[0]);
    telling.then(|| (Era { version: known.to_owned(), modern: false }, Facts::of(result)))
}
