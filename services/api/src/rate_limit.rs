//! Limits per organisation and address: token buckets in Redis, shared by all replicas.
//!
//! Redis is never the truth: without it every request is allowed, and that is logged once.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use contracts::ids::OrgId;
use redis::aio::ConnectionManager;
use redis::{RedisError, Script};
use runtime::retry::Breaker;
use tracing::{info, warn};

use crate::client_address::ClientAddress;
use crate::problem::{ApiError, Result};
use crate::settings::RateLimitSettings;

/// Takes one token and returns 0, or the milliseconds until there is one. The time is that of Redis, so that the clocks
/// of replicas do not matter. An idle bucket is full, and forgotten.
const TAKE: &str = r"
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local capacity = tonumber(ARGV[1])
local per_millisecond = capacity / 60000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or capacity
local at = tonumber(bucket[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * per_millisecond)
local wait = 0
if tokens >= 1 then
  tokens = tokens - 1
else
  wait = math.ceil((1 - tokens) / per_millisecond)
end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], 60000)
return wait
";

/// How long Redis is not asked after it failed, so that requests are not slower without it.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How long a request may be held up by its limit.
const PATIENCE: Duration = Duration::from_millis(500);
/// The one key of the breaker.
const REDIS: &str = "redis";

/// What is limited.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bucket<'a> {
    /// Everything that one organisation asks for.
    Organisation(&'a OrgId),
    /// Everything from one address.
    Address(ClientAddress),
    /// Attempts to sign in from one address.
    SignIn(ClientAddress),
}

impl fmt::Display for Bucket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |address: &ClientAddress| {
            address.network().map_or_else(|| "unknown".to_owned(), |network: IpAddr| network.to_string())
        };
        match self {
            Self::Organisation(org) => write!(f, "mcp-audit:limit:org:{org}"),
            Self::Address(from) => write!(f, "mcp-audit:limit:address:{}", address(from)),
            Self::SignIn(from) => write!(f, "mcp-audit:limit:sign-in:{}", address(from)),
        }
    }
}

/// Counts requests.
pub(crate) struct RateLimiter {
    redis: Option<ConnectionManager>,
    take: Script,
    breaker: Breaker,
    limits: RateLimitSettings,
}

impl RateLimiter {
    pub(crate) fn new(redis: Option<ConnectionManager>, limits: RateLimitSettings) -> Self {
        if redis.is_none() {
            warn!("requests are not limited: set REDIS_URL");
        }
        Self { redis, take: Script::new(TAKE), breaker: Breaker::new(1, PAUSE_AFTER_FAILURE), limits }
    }

    /// Counts one request.
    pub(crate) async fn check(&self, bucket: Bucket<'_>) -> Result<()> {
        let per_minute = match bucket {
            Bucket::Organisation(_) => self.limits.rate_limit_org_per_minute,
            Bucket::Address(_) => self.limits.rate_limit_address_per_minute,
            Bucket::SignIn(_) => self.limits.rate_limit_sign_in_per_minute,
        };
        let Some(redis) = &self.redis else { return Ok(()) };
        if per_minute == 0 || self.breaker.check(REDIS).is_err() {
            return Ok(());
        }
        let failure = match tokio::time::timeout(PATIENCE, self.take(redis.clone(), bucket, per_minute)).await {
            Ok(Ok(wait)) => {
                if self.breaker.succeeded(REDIS) {
                    info!("requests are limited again");
                }
                return if wait.is_zero() { Ok(()) } else { Err(ApiError::RateLimited { after: whole_seconds(wait) }) };
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        if self.breaker.failed(REDIS) {
            warn!("requests are not limited until Redis is back: {failure}");
        }
        Ok(())
    }

    async fn take(
        &self,
        mut redis: ConnectionManager,
        bucket: Bucket<'_>,
        per_minute: u32,
    ) -> Result<Duration, RedisError> {
        let wait: u64 = self.take.key(bucket.to_string()).arg(per_minute).invoke_async(&mut redis).await?;
        Ok(Duration::from_millis(wait))
    }
}

/// `Retry-After` has no fractions.
fn whole_seconds(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
}
