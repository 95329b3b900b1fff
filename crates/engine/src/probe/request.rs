//! A request that a check sends: known good, then changed in one thing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use crate::probe::{CallKind, ClientIdentity, Probe, ProbeError};
use crate::snapshot::Era;
use crate::wire::connection::{Connection, WireError};
use crate::wire::heard::Heard;
use crate::wire::jsonrpc;
use crate::wire::link::Live;
use crate::wire::message::{LEGACY, META_CAPABILITIES, MODERN, Parts, SessionId};
use crate::wire::record::Exchange;

/// A request under construction. Each method changes one thing; nothing is sent before [`Request::send`].
#[must_use = "nothing is sent before `send`"]
#[derive(Clone)]
pub struct Request<'p> {
    probe: &'p Probe,
    era: usize,
    /// The connection to use instead of that of the era.
    live: Option<Arc<Live>>,
    kind: CallKind,
    /// Whether the session id was left alone, so that a lost session may be opened again.
    plain_session: bool,
    parts: Parts,
}

impl<'p> Request<'p> {
    pub(crate) fn new(probe: &'p Probe, era: usize, live: Option<Arc<Live>>, method: &str, params: Value) -> Self {
        let parts = parts_of(probe, era, method, params, &ClientIdentity::default());
        Self { probe, era, live, kind: CallKind::Benign, plain_session: true, parts }
    }

    /// Speaks another era of the server, by its place in [`Probe::eras`]. Call it first: it builds the request anew.
    pub fn era(self, era: usize) -> Self {
        if era == self.era {
            return self;
        }
        if self.parts.method == "initialize" {
            return Self { era, ..self };
        }
        let Parts { method, mut params, .. } = self.parts;
        if let Some(params) = params.as_object_mut() {
            params.shift_remove("_meta");
        }
        Self { kind: self.kind, ..Self::new(self.probe, era, None, &method, params) }
    }

    /// Presents itself as another client. Call it before other changes to headers or `_meta`.
    pub fn client(mut self, identity: &ClientIdentity) -> Self {
        let id = self.parts.id.take();
        let mut params = self.parts.params.clone();
        if self.parts.method == "initialize" {
            params["clientInfo"] = serde_json::json!({ "name": identity.name, "version": identity.version });
            self.parts.params = params;
            self.parts.headers.retain(|(name, _)| name != "user-agent");
            self.parts.headers.push(("user-agent".to_owned(), identity.user_agent.clone()));
            self.parts.id = id;
            return self;
        }
        let method = self.parts.method.clone();
        self.parts = Parts { id, ..parts_of(self.probe, self.era, &method, params, identity) };
        self
    }

    /// Drops the headers that the user gave for the target. The session id stays.
    pub fn anonymous(mut self) -> Self {
        self.parts.credentials.clear();
        self
    }

    /// Sends these headers instead of those that the user gave for the target. The session id stays.
    pub fn credentials(mut self, headers: &[(String, SecretString)]) -> Self {
        self.parts.credentials = headers.to_vec();
        self
    }

    /// Sends this bearer instead of the user's `Authorization`.
    pub fn bearer(self, token: &str) -> Self {
        self.replace_header("authorization", &format!("Bearer {token}"))
    }

    /// Adds a header field; those of the same name stay.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.parts.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// Adds a header field in front of all others, the credentials included.
    pub fn header_first(mut self, name: &str, value: &str) -> Self {
        self.parts.credentials.insert(0, (name.to_ascii_lowercase(), SecretString::from(value)));
        self
    }

    /// Removes every header field of that name, the user's included.
    pub fn without_header(mut self, name: &str) -> Self {
        self.plain_session &= !name.eq_ignore_ascii_case("mcp-session-id");
        self.parts.remove_header(name);
        self
    }

    /// Sets a header field to exactly one value.
    pub fn replace_header(self, name: &str, value: &str) -> Self {
        self.without_header(name).header(name, value)
    }

    /// Sets a key of `_meta`.
    pub fn meta(mut self, key: &str, value: Value) -> Self {
        self.parts.set_meta(key, Some(value));
        self
    }

    /// Declares these capabilities of the client: in the handshake, or in each request of the stateless protocol.
    pub(crate) fn capable(mut self, capabilities: Value) -> Self {
        if self.parts.method == "initialize" {
            self.parts.params["capabilities"] = capabilities;
            return self;
        }
        self.meta(META_CAPABILITIES, capabilities)
    }

    /// Keeps what the server says unasked on the connection that this request opens.
    pub(crate) fn hearing(mut self, heard: &Arc<Heard>) -> Self {
        self.parts.heard = Some(heard.clone());
        self
    }

    /// Removes a key of `_meta`.
    pub fn without_meta(mut self, key: &str) -> Self {
        self.parts.set_meta(key, None);
        self
    }

