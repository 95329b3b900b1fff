//! The requests of one scan: repeated while GitHub fails, put off while it wants none, redirected within the API only.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use outbound::{Client, OutboundError, Request, Response};
use retry::{Attempt, Policy};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use url::Url;

use super::answer::next_page;
use super::api::{Access, Api};
use super::cache::Kept;
use super::{AppError, Event, GitHubError, Watch, pause};

/// Most redirects of one request.
const MAX_REDIRECTS: usize = 3;

/// The form of an answer (<https://docs.github.com/rest/using-the-rest-api/media-types>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// Only the name of a commit.
    Sha,
    /// The bytes of a file.
    Raw,
}

impl Form {
    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/vnd.github+json",
            Self::Sha => "application/vnd.github.sha",
            Self::Raw => "application/vnd.github.raw+json",
        }
    }
}

/// An answer of status 200.
#[derive(Debug)]
pub(super) struct Got {
    /// At most one byte more than asked for.
    pub(super) body: Bytes,
    /// The next page of a list.
    pub(super) next: Option<Url>,
}

/// The requests of one scan.
pub(super) struct Calls<'w> {
    pub(super) api: Arc<Api>,
    pub(super) watch: &'w Watch<'w>,
    /// How long was waited so far. Whoever waits holds it, and the others wait with it.
    waited: Mutex<Duration>,
}

impl<'w> Calls<'w> {
    pub(super) fn new(api: Arc<Api>, watch: &'w Watch<'w>) -> Self {
        Self { api, watch, waited: Mutex::default() }
    }

    /// Gets a whole document of at most so many bytes. `what` it is tells people what is missing.
    pub(super) async fn get(&self, url: Url, form: Form, max_bytes: u64, what: &str) -> Result<Got, GitHubError> {
        let got = self.get_beginning(url, form, max_bytes, what).await?;
        if got.body.len() as u64 > max_bytes { Err(GitHubError::TooLong(max_bytes)) } else { Ok(got) }
    }

    /// Gets a document, of a longer one the beginning with one byte more than asked for.
    pub(super) async fn get_beginning(
        &self,
        mut url: Url,
        form: Form,
        max_bytes: u64,
        what: &str,
    ) -> Result<Got, GitHubError> {
        let bounds = outbound::Limits { max_body_bytes: max_bytes + 1, ..self.api.client.limits() };
        let client = self.api.client.with_limits(bounds);
        for _ in 0..=MAX_REDIRECTS {
            let key = format!("{} {url}", form.media_type());
            let kept = self.api.cache.as_ref().and_then(|cache| cache.get(&key));
            let response = self.allowed(&client, &request(&url, form, kept.as_ref())).await?;
            match response.status {
                200 => return Ok(self.keep(key, response, max_bytes)),
                304 => {
                    let Kept { body, next, .. } = kept.ok_or(GitHubError::Answer)?;
                    return Ok(Got { body, next });
                }
                301 | 302 | 307 | 308 => {
                    let location = response.header("location").and_then(|location| url.join(location).ok());
                    url = location.ok_or(GitHubError::Answer)?;
                    if !self.api.owns(&url) {
                        return Err(GitHubError::Elsewhere);
                    }
                }
                401 => return Err(self.unauthorized()),
                _ => return Err(refusal(&response, what)),
            }
        }
        Err(GitHubError::Redirects)
    }

    fn keep(&self, key: String, response: Response, max_bytes: u64) -> Got {
        let next = response.header("link").and_then(next_page);
        if let (Some(cache), Some(etag)) = (&self.api.cache, response.header("etag"))
            && response.body.len() as u64 <= max_bytes
        {
            cache.put(key, Kept { etag: etag.to_owned(), body: response.body.clone(), next: next.clone() });
        }
        Got { body: response.body, next }
    }

    /// Sends once the limits of GitHub allow it, with the token that is good by then.
    async fn allowed(&self, client: &Client, request: &Request) -> Result<Response, GitHubError> {
        let (mut met, mut replaced) = (0, false);
        loop {
            self.wait().await?;
            let token = self.token().await?;
            let response = self.repeated(client, &with_token(request, token.as_ref())).await?;
            // A token may be taken back before its time. A second one that is refused means something else.
            if response.status == 401
                && !replaced
                && let (Access::App(installation), Some(token)) = (&self.api.access, &token)
            {
                installation.forget(token).await;
                replaced = true;
            } else if !self.meets_limit(&response, &mut met)? {
                return Ok(response);
            }
        }
    }

