//! One API of GitHub, with whatever is shared by all that is asked of it.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contracts::github::GitHubSource;
use detect::evidence::Masker;
use jiff::Timestamp;
use outbound::Client;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::cache::Cache;
use super::installation::Installation;
use super::{Beside, Credential, GitHubError, Limits, Scan, Settings, Watch};

/// GitHub, or an Enterprise server. Cheap to clone; clones share connections, kept answers and what is known about limits.
#[derive(Debug, Clone)]
pub struct GitHub(Arc<Api>);

#[derive(Debug)]
pub(super) struct Api {
    pub(super) client: Client,
    pub(super) base: Url,
    pub(super) access: Access,
    pub(super) limits: Limits,
    pub(super) masker: Option<Arc<Masker>>,
    pub(super) cache: Option<Cache>,
    /// Whether it has ever answered: until then, not being reachable is no passing fault.
    pub(super) reached: AtomicBool,
    /// Until when it wants no request.
    paused_until: Mutex<Option<Timestamp>>,
}

/// What requests are sent with.
#[derive(Debug)]
pub(super) enum Access {
    Public,
    Token(SecretString),
    App(Installation),
}

impl Access {
    fn new(credential: Credential) -> Result<Self, GitHubError> {
        let token = match credential {
            Credential::None => return Ok(Self::Public),
            Credential::App(app) => return Ok(Self::App(Installation::new(&app)?)),
            Credential::Token(token) => SecretString::from(token.expose_secret().trim().to_owned()),
        };
        if token.expose_secret().is_empty() {
            return Ok(Self::Public);
        }
        if is_token(&token) { Ok(Self::Token(token)) } else { Err(GitHubError::Token) }
    }
}

/// Whether a token can be sent.
pub(super) fn is_token(token: &SecretString) -> bool {
    let token = token.expose_secret();
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The address of the API from what people know: that of the API itself, or of the pages of GitHub or of an Enterprise
/// server (<https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api>).
pub fn base(given: &Url) -> Result<Url, GitHubError> {
    let mut url = given.clone();
    let host = url.host_str().unwrap_or_default().to_owned();
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    // In clear text the token would be everybody's on the way.
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && local);
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if host.is_empty() || !is_safe || !is_plain {
        return Err(GitHubError::Base(contracts::audit::display_url(given)));
    }
    if matches!(host.as_str(), "github.com" | "www.github.com") {
        url.set_host(Some("api.github.com")).map_err(|_| GitHubError::Base(host))?;
        url.set_path("/");
    } else if url.path() == "/" && !host.starts_with("api.") {
        url.set_path("/api/v3");
    }
    Ok(url)
}

impl GitHub {
    /// Prepares requests; sends none.
    pub fn new(settings: Settings) -> Result<Self, GitHubError> {
        let base = base(&settings.base)?;
        let access = Access::new(settings.credential)?;
        let bounds = outbound::Limits {
            connect: Duration::from_secs(10),
            first_byte: settings.limits.answer,
            total: settings.limits.answer,
            ..outbound::Limits::default()
        };
        Ok(Self(Arc::new(Api {
            client: Client::new(settings.addresses, bounds)?,
            base,
            access,
            limits: settings.limits,
            masker: settings.masker,
            cache: (settings.cache_bytes > 0).then(|| Cache::new(settings.cache_bytes)),
            reached: AtomicBool::new(false),
            paused_until: Mutex::default(),
        })))
    }

    /// Finds the repositories of a source. [`Scan::next`] reads one after the other.
    pub async fn scan<'w>(
        &self,
        source: &GitHubSource,
        beside: Option<Beside>,
        watch: &'w Watch<'w>,
    ) -> Result<Scan<'w>, GitHubError> {
        Scan::begin(Arc::clone(&self.0), source, beside, watch).await
    }
}

impl Api {
    /// The address of something, whose names become whole segments whatever is in them.
    pub(super) fn at(&self, parts: &[&str]) -> Result<Url, GitHubError> {
        let mut url = self.base.clone();
        let failed = || GitHubError::Base(contracts::audit::display_url(&self.base));
        url.path_segments_mut().map_err(|()| failed())?.pop_if_empty().extend(parts);
        Ok(url)
    }

    /// Whether an address belongs to this API, so that the token may go there.
    pub(super) fn owns(&self, url: &Url) -> bool {
        let below = url.path().strip_prefix(self.base.path().trim_end_matches('/'));
        url.origin() == self.base.origin()
            && url.username().is_empty()
            && url.password().is_none()
            && below.is_some_and(|below| below.starts_with('/'))
    }

    /// Until when it wants no request, if that is yet to come.
    pub(super) fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        (*self.pause()).filter(|until| *until > now)
    }

    /// Takes note that it wants no request before `until`.
    pub(super) fn pause_until(&self, until: Timestamp) {
        let mut pause = self.pause();
        *pause = (*pause).max(Some(until));
    }

    fn pause(&self) -> std::sync::MutexGuard<'_, Option<Timestamp>> {
        self.paused_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_found_from_what_people_know() {
        let found = |url: &str| base(&url.parse().expect("a URL")).map(|url| url.to_string());
        for (given, expected) in [
            ("https://api.github.com", "https://api.github.com/"),
            ("https://github.com/acme", "https://api.github.com/"),
            ("https://github.example", "https://github.example/api/v3"),
            ("https://github.example/api/v3/", "https://github.example/api/v3/"),
            ("https://api.acme.ghe.com/", "https://api.acme.ghe.com/"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3"),
        ] {
            assert_eq!(found(given).as_deref().ok(), Some(expected), "{given}");
        }
        for bad in [
            "http://github.example",
            "ftp://github.example",
            "https://u:hidden@github.example",
            "https://github.example/?t=hidden",
        ] {
            let error = found(bad).expect_err(bad).to_string();
            assert!(!error.contains("hidden"), "{error}");
        }
    }

    #[test]
    fn the_token_goes_to_this_api_only() {
        let settings = Settings::new("https://github.example/api/v3".parse().expect("a URL"));
        let GitHub(api) = GitHub::new(settings).expect("a client");
        let owns = |url: &str| api.owns(&url.parse().expect("a URL"));
        assert!(owns("https://github.example/api/v3/repositories/1?page=2"));
        for other in [
            "https://other.example/api/v3/repositories/1",
            "http://github.example/api/v3/repositories/1",
            "https://github.example:8443/api/v3/repositories/1",
            "https://github.example/acme/backend",
            "https://github.example/api/v30/x",
            "https://u@github.example/api/v3/x",
        ] {
            assert!(!owns(other), "{other}");
        }
        let address = api.at(&["repos", "a/../b", "x y?z#"]).expect("an address");
        assert_eq!(address.path(), "/api/v3/repos/a%2F..%2Fb/x%20y%3Fz%23");
    }

    #[test]
    fn a_token_is_neither_shown_nor_sent_with_other_characters() {
        let mut settings = Settings::new("https://github.example".parse().expect("a URL"));
        settings.credential = Credential::Token("ghp_hidden\r\nX: y".into());
        let error = GitHub::new(settings.clone()).expect_err("no token").to_string();
        assert!(!error.contains("hidden"), "{error}");
        settings.credential = Credential::Token(" ghp_hidden\n".into());
        assert!(!format!("{:?}{:?}", settings.clone(), GitHub::new(settings).expect("a client")).contains("hidden"));
    }
}
