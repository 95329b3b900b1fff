//! Finds out which eras a server speaks, whatever it does with messages that it does not know (mcp-protocol.md,
//! section 4). Decisions rest on bodies, never on a status alone.

use std::time::Duration;

use contracts::audit::Transport;
use serde_json::Value;
use tokio::time::Instant;
use url::{Host, Url};

use crate::obstacle::Obstacle;
use crate::session::ConnectError;
use crate::snapshot::Era;
use crate::wire::connection::{Connection, WireError};
use crate::wire::http::HttpConnection;
use crate::wire::link::{Facts, Link, Live, Opened, Opener, Place};
use crate::wire::message::{ClientIdentity, LEGACY, MODERN, Parts};
use crate::wire::record::{Exchange, lock};
use crate::wire::sse::SseConnection;
use crate::wire::stdio::StdioConnection;

/// How long a child may take from its start to its first answer: launchers download packages.
const FIRST_ANSWER: Duration = Duration::from_mins(1);
/// How long a child may take to answer `server/discover` before it is taken for one that does not know it.
const DISCOVER: Duration = Duration::from_secs(5);
/// How long a child that has been started once may take to its first answer.
const SECOND_START: Duration = Duration::from_secs(15);
/// How much of a child's last words an error shows.
const LAST_WORDS: usize = 600;

/// The eras of a server, the primary one first.
pub(crate) struct Negotiated {
    pub(crate) transport: Transport,
    pub(crate) links: Vec<Link>,
    /// Whether the server is on this machine.
    pub(crate) loopback: bool,
}

impl Negotiated {
    /// What is known of a server that no client can connect to.
    pub(crate) fn nothing(opener: &Opener, obstacle: &Obstacle) -> Self {
        let transport = match obstacle {
            Obstacle::Certificate { .. } => Transport::StreamableHttp,
            Obstacle::ForeignEndpoint { .. } => Transport::HttpSse,
        };
        let loopback = match &opener.place {
            Place::Http { url, .. } => names_loopback(url),
            Place::Child(_) => true,
        };
        Self { transport, links: Vec::new(), loopback }
    }
}

/// Whether the host of a URL is this machine by its name or address.
pub(crate) fn names_loopback(url: &Url) -> bool {
    url.host().is_some_and(|host| match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    })
}

/// Reaches the server and opens every era that it speaks.
pub(crate) async fn negotiate(opener: &Opener) -> Result<Negotiated, ConnectError> {
    match &opener.place {
        Place::Http { .. } => negotiate_http(opener).await,
        Place::Child(_) => negotiate_stdio(opener).await,
    }
}

fn modern_era() -> Era {
    Era { version: MODERN.to_owned(), modern: true }
}

fn discover_request(opener: &Opener) -> Parts {
    Parts::new(&modern_era(), "server/discover", Value::Null, &ClientIdentity::default(), &opener.shared)
}

/// Whether an answer to `server/discover` comes from a server of the modern era.
fn speaks_modern(exchange: &Exchange) -> Option<Facts> {
    if let Some(result) = exchange.result() {
        let versions = result.get("supportedVersions")?.as_array()?;
        return versions.iter().any(|version| version == MODERN).then(|| Facts::of(result));
    }
    let (code, _) = exchange.error()?;
    let supported =
        exchange.response().and_then(|response| response.pointer("/error/data/supported")).and_then(Value::as_array);
    match code {
        // Only a modern server has an opinion on these; what it offers will show when it is listed.
        -32020 | -32021 => Some(Facts::default()),
        -32022 if supported.is_some_and(|versions| versions.iter().any(|version| version == MODERN)) => {
            Some(Facts::default())
        }
        _ => None,
    }
}