    async fn token(&self) -> Result<Option<SecretString>, GitHubError> {
        match &self.api.access {
            Access::Public => Ok(None),
            Access::Token(token) => Ok(Some(token.clone())),
            Access::App(installation) => installation.token(self).await.map(Some),
        }
    }

    /// Takes note of the limit that a request has met, so that it is sent again behind it; `met` counts those in a row.
    pub(super) fn meets_limit(&self, response: &Response, met: &mut u32) -> Result<bool, GitHubError> {
        let now = Timestamp::now();
        *met += 1;
        let Some(until) = pause::asked_for(response, *met, now) else {
            if let Some(until) = pause::used_up(response, now) {
                self.api.pause_until(until);
            }
            return Ok(false);
        };
        self.api.pause_until(until);
        if *met < pause::MAX_IN_A_ROW { Ok(true) } else { Err(GitHubError::Limited { until }) }
    }

    pub(super) async fn wait(&self) -> Result<(), GitHubError> {
        let mut waited = self.waited.lock().await;
        while let Some(until) = self.api.paused_until(Timestamp::now()) {
            let wait = Timestamp::now().duration_until(until).unsigned_abs();
            if *waited + wait > self.api.limits.waiting {
                return Err(GitHubError::Limited { until });
            }
            (self.watch)(&Event::Waiting { until });
            tokio::time::sleep(wait).await;
            *waited += wait;
        }
        Ok(())
    }

    /// Sends, again while GitHub fails.
    pub(super) async fn repeated(&self, client: &Client, request: &Request) -> Result<Response, GitHubError> {
        let api = &self.api;
        retry::retry(&Policy::within(api.limits.repeating), || async {
            let answer = client.request(request.clone()).await;
            let reached = api.reached.fetch_or(answer.is_ok(), Ordering::Relaxed);
            match answer {
                Ok(answer) if answer.status >= 500 => Err(Attempt::transient(GitHubError::Status(answer.status))),
                Ok(answer) => Ok(answer),
                Err(error @ (OutboundError::Timeout { .. } | OutboundError::Broken { .. })) => {
                    Err(Attempt::transient(GitHubError::Call(error)))
                }
                Err(error @ (OutboundError::Connect { .. } | OutboundError::Unreachable { .. })) if reached => {
                    Err(Attempt::transient(GitHubError::Call(error)))
                }
                Err(error) => Err(Attempt::Permanent(GitHubError::Call(error))),
            }
        })
        .await
    }

    fn unauthorized(&self) -> GitHubError {
        match &self.api.access {
            Access::Public => GitHubError::NeedsToken,
            Access::Token(_) => GitHubError::Unauthorized,
            Access::App(_) => AppError::TokenRefused.into(),
        }
    }
}

/// A request for something, or for news where it is kept.
fn request(url: &Url, form: Form, kept: Option<&Kept>) -> Request {
    let request = described(Request::get(url.clone()), form);
    match kept {
        Some(kept) => request.header("if-none-match", &kept.etag),
        None => request,
    }
}

/// A request for an answer of this form, with what every request tells.
pub(super) fn described(request: Request, form: Form) -> Request {
    request
        .without_redirects()
        .header("accept", form.media_type())
        .header("x-github-api-version", "2022-11-28")
        .header("user-agent", concat!("mcp-audit/", env!("CARGO_PKG_VERSION")))
}

pub(super) fn with_token(request: &Request, token: Option<&SecretString>) -> Request {
    let request = request.clone();
    match token {
        Some(token) => request.header("authorization", format!("Bearer {}", token.expose_secret())),
        None => request,
    }
}

/// What a status other than 200 means.
fn refusal(response: &Response, what: &str) -> GitHubError {
    match response.status {
        403 if response.header("x-github-sso").is_some() => GitHubError::SingleSignOn,
        403 => GitHubError::Denied,
        404 => GitHubError::NotFound(what.to_owned()),
        409 => GitHubError::Empty,
        451 => GitHubError::Blocked,
        status => GitHubError::Status(status),
    }
}
