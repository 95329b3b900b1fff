//! A server that speaks as much of GitHub's REST API as a scan of repositories needs, with the statuses, headers and bodies
//! of the real one (<https://docs.github.com/rest>). It records what it was asked for.

mod app;
mod fault;
mod repository;
mod routes;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use app::{App, Standing};
pub use fault::Fault;
pub use repository::Repository;

use crate::serving::Serving;
use routes::State;

/// What a server is to have.
#[derive(Debug, Default)]
pub struct Hub {
    pub(crate) organizations: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) repositories: Vec<Repository>,
    pub(crate) token: Option<(String, String)>,
    pub(crate) app: Option<App>,
    pub(crate) faults: Mutex<Vec<fault::Pending>>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query below the beginning of the API.
    pub path: String,
    /// Whether there was an `authorization`.
    pub authorized: bool,
    /// Whether it asked for news only.
    pub conditional: bool,
    /// How it was answered.
    pub status: u16,
}

impl Hub {
    /// Adds an organisation.
    #[must_use]
    pub fn organization(mut self, name: &str) -> Self {
        self.organizations.push(name.to_owned());
        self
    }

    /// Adds a user.
    #[must_use]
    pub fn user(mut self, name: &str) -> Self {
        self.users.push(name.to_owned());
        self
    }

    /// Adds a repository. Those of a name without account are only reached by that name.
    #[must_use]
    pub fn repository(mut self, repository: Repository) -> Self {
        self.repositories.push(repository);
        self
    }

    /// Gives a user a token. Others are refused; without one only public repositories are shown.
    #[must_use]
    pub fn token(mut self, token: &str, user: &str) -> Self {
        self.token = Some((token.to_owned(), user.to_owned()));
        self
    }

    /// Has an app installed.
    #[must_use]
    pub fn app(mut self, app: App) -> Self {
        self.app = Some(app);
        self
    }

    /// Answers the next requests whose path has this part otherwise.
    #[must_use]
    pub fn fault(self, part: &str, times: u32, fault: Fault) -> Self {
        let pending = fault::Pending { part: part.to_owned(), times, fault };
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push(pending);
        self
    }

    /// Starts it on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// Where there is none.
    pub fn start(self) -> GitHub {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("a bound socket");
        let url = format!("http://{address}/api/v3");
        let state = Arc::new(State::new(self, url.clone()));
        let served = Arc::clone(&state);
        let serving = Serving::start(async move || {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listening socket");
            axum::serve(listener, routes::router(served)).await
        });
        GitHub { url, state, _serving: serving }
    }
}

/// A server that runs. It stops when this is dropped.
#[derive(Debug)]
pub struct GitHub {
    url: String,
    state: Arc<State>,
    _serving: Serving,
}

impl GitHub {
    /// Where the API begins.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it was asked for so far, in the order of the answers.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked().clone()
    }

    /// Forgets what it was asked for.
    pub fn forget(&self) {
        self.state.asked().clear();
    }

    /// The paths of all files whose content was asked for, as `acme/backend/.mcp.json`.
    pub fn files_read(&self) -> BTreeSet<String> {
        self.asked().iter().flat_map(|asked| self.state.paths_of(&asked.path)).collect()
    }
}

impl State {
    fn asked(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
