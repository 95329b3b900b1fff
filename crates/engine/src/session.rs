//! An audit as its callers see it: connect, discover, run the named tests, finish.

mod error;
mod finish;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use contracts::audit::{CheckResult, Finding, Level, NamedTest, Traffic, display_url};
use contracts::packages::Packages;
use contracts::progress::Step;
use detect::evidence::Masker;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::baseline::Baseline;
use crate::checks::ALL;
use crate::checks::access::discovery;
use crate::checks::supply_chain::launch::Launch;
use crate::identity::{display, target_key};
use crate::obstacle::Obstacle;
use crate::probe::{Face, Listed, Probe, ProbeError, item_of, place, tools_of};
use crate::runner;
use crate::snapshot::{Item, Snapshot};
use crate::target::{Callback, ChildNetwork, Options, Target};
use crate::wire::isolation;
use crate::wire::link::{Link, Opener, Place};
use crate::wire::negotiate::{Negotiated, connect_error, negotiate};
use crate::wire::shared::Shared;

pub use error::ConnectError;
pub use whole::{audit, waves};

/// How long a whole test may take.
const LEVEL_ONE: Duration = Duration::from_mins(10);
const LEVEL_TWO: Duration = Duration::from_mins(20);
/// Longest `instructions` that are kept.
const MAX_INSTRUCTIONS_BYTES: usize = 1 << 20;

/// Hears what happens.
pub trait Observer: Send + Sync {
    /// Called at each step, from the task that runs the test: return quickly.
    fn on(&self, step: Step);
}

/// The checks of one named test, done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupResult {
    /// The named test.
    pub test: NamedTest,
    /// What each of its checks said, in the order of the catalogue.
    pub checks: Vec<CheckResult>,
    /// Findings, masked and with their fingerprints, not yet scored.
    pub findings: Vec<Finding>,
    /// What was sent and received.
    pub traffic: Traffic,
}

/// What another process needs to go on with a test without listing again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionState {
    /// What the server declared.
    pub snapshot: Snapshot,
    /// When the test began.
    pub started_at: Timestamp,
    /// What was sent and received up to now, without the named tests.
    pub traffic: Traffic,
    /// What keeps clients from the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<Obstacle>,
}

/// A test of one server.
pub struct Session {
    /// On the heap, so that the futures of our callers stay small.
    probe: Box<Probe>,
    target_key: String,
    display: String,
    started_at: Timestamp,
    traffic: Traffic,
}

impl Session {
    /// Reaches the server and finds out which eras it speaks. A server that no client can connect to, for a reason that
    /// is a finding by itself, has none; the test then tells that reason.
    pub async fn connect(target: Target, options: Options) -> Result<Self, ConnectError> {
        if options.child_network != ChildNetwork::Automatic {
            return Box::pin(Self::reach(target, options)).await;
        }
        if may_be_isolated(&target, &options) {
            let isolated = Options { child_network: ChildNetwork::Isolated, ..options.clone() };
            match Box::pin(Self::reach(target.clone(), isolated)).await {
                // Many servers look something up when they start.
                Err(ConnectError::Stopped) => return Err(ConnectError::Stopped),
                Err(_) => {}
                connected => return connected,
            }
        }
        let shared = Options { child_network: ChildNetwork::Shared, ..options };
        Box::pin(Self::reach(target, shared)).await
    }

    /// Reaches the server, a child with or without a network.
    async fn reach(target: Target, options: Options) -> Result<Self, ConnectError> {
        let started_at = Timestamp::now();
        let opener = opener(&target, &options)?;
        let negotiated = tokio::select! {
            negotiated = negotiate(&opener) => negotiated,
            () = opener.shared.cancel.cancelled() => return Err(ConnectError::Stopped),
        };
        let (negotiated, obstacle) = match negotiated {
            Ok(negotiated) => (negotiated, None),
            Err(error) => {
                let obstacle = Obstacle::of(&error).ok_or(error)?;
                (Negotiated::nothing(&opener, &obstacle), Some(obstacle))
            }
        };
        let primary = negotiated.links.first().map(|link| link.facts.clone()).unwrap_or_default();
        let (command, env) = match &target {
            Target::Http { .. } => (Vec::new(), Vec::new()),
            Target::Stdio { program, args, env } => (
                std::iter::once(program).chain(args).cloned().collect(),
                env.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect(),
            ),
        };
        let snapshot = Snapshot {
            transport: negotiated.transport,
            url: match &opener.place {
                Place::Http { url, .. } => Some(display_url(url)),
                Place::Child(_) => None,
            },
            loopback: negotiated.loopback,
            command,
            env,
            eras: negotiated.links.iter().map(|link| link.era.clone()).collect(),
            capabilities: primary.capabilities,
            server_info: primary.server_info,
            instructions: primary.instructions.map(|mut text| {
                text.truncate(text.floor_char_boundary(MAX_INSTRUCTIONS_BYTES));
                text
            }),
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            listings: Vec::new(),
            anonymous: None,
        };
        let mut session = Self::over(&target, options, opener, negotiated.links, snapshot, started_at);
        session.probe.bar(obstacle);
        Ok(session)
    }

