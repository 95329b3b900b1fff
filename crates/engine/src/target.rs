//! What to audit, and how far to go.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use contracts::audit::Level;
use contracts::packages::Packages;
use detect::evidence::EvidenceKey;
use secrecy::SecretString;
use url::Url;

use crate::baseline::Baseline;
use crate::check::Mode;
use crate::neighbour::Neighbour;
use crate::wire::connection::EXCHANGE;

/// Headers that authenticate a caller: names and values, in the order in which they are sent.
pub type Headers = Vec<(String, SecretString)>;

/// The server to audit.
#[derive(Debug, Clone)]
pub enum Target {
    /// A server behind a URL.
    Http {
        /// Its endpoint.
        url: Url,
        /// Headers for every request that should be authenticated, such as `Authorization`. Never sent elsewhere.
        headers: Headers,
    },
    /// A server that is a child process.
    Stdio {
        /// The program.
        program: String,
        /// Its arguments.
        args: Vec<String>,
        /// Environment variables besides the allow-list.
        env: Vec<(String, SecretString)>,
    },
}

/// How far an audit goes.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which checks run.
    pub level: Level,
    /// The boldest checks that run: passive ones call no tool at all.
    pub mode: Mode,
    /// Which addresses may be connected to.
    pub addresses: outbound::Policy,
    /// Tools of class W, X or D that may be called with benign arguments, by exact name. Needs [`Mode::Active`].
    pub allowed_tools: BTreeSet<String>,
    /// Replaces the derived target key in fingerprints, for targets that move.
    pub target_id: Option<String>,
    /// Key of this installation for the digests in evidence.
    pub evidence_key: EvidenceKey,
    /// The definitions that the user approved; `None` where there are none to compare with.
    pub baseline: Option<Baseline>,
    /// The other servers of the same client configuration, which the audited one is not among; `None` where the
    /// configuration is not known, empty where the server is alone in it.
    pub neighbours: Option<Vec<Neighbour>>,
    /// What a child process may reach.
    pub child_network: ChildNetwork,
    /// Whether the server is meant to be reached from other machines although it is tested over the loopback interface;
    /// it is not by default.
    pub exposed: bool,
    /// Certificate authorities that are trusted beside those of the system, such as that of a company. None by default.
    pub authorities: Vec<outbound::Authority>,
    /// How long one exchange may take from sending to the end of its answer; one minute by default. A stream of events
    /// that gives no response in this time counts as endless.
    pub longest_exchange: Duration,
    /// Where the server is told to call back, for the checks of requests that it makes itself. Needs [`Mode::Active`].
    pub callback: Callback,
    /// Whether the server is meant to be open to everybody, so that this is no finding; `false` by default.
    pub public: bool,
    /// Headers of a second caller, another user and best one with fewer rights, for the comparisons between callers.
    /// Sent to the target only, instead of its own headers. Empty by default.
    pub second_credential: Headers,
    /// Whether the second caller may only read, where its token does not say so by itself; `false` by default.
    pub second_is_read_only: bool,
    /// Headers with a token that has expired, which the target must refuse. Empty by default.
    pub expired_credential: Headers,
    /// Headers with a valid token that was issued for another audience, which the target must refuse. Empty by default.
    pub foreign_credential: Headers,
    /// What is known of the packages that the server is made of; `None` where nobody looked. What depends on the name
    /// and version that the server tells is known once it is connected: [`crate::Session::tell_packages`].
    pub packages: Option<Packages>,
}

impl Options {
    /// The headers of all callers besides the one that the target itself names.
    pub(crate) fn further_credentials(&self) -> impl Iterator<Item = &(String, SecretString)> {
        [&self.second_credential, &self.expired_credential, &self.foreign_credential].into_iter().flatten()
    }
}

/// What a child process may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChildNetwork {
    /// Nothing but itself, where that loses nothing: not where the command downloads its package, where probing calls
    /// ask the server to call back, where the machine allows no namespaces, or where the server does not start so.
    #[default]
    Automatic,
    /// What this machine reaches.
    Shared,
    /// Nothing but itself, by namespaces of Linux. Where the machine allows none the server is not started at all. Our
    /// callback listener follows it inside, which only an administrator may; otherwise the checks of requests that the
    /// server makes itself are not assessed.
    Isolated,
}

/// Where a tested server is told to call back: a listener of this process that answers with nothing and keeps the first
/// 2 KiB of what it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Callback {
    /// A free port of 127.0.0.1 when the server runs on this machine; nowhere else.
    #[default]
    Automatic,
    /// A listener on `bind` that the server reaches under `url`, which is plain HTTP.
    At {
        /// The address of this machine to listen on.
        bind: SocketAddr,
        /// What the server is told: scheme, host and port. Probes add a path.
        url: Url,
    },
    /// Never.
    Off,
}

impl Options {
    /// Whether rows marked A may run.
    pub fn is_active(&self) -> bool {
        self.mode == Mode::Active
    }
}

impl Default for Options {
    /// A level 1 test of a public server without probing calls, and with a key of its own, so that its evidence can be
    /// compared with no other run's.
    fn default() -> Self {
        Self {
            level: Level::One,
            mode: Mode::Safe,
            addresses: outbound::Policy::PublicOnly,
            allowed_tools: BTreeSet::new(),
            target_id: None,
            evidence_key: EvidenceKey(rand::random()),
            baseline: None,
            neighbours: None,
            child_network: ChildNetwork::default(),
            exposed: false,
            authorities: Vec::new(),
            longest_exchange: EXCHANGE,
            callback: Callback::Automatic,
            public: false,
            second_credential: Headers::new(),
            second_is_read_only: false,
            expired_credential: Headers::new(),
            foreign_credential: Headers::new(),
            packages: None,
        }
    }
}
