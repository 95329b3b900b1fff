//! What all connections share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::RedisError;
use redis::aio::ConnectionManager;
use runtime::redis_client;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connections::Connections;
use crate::hub::{ConnectionId, Hub};
use crate::origin::AllowedOrigin;
use crate::readers::Readers;

/// What connections may use and how long they may be quiet.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Events that may wait on one connection.
    pub queue: usize,
    /// Connections of this process.
    pub connections: usize,
    /// Connections of one organisation to this process.
    pub connections_per_org: usize,
    /// Time between two pings.
    pub ping_every: Duration,
    /// A connection from which nothing came for so long is ended.
    pub idle_timeout: Duration,
    /// A connection is ended after this time, so that nobody listens on long after they lost access.
    pub max_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queue: 256,
            connections: 20_000,
            connections_per_org: 2_000,
            ping_every: Duration::from_secs(20),
            idle_timeout: Duration::from_mins(1),
            max_age: Duration::from_hours(1),
        }
    }
}

/// The fan-out of one process.
#[derive(Debug)]
pub struct Fanout {
    pub(crate) hub: Arc<Hub>,
    pub(crate) readers: Arc<Readers>,
    pub(crate) redis: RedisHandle,
    pub(crate) allowed_origins: Vec<AllowedOrigin>,
    pub(crate) limits: Limits,
    pub(crate) connections: Arc<Connections>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) tasks: TaskTracker,
    next_connection: AtomicU64,
}

impl Fanout {
    /// Starts the readers. Everything ends with `shutdown`. Fails only when the URL is malformed.
    pub fn start(
        redis_url: &SecretString,
        allowed_origins: Vec<AllowedOrigin>,
        limits: Limits,
        shutdown: CancellationToken,
    ) -> Result<Arc<Self>, RedisError> {
        let hub = Arc::new(Hub::new());
        let tasks = TaskTracker::new();
        Ok(Arc::new(Self {
            readers: Readers::start(redis_url, &hub, &shutdown, &tasks)?,
            hub,
            redis: RedisHandle(redis_client::connect(redis_url)?),
            allowed_origins,
            connections: Arc::new(Connections::new(limits.connections, limits.connections_per_org)),
            limits,
            shutdown,
            tasks,
            next_connection: AtomicU64::new(0),
        }))
    }

    /// Waits until all connections said goodbye, after `shutdown`.
    pub async fn drained(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    pub(crate) fn new_connection_id(&self) -> ConnectionId {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }
}

/// A connection for short commands, shared by all clients.
pub(crate) struct RedisHandle(ConnectionManager);

impl RedisHandle {
    pub(crate) fn get(&self) -> ConnectionManager {
        self.0.clone()
    }
}

impl std::fmt::Debug for RedisHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisHandle")
    }
}
