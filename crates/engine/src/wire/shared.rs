//! What all connections of a run share: budgets, records, and what must not be shown.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use detect::evidence::Masker;
use detect::may_hold;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::target::Options;
use crate::wire::budget::Budget;
use crate::wire::connection::WireError;
use crate::wire::record::{Recorder, lock};

/// Shorter values are no secrets, and hiding them would turn every text into a riddle.
const MIN_SECRET: usize = 6;
/// HTTP requests under way at the same time.
const CONCURRENCY: usize = 4;

/// What all connections of a run share.
pub(crate) struct Shared {
    pub(crate) budget: Budget,
    pub(crate) recorder: Recorder,
    pub(crate) cancel: CancellationToken,
    pub(crate) child_output: Mutex<ChildOutput>,
    /// Masks all that leaves the engine; knows every secret of the run.
    pub(crate) masker: Masker,
    /// How long one exchange may take.
    pub(crate) longest_exchange: Duration,
    permits: Semaphore,
    credentials: Vec<(String, SecretString)>,
    secrets: Vec<SecretString>,
    sessions: Mutex<Vec<String>>,
    canaries: Mutex<Vec<String>>,
    next_id: AtomicI64,
}

/// What child processes printed beside their messages. Bounded.
#[derive(Debug, Default)]
pub(crate) struct ChildOutput {
    /// Lines of stdout that are no messages.
    pub(crate) stray: Vec<String>,
    /// stderr, the first 1 MiB.
    pub(crate) stderr: Vec<u8>,
}

impl Shared {
    /// `credentials` are the headers that the user gave for the target; those of further callers are in the options. `secrets` are further values that no template
    /// may show, such as the environment of a child.
    pub(crate) fn new(options: &Options, credentials: Vec<(String, SecretString)>, secrets: Vec<SecretString>) -> Self {
        let masker = Masker::new(options.evidence_key.clone());
        let given = || credentials.iter().chain(options.further_credentials()).map(|(_, value)| value);
        for value in given() {
            masker.hide_credential(value.expose_secret());
        }
        let tokens = given().filter_map(|value| {
            let (_, token) = value.expose_secret().split_once(' ')?;
            Some(SecretString::from(token.trim()))
        });
        let values = given().cloned();
        let mut secrets: Vec<SecretString> = values.chain(tokens).chain(secrets).collect();
        secrets.retain(|secret| secret.expose_secret().len() >= MIN_SECRET);
        for secret in &secrets {
            masker.hide(secret.expose_secret(), "{{credential}}");
        }
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
        Self {
            budget: Budget::new(options.is_active()),
            masker,
            longest_exchange: options.longest_exchange,
            permits: Semaphore::new(CONCURRENCY),
            recorder: Recorder::default(),
            cancel: CancellationToken::new(),
            child_output: Mutex::default(),
            credentials,
            secrets,
            sessions: Mutex::default(),
            canaries: Mutex::default(),
            next_id: AtomicI64::new(1),
        }
    }

    /// The headers that the user gave for the target.
    pub(crate) fn credentials(&self) -> &[(String, SecretString)] {
        &self.credentials
    }

    /// An id that no other request of the run has.
    pub(crate) fn next_id(&self) -> Value {
        json!(self.next_id.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until one more HTTP request may be under way; bursts need not wait.
    pub(crate) async fn permit(&self, burst: bool) -> Result<Option<SemaphorePermit<'_>>, WireError> {
        if burst {
            return Ok(None);
        }
        // The semaphore is never closed.
        self.permits.acquire().await.map(Some).map_err(|_| WireError::Stopped)
    }

    /// Remembers a session id, so that no template shows it.
    pub(crate) fn remember_session(&self, id: &str) {
        let mut sessions = lock(&self.sessions);
        if id.len() >= MIN_SECRET && !sessions.iter().any(|known| known == id) {
            self.masker.hide(id, "{{session}}");
            sessions.push(id.to_owned());
        }
    }

    /// Remembers a canary.
    pub(crate) fn remember_canary(&self, canary: &str) {
        lock(&self.canaries).push(canary.to_owned());
    }

    /// Replaces credentials, session ids and canaries by their placeholders.
    pub(crate) fn template(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let mut hide = |value: &str, instead: &str| {
            if may_hold(&text, value) {
                text = text.replace(value, instead);
            }
        };
        self.secrets.iter().for_each(|secret| hide(secret.expose_secret(), "{{credential}}"));
        lock(&self.sessions).iter().for_each(|session| hide(session, "{{session}}"));
        lock(&self.canaries).iter().for_each(|canary| hide(canary, "{{canary}}"));
        text
    }
}