async fn negotiate_http(opener: &Opener) -> Result<Negotiated, ConnectError> {
    let Place::Http { client, url } = &opener.place else { return Err(ConnectError::Stopped) };
    let connection = || Connection::Http(HttpConnection::new(client.clone(), url.clone(), None));
    let mut links = Vec::new();
    let mut seen: Vec<Exchange> = Vec::new();
    let mut waited = None;

    let http = connection();
    match http.send(&discover_request(opener), None, &opener.shared).await {
        Ok(exchange) => {
            if let Some(facts) = speaks_modern(&exchange) {
                links.push(Link::new(modern_era(), facts, Live { connection: http, session: None }));
            }
            seen.push(exchange);
        }
        Err(WireError::Timeout(limit)) => waited = Some(limit),
        Err(error) => return Err(connect_error(error, opener)),
    }
    match handshake_http(opener, connection).await {
        Ok(handshake) => {
            if let Some((era, facts)) = handshake.accepted {
                links.push(Link::new(era, facts, handshake.live));
            }
            seen.push(handshake.exchange);
        }
        Err(WireError::Timeout(limit)) if links.is_empty() && waited.is_some() => {
            return Err(ConnectError::Timeout(limit));
        }
        Err(WireError::Timeout(_)) => {}
        Err(_) if !links.is_empty() => {}
        Err(error) => return Err(connect_error(error, opener)),
    }
    let mut transport = Transport::StreamableHttp;
    if links.is_empty() {
        if let Some(refused) = seen.iter().find(|exchange| matches!(exchange.status, Some(401 | 403))) {
            return Err(needs_credentials(refused, opener));
        }
        let (link, exchange) = negotiate_sse(opener, &seen).await?;
        transport = Transport::HttpSse;
        links.push(link);
        seen.push(exchange);
    }
    let loopback = seen.iter().filter_map(|exchange| exchange.peer).all(|peer| peer.ip().to_canonical().is_loopback());
    Ok(Negotiated { transport, links, loopback })
}

/// Shakes hands; once more with an older revision if the server says which ones it speaks.
async fn handshake_http(opener: &Opener, connection: impl Fn() -> Connection) -> Result<Opened, WireError> {
    let identity = ClientIdentity::default();
    let handshake = opener.shake_hands(connection(), Parts::initialize(LEGACY[0], &identity, &opener.shared)).await?;
    if handshake.accepted.is_some() {
        return Ok(handshake);
    }
    match older_revision(&handshake.exchange) {
        Some(older) => opener.shake_hands(connection(), Parts::initialize(older, &identity, &opener.shared)).await,
        None => Ok(handshake),
    }
}

/// The newest revision with a handshake that an error about versions names.
fn older_revision(exchange: &Exchange) -> Option<&'static str> {
    let supported = exchange.response()?.pointer("/error/data/supported")?.as_array()?;
    LEGACY.into_iter().skip(1).find(|version| supported.iter().any(|named| named == version))
}

/// The oldest transport: only this one begins with a GET.
async fn negotiate_sse(opener: &Opener, seen: &[Exchange]) -> Result<(Link, Exchange), ConnectError> {
    let Place::Http { client, url } = &opener.place else { return Err(ConnectError::Stopped) };
    let opening = Parts::initialize(LEGACY[3], &ClientIdentity::default(), &opener.shared);
    let stream = match SseConnection::open(client, url, &opening, &opener.shared).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(exchange)) if matches!(exchange.status, Some(401 | 403)) => {
            return Err(needs_credentials(&exchange, opener));
        }
        Ok(Err(exchange)) => return Err(not_mcp(seen.first().unwrap_or(&exchange))),
        Err(WireError::Timeout(_)) if !seen.is_empty() => return Err(not_mcp(&seen[0])),
        Err(error) => return Err(connect_error(error, opener)),
    };
    let handshake =
        opener.shake_hands(Connection::Sse(stream), opening).await.map_err(|error| connect_error(error, opener))?;
    match handshake.accepted {
        Some((era, facts)) => Ok((Link::new(era, facts, handshake.live), handshake.exchange)),
        None => Err(not_mcp(&handshake.exchange)),
    }
}

