//! A listener that a tested server is told to call: a request that arrives here with our token proves that the server
//! made it (catalogue section 3, callback). It answers with nothing, unless a probe publishes a page under its token.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use regex::Regex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;
use url::Url;

use crate::check::Sample;
use crate::networks::{self, Whereabouts};
use crate::probe::{ClientIdentity, Probe};
use crate::processes;
use crate::target::Callback;
use crate::wire::negotiate::names_loopback;
use crate::wire::record::lock;

/// What is kept of a request.
const KEPT_BYTES: usize = 2 << 10;
/// Connections at a time; further ones wait.
const CONNECTIONS: usize = 32;
/// How long a connection may take.
const CONNECTION: Duration = Duration::from_secs(3);
/// Longest page that a token is answered with.
const MAX_PAGE_BYTES: usize = 16 << 10;
/// Requests that are kept; a server that calls more often than that has been heard.
const MAX_HITS: usize = 1_000;
/// How long a server that answered already may still call: one on this machine, and one that is further away.
const GRACE_LOCAL: Duration = Duration::from_millis(250);
const GRACE_REMOTE: Duration = Duration::from_secs(2);

/// Tasks that serve connections until they are dropped.
type Serving = Vec<AbortOnDropHandle<()>>;

/// The listener of one audit. It ends with it.
pub(crate) struct Listener {
    base: Url,
    loopback: bool,
    heard: Arc<Heard>,
    /// The address that is published, and the one that only one request at a time is told, where there is one.
    addresses: Vec<SocketAddr>,
    /// Serves here.
    _serving: Serving,
    /// Serves in networks that a child of ours has for itself, by their names; the error says why it does not.
    inside: Mutex<BTreeMap<String, Result<Serving, String>>>,
}

/// A request that arrived with one of our tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The token in its path.
    pub(crate) token: String,
    /// Who sent it.
    pub(crate) peer: SocketAddr,
    /// The names of its header fields, in order and in lower case.
    pub(crate) header_names: Vec<String>,
    /// Its first 2 KiB.
    pub(crate) head: String,
}

impl Hit {
    /// What may be shown of it: its first line, who sent it, and the names of its header fields.
    pub(crate) fn sample(&self) -> Sample {
        let line = self.head.lines().next().unwrap_or_default();
        let names = self.header_names.join(", ");
        Sample::whole(format!("{line} from {}; header fields: {names}", self.peer.ip()), "callback")
    }
}

/// What the requests of a token are answered with.
#[derive(Debug, Clone, Default)]
enum Answer {
    /// Nothing, with status 204.
    #[default]
    Nothing,
    /// Another place to go to, with status 302.
    Redirect(String),
    /// A page.
    Page(Arc<str>),
}

#[derive(Default)]
struct Heard {
    /// The tokens that were handed out, and what their requests are answered with.
    issued: Mutex<BTreeMap<String, Answer>>,
    hits: Mutex<Vec<Hit>>,
    /// The address that stands for a token.
    told: Mutex<Option<(SocketAddr, String)>>,
    arrived: Notify,
}

impl Listener {
    /// Starts to listen. The error says what would enable it.
    pub(crate) async fn start(callback: &Callback, is_local: bool) -> Result<Self, String> {
        let bind = match callback {
            Callback::Off => return Err("needs a callback listener, which is turned off".to_owned()),
            Callback::Automatic if !is_local => {
                return Err("needs a callback address that the server can reach: use `--callback`".to_owned());
            }
            Callback::Automatic => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            Callback::At { bind, .. } => *bind,
        };
        let failed = |error: io::Error| format!("cannot listen on {bind} for callbacks: {error}");
        let listener = TcpListener::bind(bind).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let base = match callback {
            Callback::At { url, .. } => url.join("/"),
            _ => Url::parse(&format!("http://{address}/")),
        };
        let base = base.map_err(|error| format!("the address for callbacks is not valid: {error}"))?;
        let loopback = names_loopback(&base);
        let heard = Arc::new(Heard::default());
        let mut addresses = vec![address];
        let mut serving = vec![AbortOnDropHandle::new(tokio::spawn(serve(listener, heard.clone())))];
        // All of 127.0.0.0/8 is this machine on Linux; elsewhere only its first address may be.
        let told_once = SocketAddr::from(([127, rand::random(), rand::random(), 2], address.port()));
        if *callback == Callback::Automatic
            && let Ok(listener) = TcpListener::bind(told_once).await
        {
            addresses.push(told_once);
            serving.push(AbortOnDropHandle::new(tokio::spawn(serve(listener, heard.clone()))));
        }
        Ok(Self { base, loopback, heard, addresses, _serving: serving, inside: Mutex::default() })
    }

