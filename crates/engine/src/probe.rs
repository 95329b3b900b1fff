//! What a probing check gets: the connections of an audit, with every rule about what may be sent built in.

pub(crate) mod callback;
mod calls;
pub(crate) mod dialog;
mod elsewhere;
mod invalid_arguments;
mod lists;
mod outside;
mod permission;
mod raw;
mod repeated;
mod request;
mod second_start;

use std::sync::Arc;
use std::time::Duration;

use contracts::packages::Packages;
use rand::RngExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use url::Url;

use crate::checks::access::Memo;
use crate::obstacle::Obstacle;
use crate::snapshot::{Era, Snapshot, Tool, strings};
use crate::target::{ChildNetwork, Options, Target};
use crate::wire::child::Launch;
use crate::wire::connection::{Connection, WireError};
use crate::wire::link::{Link, Live, Opener, Place};
use crate::wire::record::lock;
use crate::wire::shared::Shared;

pub use crate::wire::{Cap, CapHit, ClientIdentity, Exchange};
pub(crate) use calls::is_text;
pub use calls::{ItemKind, ItemRead, ToolCall};
pub(crate) use elsewhere::own_addresses;
pub use invalid_arguments::Mutation;
pub use lists::Lists;
pub(crate) use lists::{Face, Listed, item_of, tools_of};
pub use permission::CallKind;
pub(crate) use repeated::Repeated;
pub use request::{LegacySession, Request};
pub(crate) use second_start::SecondStart;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The connections of one audit. Shared by all checks, which may run side by side.
pub struct Probe {
    snapshot: Snapshot,
    options: Options,
    opener: Opener,
    links: Vec<Link>,
    obstacle: Option<Obstacle>,
    samples: calls::Samples,
    /// Boxed, because futures hold probes by value and it grows with the checks.
    memo: Box<Memo>,
    repeated: OnceCell<Repeated>,
    outside: OnceCell<outbound::Client>,
    second_start: OnceCell<SecondStart>,
    dialog: OnceCell<dialog::Dialog>,
    callback: OnceCell<Result<callback::Listener, String>>,
}

/// Why a probe got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The class table does not allow it in this mode (catalogue section 2).
    #[error("not allowed in this mode: `--active`, or `--active --allow-tool`, would enable it")]
    NotPermitted,
    /// What may be sent or received is used up, or the tool asked to be left alone.
    #[error("{0}")]
    Budget(String),
    /// The server is gone, or does not offer what was asked for.
    #[error("{0}")]
    Unreachable(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// The audit was cancelled.
    #[error("the test was stopped")]
    Stopped,
}

impl From<WireError> for ProbeError {
    fn from(error: WireError) -> Self {
        match error {
            WireError::Timeout(limit) => Self::Timeout(limit),
            WireError::Budget(reason) => Self::Budget(reason),
            WireError::Stopped => Self::Stopped,
            other => Self::Unreachable(other.to_string()),
        }
    }
}

/// The answer to a call of a tool.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The exchange.
    pub exchange: Exchange,
}

impl Answer {
    /// `result` of the response.
    pub fn result(&self) -> Option<&Value> {
        self.exchange.result()
    }

    /// Whether the call failed, as a tool error or as a JSON-RPC error. No answer at all is no error of the tool.
    pub fn is_error(&self) -> bool {
        self.exchange.error().is_some()
            || self.result().is_some_and(|result| result.get("isError") == Some(&json!(true)))
    }

    /// All text of the answer with its JSON pointer: in the result `/content/0/text`, structured values and their names
    /// included; of an error `/error/message` and its data. Encoded images and files are left out.
    pub fn texts(&self) -> Vec<(String, String)> {
        let Some(response) = self.exchange.response() else { return Vec::new() };
        let members = [("", "result"), ("/error", "error")]
            .into_iter()
            .filter_map(|(prefix, name)| Some((prefix, response.get(name)?)));
        let texts = members.flat_map(|(prefix, member)| {
            let texts = strings(member).into_iter().filter(|(pointer, _)| !is_encoded(member, pointer));
            texts.map(move |(pointer, text)| (format!("{prefix}{pointer}"), text.to_owned()))
        });
        texts.collect()
    }
}