async fn negotiate_stdio(opener: &Opener) -> Result<Negotiated, ConnectError> {
    let mut links = Vec::new();
    let mut discover = discover_request(opener);
    discover.first_byte = Some(DISCOVER);
    let started = Instant::now();
    let child = start(opener)?;
    let mut undecided = false;
    let legacy_on = match child.send(&discover, None, &opener.shared).await {
        Ok(exchange) => match speaks_modern(&exchange) {
            Some(facts) => {
                links.push(Link::new(modern_era(), facts, Live { connection: child, session: None }));
                None
            }
            None => Some(child),
        },
        Err(WireError::Timeout(_)) => {
            undecided = true;
            Some(child)
        }
        // A legacy server may exit on a first message that it does not know.
        Err(WireError::Closed(_)) => {
            // What it said about that message explains nothing to a person.
            lock(&opener.shared.child_output).stderr.clear();
            Some(start(opener)?)
        }
        Err(error) => return Err(connect_error(error, opener)),
    };
    let primary_is_legacy = legacy_on.is_some();
    let (connection, limit) = match legacy_on {
        Some(connection) => (connection, FIRST_ANSWER.saturating_sub(started.elapsed()).max(SECOND_START)),
        None => (start(opener)?, SECOND_START),
    };
    let mut opening = Parts::initialize(LEGACY[0], &ClientIdentity::default(), &opener.shared);
    opening.first_byte = Some(limit);
    match opener.shake_hands(connection, opening).await {
        Ok(Opened { live, accepted: Some((era, facts)), .. }) => links.push(Link::new(era, facts, live)),
        Ok(Opened { live, exchange, accepted: None }) => {
            live.connection.close().await;
            if primary_is_legacy && !undecided {
                return Err(not_mcp(&exchange));
            }
        }
        Err(_) if !primary_is_legacy => {}
        Err(error) if !undecided => return Err(connect_error(error, opener)),
        Err(error @ (WireError::Closed(_) | WireError::Stopped)) => return Err(connect_error(error, opener)),
        Err(_) => return Err(ConnectError::Timeout(started.elapsed())),
    }
    // It was too slow at its first start to tell; it is warm now, and on a busy machine it may be slow again. Its refusal
    // of the handshake may mean no more than that it took the first message for a choice of the newer era.
    if undecided {
        discover.first_byte = Some(SECOND_START);
        let child = start(opener)?;
        match child.send(&discover, None, &opener.shared).await {
            Ok(exchange) => match speaks_modern(&exchange) {
                Some(facts) => {
                    links.insert(0, Link::new(modern_era(), facts, Live { connection: child, session: None }));
                }
                None => child.close().await,
            },
            Err(WireError::Timeout(_)) if links.is_empty() => return Err(ConnectError::Timeout(started.elapsed())),
            Err(_) => child.close().await,
        }
    }
    if links.is_empty() {
        return Err(ConnectError::NotMcp {
            status: None,
            hint: "it answers neither `server/discover` nor `initialize`".to_owned(),
        });
    }
    Ok(Negotiated { transport: Transport::Stdio, links, loopback: true })
}

fn start(opener: &Opener) -> Result<Connection, ConnectError> {
    let Place::Child(launch) = &opener.place else { return Err(ConnectError::Stopped) };
    let started = StdioConnection::start(launch, None, &opener.shared).map(Connection::Stdio);
    started.map_err(|error| connect_error(error, opener))
}

/// What a failure means for the person who asked for the audit.
pub(crate) fn connect_error(error: WireError, opener: &Opener) -> ConnectError {
    match error {
        WireError::Outbound(error) if error.is_refusal() => ConnectError::Refused(error),
        WireError::Outbound(error) => ConnectError::Unreachable(error),
        WireError::Timeout(limit) => ConnectError::Timeout(limit),
        WireError::Budget(reason) => ConnectError::NotMcp { status: None, hint: reason },
        WireError::Stopped => ConnectError::Stopped,
        WireError::ForeignEndpoint { departure, endpoint } => ConnectError::ForeignEndpoint { departure, endpoint },
        WireError::Spawn { program, source } => ConnectError::Spawn { program, source },
        WireError::Closed(reason) => match &opener.place {
            Place::Child(_) => ConnectError::Exited { reason, last_words: last_words(opener) },
            Place::Http { .. } => ConnectError::Closed(reason),
        },
    }
}

/// The end of what a child printed to stderr, masked.
fn last_words(opener: &Opener) -> String {
    let stderr = String::from_utf8_lossy(&lock(&opener.shared.child_output).stderr).into_owned();
    let tail: Vec<char> = stderr.trim().chars().rev().take(LAST_WORDS).collect();
    let tail: String = tail.into_iter().rev().collect();
    if tail.is_empty() { "it printed nothing to stderr".to_owned() } else { opener.shared.masker.text(&tail) }
}

fn needs_credentials(exchange: &Exchange, opener: &Opener) -> ConnectError {
    let challenge = exchange.header("www-authenticate").map(|challenge| opener.shared.masker.text(challenge));
    ConnectError::NeedsCredentials { given: !opener.shared.credentials().is_empty(), challenge }
}

fn not_mcp(exchange: &Exchange) -> ConnectError {
    let kind = exchange.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let hint = match exchange.status {
        Some(300..=399) => "it redirects elsewhere, which is not followed: use the final address",
        Some(404) => "there is nothing at this path: servers often use `/mcp` or `/sse`",
        Some(429) => "it refuses further requests for now: try again later",
        Some(500..=599) => "it fails on every request: look at its log",
        _ if kind.starts_with("text/html") => "it answers with a web page: servers often use the path `/mcp` or `/sse`",
        _ if exchange.error().is_some() => "it answers with errors only",
        _ => "its answers are no MCP messages",
    };
    ConnectError::NotMcp { status: exchange.status, hint: hint.to_owned() }
}
