//! The requests of one scan: repeated while GitHub fails, put off while it wants none, redirected within the API only.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use outbound::{Client, OutboundError, Request, Response};
use retry::{Attempt, Policy};
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;
use url::Url;

use super::answer::next_page;
use super::api::Api;
use super::cache::Kept;
use super::{Event, GitHubError, Watch, pause};

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
            let response = self.allowed(&client, &self.request(&url, form, kept.as_ref())).await?;
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
                401 if self.api.token.is_none() => return Err(GitHubError::NeedsToken),
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

    /// Sends once the limits of GitHub allow it.
    async fn allowed(&self, client: &Client, request: &Request) -> Result<Response, GitHubError> {
        for met in 1..=pause::MAX_IN_A_ROW {
            self.wait().await?;
            let response = self.repeated(client, request).await?;
            let now = Timestamp::now();
            let Some(until) = pause::asked_for(&response, met, now) else {
                if let Some(until) = pause::used_up(&response, now) {
                    self.api.pause_until(until);
                }
                return Ok(response);
            };
            self.api.pause_until(until);
        }
        Err(GitHubError::Limited { until: self.api.paused_until(Timestamp::now()).unwrap_or_else(Timestamp::now) })
    }

    async fn wait(&self) -> Result<(), GitHubError> {
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
    async fn repeated(&self, client: &Client, request: &Request) -> Result<Response, GitHubError> {
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

    fn request(&self, url: &Url, form: Form, kept: Option<&Kept>) -> Request {
        let mut request = Request::get(url.clone())
            .without_redirects()
            .header("accept", form.media_type())
            .header("x-github-api-version", "2022-11-28")
            .header("user-agent", concat!("mcp-audit/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.api.token {
            request = request.header("authorization", format!("Bearer {}", token.expose_secret()));
        }
        match kept {
            Some(kept) => request.header("if-none-match", &kept.etag),
            None => request,
        }
    }
}

/// What a status other than 200 means.
fn refusal(response: &Response, what: &str) -> GitHubError {
    match response.status {
        401 => GitHubError::Unauthorized,
        403 if response.header("x-github-sso").is_some() => GitHubError::SingleSignOn,
        403 => GitHubError::Denied,
        404 => GitHubError::NotFound(what.to_owned()),
        409 => GitHubError::Empty,
        451 => GitHubError::Blocked,
        status => GitHubError::Status(status),
    }
}