    /// Listens in the networks that a child has for itself as well, at the same address: the server is told one address,
    /// wherever it runs. The error says why it cannot be heard.
    pub(crate) fn follow(&self, group: u32) -> Result<(), String> {
        let Whereabouts { shares_ours, others } = networks::of(&processes::members(group).unwrap_or_default());
        let mut inside = lock(&self.inside);
        let mut reached = shares_ours || others.is_empty();
        let mut failure = None;
        for network in others {
            let serving = inside.entry(network.name.clone()).or_insert_with(|| {
                let serve_at = |address: &SocketAddr| {
                    let listener = network.listen(*address).and_then(TcpListener::from_std)?;
                    Ok(AbortOnDropHandle::new(tokio::spawn(serve(listener, self.heard.clone()))))
                };
                let serving: io::Result<Serving> = self.addresses.iter().map(serve_at).collect();
                serving.map_err(|error| format!("the server has a network of its own, in which we may not listen ({error}): run as root, or share the network with `--stdio-net on`"))
            });
            match serving {
                Ok(_) => reached = true,
                Err(reason) => failure = Some(reason.clone()),
            }
        }
        failure.filter(|_| !reached).map_or(Ok(()), Err)
    }

    /// Whether the server reaches it on the loopback interface that both share.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The port under which it is published.
    pub(crate) fn port(&self) -> u16 {
        self.base.port_or_known_default().unwrap_or_default()
    }

    /// Hands out a token: a canary that only one probe knows.
    pub(crate) fn issue(&self, probe: &Probe) -> String {
        let token = probe.canary();
        lock(&self.heard.issued).insert(token.clone(), Answer::Nothing);
        token
    }

    /// Sends the requests of a token on to another place, with status 302.
    pub(crate) fn redirect(&self, token: &str, to: &str) {
        lock(&self.heard.issued).insert(token.to_owned(), Answer::Redirect(to.to_owned()));
    }

    /// Answers the requests of a token with a page, of at most 16 KiB.
    pub(crate) fn publish(&self, token: &str, page: &str) {
        let page = &page[..page.floor_char_boundary(MAX_PAGE_BYTES)];
        lock(&self.heard.issued).insert(token.to_owned(), Answer::Page(page.into()));
    }

    /// Where a token is asked for.
    pub(crate) fn url(&self, token: &str) -> String {
        format!("{}{token}", self.base)
    }

    /// Where only the requests of this token go to, until the next one is told: for a server that keeps no more of an
    /// address than its host. `None` where this machine has no second address for itself.
    pub(crate) fn url_told_once(&self, token: &str) -> Option<String> {
        let address = self.addresses.get(1)?;
        *lock(&self.heard.told) = Some((*address, token.to_owned()));
        Some(format!("http://{address}/{token}"))
    }

    /// The request that arrived with a token.
    pub(crate) fn hit(&self, token: &str) -> Option<Hit> {
        lock(&self.heard.hits).iter().find(|hit| hit.token == token).cloned()
    }

    /// Gives servers that call only after their answer a last moment: waits until one of these tokens has arrived, or
    /// that moment is over. Call it once for all probes of a check.
    pub(crate) async fn linger(&self, tokens: &[String]) {
        let arrived = async {
            loop {
                let next = self.heard.arrived.notified();
                if tokens.iter().any(|token| self.hit(token).is_some()) {
                    return;
                }
                next.await;
            }
        };
        let grace = if self.loopback { GRACE_LOCAL } else { GRACE_REMOTE };
        tokio::select! {
            () = arrived => {}
            () = sleep(grace) => {}
        }
    }
}

