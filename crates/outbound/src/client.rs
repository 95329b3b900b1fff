//! The guarded client.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::BytesMut;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use crate::guard::{GuardedResolver, addresses, check_peer, check_url};
use crate::{Authority, OutboundError, Policy, Request, Response, Streaming, error};

/// Most redirects that are followed within one origin.
const MAX_REDIRECTS: u32 = 3;

/// Bounds of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the TCP connection and the TLS handshake together.
    pub connect: Duration,
    /// From the start of sending to the status line.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub idle: Duration,
    /// For all.
    pub total: Duration,
    /// Longest body that is read.
    pub max_body_bytes: u64,
}

impl Default for Limits {
    /// The limits of catalogue section 9.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            total: Duration::from_mins(1),
            max_body_bytes: 8 << 20,
        }
    }
}

/// An HTTP client that only goes where its policy allows. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    senders: Arc<Senders>,
    policy: Policy,
    limits: Limits,
}

/// What sends, without and with TLS.
#[derive(Debug)]
struct Senders {
    plain: reqwest::Client,
    /// Made for the first `https` URL: reading every certificate that the system trusts takes longer than most answers.
    secure: OnceLock<reqwest::Client>,
    policy: Policy,
    connect: Duration,
    authorities: Vec<Authority>,
}

impl Client {
    /// A client. Proxies of the environment are ignored: behind a proxy no address could be checked.
    pub fn new(policy: Policy, limits: Limits) -> Result<Self, OutboundError> {
        Self::trusting(&[], policy, limits)
    }

    /// A client that also takes certificates of these authorities, beside those that the system trusts.
    pub fn trusting(authorities: &[Authority], policy: Policy, limits: Limits) -> Result<Self, OutboundError> {
        let builder = builder(policy, limits.connect).tls_certs_only(std::iter::empty());
        let senders = Senders {
            plain: built(builder)?,
            secure: OnceLock::new(),
            policy,
            connect: limits.connect,
            authorities: authorities.to_vec(),
        };
        Ok(Self { senders: Arc::new(senders), policy, limits })
    }

    /// The same client, connections included, with other limits. The connect limit stays that of the original.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self { limits, ..self.clone() }
    }

    /// Which addresses this client connects to.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Its limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Connects to the host and port of a URL, with the same checks and without TLS or HTTP: for what no HTTP client
    /// sends. Whoever reads from it sees to limits of time and size.
    pub async fn connect(&self, url: &Url) -> Result<TcpStream, OutboundError> {
        let addresses = addresses(url, self.policy).await?;
        let stream = match timeout(self.limits.connect, TcpStream::connect(&addresses[..])).await {
            Ok(stream) => stream.map_err(|source| {
                let host = url.host_str().unwrap_or_default().to_owned();
                OutboundError::Unreachable { host, source }
            })?,
            Err(_) => return Err(OutboundError::Timeout { what: "connection", limit: self.limits.connect }),
        };
        check_peer(url, stream.peer_addr().ok(), self.policy)?;
        Ok(stream)
    }

    /// Sends a request and reads the whole answer, at most as much as the limits allow.
    pub async fn request(&self, request: Request) -> Result<Response, OutboundError> {
        let mut streaming = self.send_streaming(request).await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = streaming.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status: streaming.status,
            total: streaming.elapsed(),
            truncated: streaming.truncated(),
            headers: streaming.headers,
            body: body.freeze(),
            peer: streaming.peer,
            url: streaming.url,
            first_byte: streaming.first_byte,
        })
    }

    /// Sends a request and returns once the header of the answer is there; the caller reads the body.
    ///
    /// 307 and 308 within the same origin are followed, at most three times, each hop checked again, unless the request
    /// wants none. Any other redirect is returned as the answer, so that no credential reaches another origin.
    pub async fn send_streaming(&self, request: Request) -> Result<Streaming, OutboundError> {
        let started = Instant::now();
        let headers = request.header_map()?;
        let mut url = request.url.clone();
        for hop in 0.. {
            check_url(&url, self.policy)?;
            let mut sent = reqwest::Request::new(request.method.clone(), url.clone());
            headers.clone_into(sent.headers_mut());
            if !request.body.is_empty() {
                *sent.body_mut() = Some(request.body.clone().into());
            }
            let sender = self.senders.of(&url)?;
            let answer = match timeout_at(started + self.limits.first_byte, sender.execute(sent)).await {
                Ok(answer) => answer.map_err(|source| self.failure(&url, source))?,
                Err(_) => return Err(OutboundError::Timeout { what: "answer", limit: self.limits.first_byte }),
            };
            check_peer(&url, answer.remote_addr(), self.policy)?;
            match redirect_within_origin(&url, &answer) {
                Some(next) if request.follows && hop < MAX_REDIRECTS => url = next,
                _ => return Ok(self.streaming(url, answer, started)),
            }
        }
        unreachable!("the loop ends at the hop after the last allowed redirect")
    }

    fn failure(&self, url: &Url, source: reqwest::Error) -> OutboundError {
        if source.is_timeout() {
            return OutboundError::Timeout { what: "connection", limit: self.limits.connect };
        }
        error::of_reqwest(url, source)
    }

    fn streaming(&self, url: Url, answer: reqwest::Response, started: Instant) -> Streaming {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Streaming {
            status: answer.status().as_u16(),
            headers: answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            peer: answer.remote_addr(),
            url,
            first_byte: started.elapsed(),
            inner: answer,
            started,
            limits: self.limits,
            left: self.limits.max_body_bytes,
            truncated: false,
        }
    }
}

impl Senders {
    /// What sends to a URL.
    fn of(&self, url: &Url) -> Result<&reqwest::Client, OutboundError> {
        if url.scheme() != "https" {
            return Ok(&self.plain);
        }
        if let Some(secure) = self.secure.get() {
            return Ok(secure);
        }
        let trusted = self.authorities.iter().map(|authority| authority.0.clone());
        let secure = built(builder(self.policy, self.connect).tls_certs_merge(trusted))?;
        Ok(self.secure.get_or_init(|| secure))
    }
}

/// A client that follows and repeats nothing by itself and resolves names with the guard.
fn builder(policy: Policy, connect: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .http2_max_header_list_size(64 << 10)
        .dns_resolver(Arc::new(GuardedResolver { policy }))
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, OutboundError> {
    builder.build().map_err(|source| OutboundError::Request(source.to_string()))
}

/// Where a redirect that keeps method and body leads, if it stays in the origin.
fn redirect_within_origin(url: &Url, answer: &reqwest::Response) -> Option<Url> {
    if !matches!(answer.status().as_u16(), 307 | 308) {
        return None;
    }
    let location = answer.headers().get(http::header::LOCATION)?.to_str().ok()?;
    let next = url.join(location).ok()?;
    (next.origin() == url.origin()).then_some(next)
}