    /// Sends these bytes as they are. The response is looked for under the `id` in them if they hold one, else under that
    /// of the request.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.parts.raw = Some(body.into());
        self
    }

    /// Sends this `id`.
    pub fn id(mut self, id: Value) -> Self {
        self.parts.id = Some(id);
        self
    }

    /// Whether it will be sent as the other is.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.era == other.era && self.kind == other.kind && self.parts.is_like(&other.parts)
    }

    /// The `id` that it will carry; `None` for a notification.
    pub fn current_id(&self) -> Option<&Value> {
        self.parts.id.as_ref()
    }

    /// The message that it will carry, for checks that send a changed copy with [`Request::body`].
    pub fn current_body(&self) -> Bytes {
        self.parts.body()
    }

    /// Sends this `Content-Type`, or none.
    pub fn content_type(self, kind: Option<&str>) -> Self {
        match kind {
            Some(kind) => self.replace_header("content-type", kind),
            None => self.without_header("content-type"),
        }
    }

    /// Uses this HTTP method. GET, HEAD, DELETE and OPTIONS carry no body unless [`Request::body`] sets one.
    pub fn http_method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.parts.http_method);
        if matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS") && self.parts.raw.is_none() {
            self.parts.headers.retain(|(name, _)| {
                name != "content-type" && !name.starts_with("mcp-method") && !name.starts_with("mcp-name")
            });
        }
        self
    }

    /// Goes over this connection instead of that of the era.
    pub(crate) fn over(mut self, live: Arc<Live>) -> Self {
        self.live = Some(live);
        self
    }

    /// Replaces the query of the endpoint.
    pub fn query(mut self, query: &str) -> Self {
        self.parts.query = Some(query.to_owned());
        self
    }

    /// Replaces the path of the endpoint.
    pub fn path(mut self, path: &str) -> Self {
        self.parts.path = Some(path.to_owned());
        self
    }

    /// Sends this session id, or none.
    pub fn session(mut self, id: Option<&str>) -> Self {
        self.plain_session = false;
        self.parts.session = id.map_or(SessionId::Without, |id| SessionId::Other(id.to_owned()));
        self
    }

    /// What the call of a tool is for; benign unless this says otherwise. The class table decides by it.
    pub fn kind(mut self, kind: CallKind) -> Self {
        self.kind = kind;
        self
    }

    /// Reads the answer for exactly so long, if it is a stream: for streams that do not end.
    pub fn read_for(mut self, duration: Duration) -> Self {
        self.parts.read_for = Some(duration);
        self
    }

    /// Waits so long for the first byte instead of 10 s.
    pub fn first_byte(mut self, limit: Duration) -> Self {
        self.parts.first_byte = Some(limit);
        self
    }

    /// Goes out without pacing and beside any number of others: for the checks of rate limits.
    pub fn burst(mut self) -> Self {
        self.parts.burst = true;
        self
    }

    /// Sends it. Whatever status or error comes back is an exchange; an error means that nothing came back, or that it
    /// was not sent at all.
    pub async fn send(mut self) -> Result<Exchange, ProbeError> {
        let tools = self.called_tools();
        for tool in &tools {
            let listed = self.probe.listed_tool(tool);
            if listed.is_some_and(|tool| !self.probe.permits(tool, self.kind)) {
                return Err(ProbeError::NotPermitted);
            }
        }
        let shared = self.probe.shared();
        for tool in &tools {
            shared.budget.take_call(tool, self.kind == CallKind::Burst).map_err(ProbeError::Budget)?;
        }
        // Loopback servers are spared nothing by pacing, and their users would only wait.
        if !tools.is_empty() && !self.parts.burst && !self.probe.snapshot().loopback {
            tokio::select! {
                () = shared.budget.pace() => {}
                () = shared.cancel.cancelled() => return Err(ProbeError::Stopped),
            }
        }
        let exchange = self.exchange().await?;
        for tool in &tools {
            shared.budget.heed(tool, &exchange);
        }
        Ok(exchange)
    }

    async fn exchange(&mut self) -> Result<Exchange, ProbeError> {
        let shared = self.probe.shared();
        if let Some(live) = &self.live {
            return Ok(live.connection.send(&self.parts, live.session.as_deref(), shared).await?);
        }
        let link = self.probe.link(self.era)?;
        let opener = self.probe.opener();
        let live = link.working(opener, None).await?;
        let exchange = live.connection.send(&self.parts, live.session.as_deref(), shared).await?;
        let forgotten = exchange.status == Some(404)
            && self.plain_session
            && live.session.is_some()
            && self.parts.path.is_none()
            && exchange.error().is_none_or(|(code, _)| code != -32601);
        if !forgotten {
            return Ok(exchange);
        }
        let fresh = link.working(opener, Some(&live)).await?;
        Ok(fresh.connection.send(&self.parts, fresh.session.as_deref(), shared).await?)
    }

    /// The listed tools that this request would call, also in a raw body or a batch.
    fn called_tools(&self) -> Vec<String> {
        let named = |params: Option<&Value>| {
            params.and_then(|params| params.get("name")).and_then(Value::as_str).map(str::to_owned)
        };
        let from_raw = |raw: &Bytes| {
            let messages = jsonrpc::parse(raw).unwrap_or_default();
            let calls =
                messages.iter().filter(|message| message.get("method").and_then(Value::as_str) == Some("tools/call"));
            calls.filter_map(|message| named(message.get("params"))).collect()
        };
        match &self.parts.raw {
            Some(raw) => from_raw(raw),
            None if self.parts.method == "tools/call" => named(Some(&self.parts.params)).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

fn parts_of(probe: &Probe, era: usize, method: &str, params: Value, identity: &ClientIdentity) -> Parts {
    if method == "initialize" && params.is_null() {
        return Parts::initialize(LEGACY[0], identity, probe.shared());
    }
    let known = probe.links().get(era).map(|link| link.era.clone());
    // An era that the server does not speak cannot be sent; building the request must not fail all the same.
    let era = known.unwrap_or_else(|| Era { version: MODERN.to_owned(), modern: true });
    let mut parts = Parts::new(&era, method, params, identity, probe.shared());
    if era.modern && method == "tools/call" {
        let name = parts.params.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(tool) = probe.listed_tool(&name) {
            parts.mirror_parameters(tool);
        }
    }
    parts
}

/// A session of a legacy era that a check opened for itself. Over stdio it is a child of its own, over HTTP+SSE a stream.
pub struct LegacySession<'p> {
    probe: &'p Probe,
    era: usize,
    live: Arc<Live>,
    /// The exchange of `initialize`. The server may have refused it.
    pub opening: Exchange,
    /// Whether the server took the handshake.
    pub accepted: bool,
}

impl<'p> LegacySession<'p> {
    /// The session id that the server gave, if any.
    pub fn id(&self) -> Option<&str> {
        self.live.session.as_deref()
    }

    /// The connection, for lists that are read within the session.
    pub(crate) fn live(&self) -> Arc<Live> {
        self.live.clone()
    }

    /// Where messages of the session go, over HTTP+SSE.
    pub(crate) fn endpoint(&self) -> Option<&Url> {
        match &self.live.connection {
            Connection::Sse(stream) => Some(stream.endpoint()),
            _ => None,
        }
    }

    /// The probe that opened it.
    pub(crate) fn probe(&self) -> &'p Probe {
        self.probe
    }

    /// A known-good request within the session, with the user's credentials.
    pub fn request(&self, method: &str, params: Value) -> Request<'p> {
        Request { plain_session: false, ..Request::new(self.probe, self.era, Some(self.live.clone()), method, params) }
    }

    /// Ends the session: DELETE over streamable HTTP; `None` where the transport has no such request.
    pub async fn end(&self) -> Result<Option<Exchange>, ProbeError> {
        if !matches!(self.live.connection, Connection::Http(_)) {
            self.live.connection.close().await;
            return Ok(None);
        }
        self.request("", Value::Null).http_method("DELETE").send().await.map(Some)
    }
}

