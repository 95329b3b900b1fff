//! The connection to Redis: one per process, multiplexed, reconnecting by itself.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError};
use secrecy::{ExposeSecret as _, SecretString};

/// How long a connection attempt may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How long an answer may take by default. Redis answers within a millisecond, or something is wrong.
pub const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Makes a connection that is opened when it is first used, so that a service starts without Redis.
/// Fails only when the URL is malformed.
pub fn connect(url: &SecretString) -> Result<ConnectionManager, RedisError> {
    connect_with(url, RESPONSE_TIMEOUT)
}

/// Like [`connect`], for readers that block: `response_timeout` must exceed the longest `BLOCK`. Such a reader needs a
/// connection of its own, because a blocking command delays all others on the same one.
pub fn connect_with(url: &SecretString, response_timeout: Duration) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(Some(response_timeout))
        // Reconnecting happens inside the caller's command, whose patience is short.
        .set_number_of_retries(1)
        .set_max_delay(Duration::from_secs(1));
    ConnectionManager::new_lazy_with_config(Client::open(url.expose_secret())?, config)
}
