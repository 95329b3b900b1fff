//! Configured servers in repositories of GitHub, read through its REST API (<https://docs.github.com/rest>) without cloning:
//! the list of files of each repository, then only the files that are wanted.
//!
//! A client of our own rather than a general one, because every request has to go through [`outbound`] (address policy,
//! bounded bodies, no redirect to another host), and because limits of GitHub, entity tags and redirects are to be seen.
//! What comes from a repository is hostile: no path of it becomes part of an address, and links are not followed.

mod answer;
mod api;
mod app;
mod blobs;
mod cache;
mod calls;
mod error;
mod installation;
mod pause;
mod repositories;
mod scan;
mod tree;

use std::sync::Arc;
use std::time::Duration;

use detect::evidence::Masker;
use jiff::Timestamp;
use outbound::Policy;
use secrecy::SecretString;
use url::Url;

pub use api::{GitHub, base};
pub use app::{App, AppError};
pub(crate) use blobs::hand_over;
pub use error::GitHubError;
pub use scan::{RepositoryFile, Scan, Scanned};
pub(crate) use tree::{MAX_NOTES, MAX_PATH_BYTES, is_legal, is_passed_over};

/// Where GitHub is and how much of it is read.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the API begins: `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise server; see [`base`].
    pub base: Url,
    /// Who asks. What proves it is sent to the host of `base` only.
    pub credential: Credential,
    /// Which addresses the API may be at.
    pub addresses: Policy,
    /// Bounds.
    pub limits: Limits,
    /// Masks what findings show about the files around the servers; without it, only servers are looked for.
    pub masker: Option<Arc<Masker>>,
    /// How many bytes of answers are kept to ask whether they have changed, which GitHub does not count; 0 keeps none.
    pub cache_bytes: usize,
}

impl Settings {
    /// The defaults for an API.
    pub fn new(base: Url) -> Self {
        Self {
            base,
            credential: Credential::None,
            addresses: Policy::PublicOnly,
            limits: Limits::default(),
            masker: None,
            cache_bytes: 0,
        }
    }
}

/// Who asks GitHub.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Nobody: GitHub shows public repositories, at 60 requests an hour.
    None,
    /// Whoever a personal access token belongs to.
    Token(SecretString),
    /// An app, for the account that installed it. It gets tokens of an hour, again and again.
    App(App),
}

impl Credential {
    /// A personal access token, where there is one.
    pub fn token(token: Option<SecretString>) -> Self {
        token.map_or(Self::None, Self::Token)
    }
}

/// Bounds of what is read. Each is far above what large organisations need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For one answer.
    pub answer: Duration,
    /// For one request and its repetitions while GitHub fails.
    pub repeating: Duration,
    /// For all waits together that GitHub asks for. A limit of requests is lifted after an hour at most.
    pub waiting: Duration,
    /// For a whole scan, waits included.
    pub total: Duration,
    /// Repositories of an account.
    pub repositories: usize,
    /// Entries of the tree of one repository.
    pub entries: usize,
    /// Requests for the tree of one repository, where it is too large for one.
    pub trees: usize,
    /// Files that are read from one repository.
    pub files: usize,
    /// Bytes that are read from one repository.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_mins(1),
            repeating: Duration::from_secs(45),
            waiting: Duration::from_mins(130),
            total: Duration::from_hours(6),
            repositories: 10_000,
            entries: 1_000_000,
            trees: 1_000,
            files: 5_000,
            bytes: 256 << 20,
        }
    }
}

/// Files that the caller needs beside those that configure servers. They are read where a repository has a server.
#[derive(Debug, Clone, Copy)]
pub struct Beside {
    /// Whether it wants a path.
    pub wanted: fn(&str) -> bool,
    /// The largest file that it reads.
    pub max_bytes: u64,
}

/// What happens while repositories are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'e> {
    /// The repositories are known.
    Listed {
        /// How many are read.
        repositories: usize,
        /// How many are left out because they are archived.
        archived: usize,
        /// How many are left out because they are forks.
        forks: usize,
    },
    /// A repository is begun.
    Repository {
        /// `acme/backend`.
        name: &'e str,
        /// Its place among those that are read, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// A repository has another name now, under which it is read.
    Renamed {
        /// As it was asked for.
        from: &'e str,
        /// As GitHub calls it.
        to: &'e str,
    },
    /// GitHub wants no request before this time.
    Waiting {
        /// When reading goes on.
        until: Timestamp,
    },
}

/// Is told what happens.
pub type Watch<'w> = dyn Fn(&Event<'_>) + Send + Sync + 'w;