    /// Goes on with a test in another process: connects again, with a handshake at most, and lists nothing.
    pub async fn resume(target: Target, options: Options, state: SessionState) -> Result<Self, ConnectError> {
        let opener = opener(&target, &options)?;
        let identity = crate::wire::ClientIdentity::default();
        let facts = || crate::wire::link::Facts {
            capabilities: state.snapshot.capabilities.clone(),
            server_info: state.snapshot.server_info.clone(),
            instructions: state.snapshot.instructions.clone(),
        };
        let mut links = Vec::new();
        for era in &state.snapshot.eras {
            let live = opener
                .open(era, state.snapshot.transport, &identity)
                .await
                .map_err(|error| connect_error(error, &opener))?;
            let live = Arc::into_inner(live).ok_or(ConnectError::Stopped)?;
            links.push(Link::new(era.clone(), facts(), live));
        }
        opener.shared.budget.begin_checks();
        let SessionState { snapshot, started_at, traffic, obstacle } = state;
        let mut resumed = Self::over(&target, options, opener, links, snapshot, started_at);
        resumed.probe.bar(obstacle);
        Ok(Self { traffic, ..resumed })
    }

    fn over(
        target: &Target,
        options: Options,
        opener: Opener,
        links: Vec<Link>,
        snapshot: Snapshot,
        started_at: Timestamp,
    ) -> Self {
        let target_key = target_key(target, &options, &snapshot);
        let display = opener.shared.masker.text(&display(target));
        let probe = Box::new(Probe::new(snapshot, options, opener, links));
        Self { probe, target_key, display, started_at, traffic: Traffic::default() }
    }

