//! What all handlers share.

use std::ops::Deref;
use std::sync::Arc;

use anyhow::Context as _;
use axum::http::HeaderValue;
use outbound::Policy;
use redis::aio::ConnectionManager;
use runtime::{Bus, Parts, redis_client};
use secrecy::SecretString;
use store::Store;
use url::Url;

use crate::cognito::Cognito;
use crate::rate_limit::RateLimiter;
use crate::settings::Settings;
use crate::tokens::TokenVerifier;

/// Everything that a request needs. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Shared>);

/// See [`Api`].
pub struct Shared {
    pub(crate) store: Store,
    pub(crate) bus: Bus,
    /// Absent where no Redis is configured.
    pub(crate) redis: Option<ConnectionManager>,
    pub(crate) identity: Cognito,
    pub(crate) tokens: TokenVerifier,
    pub(crate) limiter: RateLimiter,
    pub(crate) targets: Policy,
    pub(crate) link_key: SecretString,
    pub(crate) progress_url: Url,
    pub(crate) public_url: Url,
    pub(crate) allowed_origins: Vec<HeaderValue>,
    pub(crate) trusted_proxies: usize,
}

impl Api {
    /// Prepares everything; nothing is sent yet.
    pub fn new(settings: &Settings, parts: &Parts) -> anyhow::Result<Self> {
        let redis =
            settings.worker.redis_url.as_ref().map(redis_client::connect).transpose().context("read REDIS_URL")?;
        Ok(Self(Arc::new(Shared {
            store: parts.store.clone(),
            bus: parts.bus.clone(),
            identity: Cognito::new(&parts.aws, &settings.identity),
            tokens: TokenVerifier::new(&settings.identity, redis.clone())?,
            limiter: RateLimiter::new(redis.clone(), settings.rate_limits.clone()),
            redis,
            targets: settings.targets()?,
            link_key: settings.link_key()?,
            progress_url: settings.progress_url()?,
            public_url: settings.public_url.clone(),
            allowed_origins: settings.allowed_origins.clone(),
            trusted_proxies: settings.trusted_proxies,
        })))
    }
}

impl Deref for Api {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}