impl Probe {
    /// The id of the session that the run has in an era.
    pub(crate) fn session_id(&self, era: usize) -> Option<String> {
        self.link(era).ok()?.live().session.clone()
    }

    /// The id of one more session, which is ended right away; `None` where the server issues none.
    pub(crate) async fn issued_session_id(&self, era: usize) -> Result<Option<String>, ProbeError> {
        let opening = self.request("initialize", Value::Null).era(era).session(None).send().await?;
        let Some(id) = opening.header("mcp-session-id").map(str::to_owned) else { return Ok(None) };
        self.shared().remember_session(&id);
        self.request("", Value::Null).era(era).session(Some(&id)).http_method("DELETE").send().await?;
        Ok(Some(id))
    }

    /// Opens a session of a legacy era with a changed `initialize`. Which era is decided by the request, as long as it
    /// is a legacy one; else it is the first that the server speaks.
    pub async fn open_session<'p>(
        &'p self,
        mutate: impl FnOnce(Request<'p>) -> Request<'p>,
    ) -> Result<LegacySession<'p>, ProbeError> {
        let first = self.eras().iter().position(|era| !era.modern);
        let first =
            first.ok_or_else(|| ProbeError::Unreachable("the server speaks no era with sessions".to_owned()))?;
        let version = self.eras()[first].version.clone();
        let parts = Parts::initialize(&version, &ClientIdentity::default(), self.shared());
        let plain =
            Request { probe: self, era: first, live: None, kind: CallKind::Benign, plain_session: false, parts };
        let request = mutate(plain);
        let era = if self.eras().get(request.era).is_some_and(|era| !era.modern) { request.era } else { first };
        let transport = self.link(era)?.live().connection.transport();
        let opened = tokio::select! {
            opened = self.opener().open_legacy(request.parts, transport) => opened,
            () = self.shared().cancel.cancelled() => Err(WireError::Stopped),
        }?;
        let accepted = opened.accepted.is_some();
        Ok(LegacySession { probe: self, era, live: Arc::new(opened.live), opening: opened.exchange, accepted })
    }
}