async fn serve(listener: TcpListener, heard: Arc<Heard>) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    // Connections end with the listener.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok(permit) = permits.clone().acquire_owned().await {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of descriptors, most likely: a moment later there may be one.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let heard = heard.clone();
        connections.spawn(async move {
            // A connection that is cut off by either side has told what it had to tell.
            let _ = timeout(CONNECTION, converse(stream, peer, &heard)).await;
            drop(permit);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(mut stream: TcpStream, peer: SocketAddr, listener: &Heard) -> io::Result<()> {
    let address = stream.local_addr()?;
    let mut head = Vec::with_capacity(KEPT_BYTES);
    while !is_complete(&head) {
        let mut part = [0; KEPT_BYTES];
        let read = stream.read(&mut part[..KEPT_BYTES - head.len()]).await?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(&part[..read]);
    }
    let told = String::from_utf8_lossy(&head);
    let answer = match handshake(&head) {
        Some(_) => listener.take(&named_in_handshake(&told).unwrap_or_default(), peer, address),
        None => listener.take(&told, peer, address),
    };
    let answer = match answer {
        Answer::Nothing => "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned(),
        Answer::Redirect(to) => {
            format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        // A caller that only wants to know whether there is something gets no body.
        Answer::Page(page) => format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{}",
            page.len(),
            if head.starts_with(b"HEAD ") { "" } else { &page }
        ),
    };
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// How long the first record of a TLS handshake is, where one begins. It is not answered, but the name that it is for
/// stands in it in clear.
fn handshake(head: &[u8]) -> Option<usize> {
    match head {
        [0x16, 3, _, high, low, ..] => Some(5 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}

/// The token in the name that a handshake is for, told like the first line of a request. Names ignore case.
fn named_in_handshake(told: &str) -> Option<String> {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("(?i)mcpa([a-z2-7]{16})[.]").expect("a constant pattern is valid"));
    let tail = NAME.captures(told)?.get(1)?.as_str().to_ascii_uppercase();
    Some(format!("TLS handshake for mcpa{tail}"))
}

/// Whether the head of a request is there, or a first line that is none of HTTP, or the beginning of a handshake.
fn is_complete(head: &[u8]) -> bool {
    if let Some(length) = handshake(head) {
        return head.len() >= length.min(KEPT_BYTES);
    }
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_http = line.windows(5).any(|window| window == b"HTTP/");
    head.len() >= KEPT_BYTES
        || head.windows(4).any(|window| window == b"\r\n\r\n")
        || (line.len() < head.len() && !is_http)
}

impl Heard {
    /// Keeps a request if it is one that we asked for; what it is answered with.
    fn take(&self, head: &str, peer: SocketAddr, address: SocketAddr) -> Answer {
        let told = lock(&self.told).clone().filter(|(told, _)| *told == address).map(|(_, token)| token);
        let Some(hit) = hit(head, peer, told, |token| lock(&self.issued).contains_key(token)) else {
            return Answer::Nothing;
        };
        let answer = lock(&self.issued).get(&hit.token).cloned().unwrap_or_default();
        let mut hits = lock(&self.hits);
        if hits.len() < MAX_HITS {
            hits.push(hit);
        }
        drop(hits);
        self.arrived.notify_waiters();
        answer
    }
}

/// A request with a token of ours, or to the address that stands for one, that was not sent by this engine itself.
fn hit(head: &str, peer: SocketAddr, told: Option<String>, is_issued: impl Fn(&str) -> bool) -> Option<Hit> {
    static TOKEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("mcpa[A-Z2-7]{16}").expect("a constant pattern is valid"));
    // The path decides: a `Referer` may hold the token of the request before.
    let line = head.lines().next()?;
    let token = TOKEN.find(line).map(|token| token.as_str().to_owned()).or(told)?;
    let fields = || head.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
    let own = ClientIdentity::default().user_agent;
    let is_ours = fields().any(|(name, value)| name.eq_ignore_ascii_case("user-agent") && value.trim() == own);
    (is_issued(&token) && !is_ours).then(|| Hit {
        token,
        peer,
        header_names: fields().map(|(name, _)| name.trim().to_ascii_lowercase()).collect(),
        head: head.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "mcpaABCDEFGHIJKLMNOP";

    fn heard(head: &str) -> Option<Hit> {
        hit(head, SocketAddr::from((Ipv4Addr::LOCALHOST, 9)), None, |token| token == TOKEN)
    }

    #[test]
    fn only_our_token_from_somebody_else_is_a_hit() {
        let own = ClientIdentity::default().user_agent;
        assert!(heard(&format!("GET /{TOKEN} HTTP/1.1\r\nHost: x\r\n\r\n")).is_some());
        assert!(heard(&format!("{TOKEN}\r\n")).is_some());
        assert!(heard("GET /mcpaAAAAAAAAAAAAAAAA HTTP/1.1\r\n\r\n").is_none());
        assert!(heard("GET /favicon.ico HTTP/1.1\r\nReferer: http://x/mcpaABCDEFGHIJKLMNOP\r\n\r\n").is_none());
        assert!(heard(&format!("GET /{TOKEN} HTTP/1.1\r\nUser-Agent: {own}\r\n\r\n")).is_none());
    }

    #[tokio::test]
    async fn a_caller_is_answered_with_nothing_sent_on_or_shown_a_page() {
        let listener = Listener::start(&Callback::Automatic, true).await.expect("a free port");
        let cases = [
            (Answer::Nothing, "HTTP/1.1 204", "\r\n\r\n"),
            (Answer::Redirect("http://127.0.0.1/".to_owned()), "HTTP/1.1 302", "\r\n\r\n"),
            (Answer::Page("<p>Grüße</p>".into()), "HTTP/1.1 200", "\r\n\r\n<p>Grüße</p>"),
        ];
        for (answer, expected, end) in cases {
            lock(&listener.heard.issued).insert(TOKEN.to_owned(), answer);
            let mut stream = TcpStream::connect(("127.0.0.1", listener.port())).await.expect("a connection");
            let request = format!("GET /{TOKEN} HTTP/1.1\r\nX-Probe: 1\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("a request that is sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.expect("an answer");
            assert!(answer.starts_with(expected) && answer.ends_with(end), "{answer}");
        }
        let hit = listener.hit(TOKEN).expect("a hit");
        assert_eq!(hit.header_names, ["x-probe"]);
        listener.linger(&[TOKEN.to_owned()]).await;
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_that_only_one_server_was_told_stands_for_its_token() {
        let listener = Listener::start(&Callback::Automatic, true).await.expect("a free port");
        lock(&listener.heard.issued).insert(TOKEN.to_owned(), Answer::Nothing);
        let url = Url::parse(&listener.url_told_once(TOKEN).expect("an address")).expect("a URL");
        for (host, heard) in [("127.0.0.1", false), (url.host_str().expect("a host"), true)] {
            let mut stream = TcpStream::connect((host, listener.port())).await.expect("a connection");
            stream.write_all(b"GET /health HTTP/1.1\r\n\r\n").await.expect("a request that is sent");
            stream.read_to_string(&mut String::new()).await.expect("an answer");
            assert_eq!(listener.hit(TOKEN).is_some(), heard, "{host}");
        }
    }

    #[tokio::test]
    async fn a_handshake_tells_whom_it_is_for() {
        let listener = Listener::start(&Callback::Automatic, true).await.expect("a free port");
        lock(&listener.heard.issued).insert(TOKEN.to_owned(), Answer::Nothing);
        let name = format!("\0\n\0{}.localhost", TOKEN.to_ascii_lowercase());
        let length = u8::try_from(name.len()).expect("a short name");
        let hello = [&[0x16, 3, 1, 0, length], name.as_bytes()].concat();
        assert!(!is_complete(&hello[..hello.len() - 1]) && is_complete(&hello));
        let mut stream = TcpStream::connect(("127.0.0.1", listener.port())).await.expect("a connection");
        stream.write_all(&hello).await.expect("a handshake that is sent");
        listener.linger(&[TOKEN.to_owned()]).await;
        assert_eq!(listener.hit(TOKEN).expect("a hit").head, format!("TLS handshake for {TOKEN}"));
    }

    #[tokio::test]
    async fn far_targets_need_an_address() {
        assert!(Listener::start(&Callback::Automatic, false).await.is_err_and(|reason| reason.contains("callback")));
        assert!(Listener::start(&Callback::Off, true).await.is_err());
    }
}