    /// What keeps clients from the server, if anything does. Nothing is known about what it declares then.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        self.probe.obstacle()
    }

    /// Lists what the server offers.
    pub async fn discover(&mut self) -> Result<(), ConnectError> {
        if self.obstacle().is_none() {
            self.list().await?;
        }
        self.traffic = self.probe.shared().recorder.take_traffic();
        self.probe.shared().budget.begin_checks();
        Ok(())
    }

    async fn list(&mut self) -> Result<(), ConnectError> {
        let offers = |probe: &Probe, capability: &str| {
            let capabilities = &probe.snapshot().capabilities;
            // A server that said nothing about itself is asked for everything.
            capabilities.is_null()
                || capabilities.get(capability).is_some_and(|value| !value.is_null() && value != &Value::Bool(false))
        };
        let wanted = [
            ("tools", "tools/list", "tools"),
            ("prompts", "prompts/list", "prompts"),
            ("resources", "resources/list", "resources"),
            ("resources", "resources/templates/list", "resourceTemplates"),
        ];
        let mut found: Vec<(&str, Listed)> = Vec::new();
        for (capability, method, member) in wanted {
            let declared = offers(&self.probe, capability);
            // Tools are asked for in any case: an undeclared tool is called by clients all the same.
            if !declared && method != "tools/list" {
                continue;
            }
            let listed = Face::own(&self.probe).list(method, member).await.map_err(|error| self.lost(error))?;
            if let Some(refused) = listed
                .refused
                .as_ref()
                .filter(|refused| method == "tools/list" && matches!(refused.status, Some(401 | 403)))
            {
                let challenge = refused.header("www-authenticate").map(|challenge| self.masker().text(challenge));
                return Err(ConnectError::NeedsCredentials { given: self.probe.has_credential(), challenge });
            }
            if declared || listed.listing.stopped.is_none() {
                found.push((method, listed));
            }
        }
        let anonymous = self.is_anonymous().await;
        let items = |items: &[Value]| -> Vec<Item> { items.iter().map(item_of).collect() };
        let snapshot = self.probe.snapshot_mut();
        snapshot.anonymous = anonymous;
        for (method, Listed { items: listed, listing, .. }) in found {
            match method {
                "tools/list" => snapshot.tools = tools_of(&listed),
                "prompts/list" => snapshot.prompts = items(&listed),
                "resources/list" => snapshot.resources = items(&listed),
                _ => snapshot.templates = items(&listed),
            }
            snapshot.listings.push(listing);
        }
        Ok(())
    }

    /// Whether the primary era lists its tools for anybody; `None` where there is no such question.
    async fn is_anonymous(&self) -> Option<bool> {
        if !self.probe.is_http() {
            return None;
        }
        if !self.probe.has_credential() {
            return Some(true);
        }
        let modern = self.probe.eras().first()?.modern;
        let answer = if modern {
            self.probe.request("tools/list", Value::Null).anonymous().send().await
        } else {
            match self.probe.open_session(crate::probe::Request::anonymous).await {
                Ok(session) if session.accepted => session.request("tools/list", Value::Null).anonymous().send().await,
                Ok(_) => return Some(false),
                Err(error) => Err(error),
            }
        };
        answer.ok().map(|answer| answer.result().is_some_and(|result| result.get("tools").is_some()))
    }

    fn lost(&self, error: ProbeError) -> ConnectError {
        match error {
            ProbeError::Timeout(limit) => ConnectError::Timeout(limit),
            ProbeError::Stopped => ConnectError::Stopped,
            other => ConnectError::Closed(self.masker().text(&other.to_string())),
        }
    }

    /// Says what the server is made of, known only now that it told its name and version; replaces the options' word.
    pub fn tell_packages(&mut self, packages: Packages) {
        self.probe.tell_packages(packages);
    }

    /// What the server declared.
    pub fn snapshot(&self) -> &Snapshot {
        self.probe.snapshot()
    }

    /// What the server declares now, for a user who approves it: a later test compares with it. The scopes are those that
    /// it asks for, where that can be found out.
    pub async fn baseline(&self) -> Baseline {
        let baseline = Baseline::of(self.snapshot());
        if !self.probe.is_http() {
            return baseline;
        }
        match discovery(&self.probe).await {
            Ok(found) => baseline.with_scopes(&found.scopes()),
            Err(_) => baseline,
        }
    }

    /// How many checks a named test has at the level of this session.
    pub fn checks(&self, test: NamedTest) -> usize {
        if test.level() > self.probe.options().level {
            return 0;
        }
        ALL.iter().filter(|check| check.test == test).count()
    }

    /// What another process needs to go on.
    pub fn state(&self) -> SessionState {
        SessionState {
            snapshot: self.probe.snapshot().clone(),
            started_at: self.started_at,
            traffic: self.traffic,
            obstacle: self.obstacle().cloned(),
        }
    }

    /// Runs all checks of one named test, in the order of the catalogue. Never fails: a check that panics, is too slow
    /// or reaches nothing says so for itself.
    pub async fn run(&self, test: NamedTest, observer: &dyn Observer) -> GroupResult {
        let whole = if self.probe.options().level == Level::One { LEVEL_ONE } else { LEVEL_TWO };
        let spent = Timestamp::now().duration_since(self.started_at).unsigned_abs();
        let group =
            runner::Group { probe: &self.probe, target_key: &self.target_key, test, left: whole.saturating_sub(spent) };
        group.run(observer).await
    }

    /// Runs several named tests side by side. Each is woken by its own answers only, not by those of all the others.
    pub async fn run_all(&self, tests: &[NamedTest], observer: &dyn Observer) -> Vec<GroupResult> {
        tests.iter().map(|&test| self.run(test, observer)).collect::<FuturesOrdered<_>>().collect().await
    }

    /// What its checks send with. For programs that need a single request within all limits of an audit.
    pub fn probe(&self) -> &Probe {
        &self.probe
    }

    fn masker(&self) -> &Masker {
        &self.probe.shared().masker
    }

    /// Ends the sessions at the server and stops the child with all its processes.
    pub async fn close(self) {
        for link in self.probe.links() {
            let live = link.live();
            if live.session.is_some() {
                // The server may not know the end of a session; it is gone for us all the same.
                let end = crate::wire::message::Parts::end_of_session(&link.era, self.probe.shared());
                let _ = tokio::time::timeout(
                    Duration::from_secs(2),
                    live.connection.send(&end, live.session.as_deref(), self.probe.shared()),
                )
                .await;
            }
            live.connection.close().await;
        }
    }

    /// Stops as soon as possible. [`Session::finish`] still gives a result, with a note.
    pub fn cancel(&self) {
        self.probe.shared().cancel.cancel();
    }
}

/// Whether a target is a child that an audit can do without a network for.
fn may_be_isolated(target: &Target, options: &Options) -> bool {
    let Target::Stdio { program, args, .. } = target else { return false };
    let command: Vec<String> = std::iter::once(program).chain(args).cloned().collect();
    let downloads = Launch::of_command(&command).is_some_and(|launch| launch.package().is_some());
    let is_called_back = options.is_active() && options.callback != Callback::Off;
    !downloads && !is_called_back && isolation::words().is_some()
}

fn opener(target: &Target, options: &Options) -> Result<Opener, ConnectError> {
    let (credentials, secrets): (Vec<(String, SecretString)>, Vec<SecretString>) = match target {
        Target::Http { headers, .. } => (headers.clone(), Vec::new()),
        Target::Stdio { env, .. } => (Vec::new(), env.iter().map(|(_, value)| value.clone()).collect()),
    };
    let place = place(target, options).map_err(ConnectError::Refused)?;
    let is_isolated = matches!(place, Place::Child(_)) && options.child_network == ChildNetwork::Isolated;
    if is_isolated && isolation::words().is_none() {
        return Err(ConnectError::NotIsolated);
    }
    Ok(Opener { place, shared: Arc::new(Shared::new(options, credentials, secrets)) })
}