/// Whether a pointer leads to the bytes of an image, sound or file.
fn is_encoded(value: &Value, pointer: &str) -> bool {
    let Some((parent, member)) = pointer.rsplit_once('/') else { return false };
    match member {
        "blob" => true,
        "data" => value.pointer(parent).is_some_and(|parent| parent.get("mimeType").is_some()),
        _ => false,
    }
}

impl Probe {
    /// The probe of a server whose eras are open.
    pub(crate) fn new(snapshot: Snapshot, options: Options, opener: Opener, links: Vec<Link>) -> Self {
        Self {
            snapshot,
            options,
            opener,
            links,
            obstacle: None,
            samples: calls::Samples::default(),
            memo: Box::default(),
            repeated: OnceCell::new(),
            outside: OnceCell::new(),
            second_start: OnceCell::new(),
            dialog: OnceCell::new(),
            callback: OnceCell::new(),
        }
    }

    /// Notes what keeps clients from the server.
    pub(crate) fn bar(&mut self, obstacle: Option<Obstacle>) {
        self.obstacle = obstacle;
    }

    /// What keeps clients from the server, if anything does.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        self.obstacle.as_ref()
    }

    /// Answers that several checks share.
    pub(crate) fn memo(&self) -> &Memo {
        &self.memo
    }

    /// The listener that the server may be told to call, started when it is first asked for. The error says what would
    /// enable it.
    pub(crate) async fn callback(&self) -> Result<&callback::Listener, String> {
        let start = || callback::Listener::start(&self.options.callback, self.snapshot.loopback);
        let listener = self.callback.get_or_init(start).await.as_ref().map_err(Clone::clone)?;
        // A server that was started again has another network.
        if let Some(group) = self.process_group().filter(|_| listener.is_loopback()) {
            listener.follow(group)?;
        }
        Ok(listener)
    }

    /// How often a tool was called so far, bursts apart.
    pub(crate) fn calls_of(&self, tool: &Tool) -> u32 {
        self.shared().budget.calls_of(&tool.name)
    }

    /// What the server declared.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(crate) fn snapshot_mut(&mut self) -> &mut Snapshot {
        &mut self.snapshot
    }

    /// Adds what is known of the server's packages.
    pub(crate) fn tell_packages(&mut self, packages: Packages) {
        self.options.packages = Some(packages);
    }

    /// How far the audit goes.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whether the server is reached over HTTP, in either form.
    pub fn is_http(&self) -> bool {
        matches!(self.opener.place, Place::Http { .. })
    }

    /// Whether the primary era is the stateless protocol of 2026-07-28 and later.
    pub fn is_modern(&self) -> bool {
        self.eras().first().is_some_and(|era| era.modern)
    }

    /// Whether the server is a child that was started without a network.
    pub(crate) fn is_isolated(&self) -> bool {
        !self.is_http() && self.options.child_network == ChildNetwork::Isolated
    }

    /// Whether the user gave headers for the target.
    pub fn has_credential(&self) -> bool {
        !self.shared().credentials().is_empty()
    }

    /// The headers that the user gave for the target.
    pub fn credentials(&self) -> &[(String, SecretString)] {
        self.shared().credentials()
    }

    /// The headers of a second caller; `None` where the user gave none, or those of the first once more.
    pub fn second_credential(&self) -> Option<&[(String, SecretString)]> {
        self.another(&self.options.second_credential)
    }

    /// The headers with an expired token; `None` where the user gave none, or those of the target once more.
    pub fn expired_credential(&self) -> Option<&[(String, SecretString)]> {
        self.another(&self.options.expired_credential)
    }

    /// The headers with a token for another audience; `None` where the user gave none, or those of the target once more.
    pub fn foreign_credential(&self) -> Option<&[(String, SecretString)]> {
        self.another(&self.options.foreign_credential)
    }

    fn another<'h>(&self, headers: &'h [(String, SecretString)]) -> Option<&'h [(String, SecretString)]> {
        let is_own = |(_, value): &(String, SecretString)| {
            self.credentials().iter().any(|(_, own)| own.expose_secret() == value.expose_secret())
        };
        (!headers.iter().all(is_own)).then_some(headers)
    }

    /// The endpoint with its query, of an HTTP target.
    pub fn url(&self) -> Option<&Url> {
        match &self.opener.place {
            Place::Http { url, .. } => Some(url),
            Place::Child(_) => None,
        }
    }

    /// The eras that the server speaks, the primary one first.
    pub fn eras(&self) -> &[Era] {
        &self.snapshot.eras
    }

    /// A fresh canary: `mcpa` and 16 base32 characters. Masking leaves canaries alone.
    pub fn canary(&self) -> String {
        let mut random = rand::rng();
        let tail = (0..16).map(|_| char::from(BASE32[random.random_range(0..BASE32.len())]));
        let canary: String = "mcpa".chars().chain(tail).collect();
        self.shared().remember_canary(&canary);
        canary
    }

    /// A known-good request of the primary era, to be changed in exactly one thing.
    pub fn request(&self, method: &str, params: Value) -> Request<'_> {
        Request::new(self, 0, None, method, params)
    }

    /// Calls a tool if the class table allows it in this mode. Paced, counted, and never again once the tool answered
    /// with a limit or a price.
    pub async fn call(&self, tool: &Tool, arguments: Value, kind: CallKind) -> Result<Answer, ProbeError> {
        let mut request = self.request("tools/call", json!({ "name": tool.name, "arguments": arguments })).kind(kind);
        if kind == CallKind::Burst {
            request = request.burst();
        }
        Ok(Answer { exchange: request.send().await? })
    }

    /// Whether the class table allows such a call of a tool now.
    pub fn permits(&self, tool: &Tool, kind: CallKind) -> bool {
        let seen = self.samples.seen();
        permission::permits(tool, kind, &self.options, seen, self.shared().budget.calls_of(&tool.name))
    }

    /// Notifications and requests of the server seen so far, whichever connection they came on.
    pub fn unsolicited(&self) -> Vec<Value> {
        self.shared().recorder.all_unsolicited()
    }

    /// Limits of catalogue section 9 that the server made us hit, in the order of time.
    pub fn caps(&self) -> Vec<CapHit> {
        self.shared().recorder.caps()
    }

    /// Lines of a child's stdout that were no messages.
    pub fn stray_stdout(&self) -> Vec<String> {
        lock(&self.shared().child_output).stray.clone()
    }

    /// What a child printed to stderr so far, at most 1 MiB.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&lock(&self.shared().child_output).stderr).into_owned()
    }

    /// The process group of the primary era's child, for stdio targets. It is the id of its first process.
    pub fn process_group(&self) -> Option<u32> {
        match &self.links.first()?.live().connection {
            Connection::Stdio(child) => child.group_id(),
            _ => None,
        }
    }

    /// Opens a connection of an era of its own, as some client.
    pub(crate) async fn open_fresh(&self, era: usize, identity: &ClientIdentity) -> Result<Arc<Live>, ProbeError> {
        let link = self.link(era)?;
        let transport = link.live().connection.transport();
        let opening = self.opener.open(&link.era, transport, identity);
        tokio::select! {
            opened = opening => Ok(opened?),
            () = self.shared().cancel.cancelled() => Err(ProbeError::Stopped),
        }
    }

    pub(crate) fn link(&self, era: usize) -> Result<&Link, ProbeError> {
        self.links.get(era).ok_or_else(|| ProbeError::Unreachable("the server does not speak this era".to_owned()))
    }

    pub(crate) fn links(&self) -> &[Link] {
        &self.links
    }

    pub(crate) fn opener(&self) -> &Opener {
        &self.opener
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.opener.shared
    }

    /// The rules for a target, for requests whose sender is a check.
    pub(crate) fn listed_tool(&self, name: &str) -> Option<&Tool> {
        self.snapshot.tools.iter().find(|tool| tool.name == name)
    }
}

/// The place of a target that a child or a URL names.
pub(crate) fn place(target: &Target, options: &Options) -> Result<Place, outbound::OutboundError> {
    match target {
        Target::Http { url, .. } => {
            let limits = outbound::Limits { total: options.longest_exchange, ..outbound::Limits::default() };
            let mut url = url.clone();
            url.set_fragment(None);
            let client = outbound::Client::trusting(&options.authorities, options.addresses, limits)?;
            Ok(Place::Http { client, url })
        }
        Target::Stdio { program, args, env } => {
            let (program, args, env) = (program.clone(), args.clone(), env.clone());
            Ok(Place::Child(Launch { program, args, env, network: options.child_network }))
        }
    }
}
