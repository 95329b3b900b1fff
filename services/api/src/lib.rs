//! The REST API under `/v1`: authenticates, stores, sends commands. Its routes are the table in `contracts`.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

mod audit_log;
mod client_address;
mod cognito;
mod commands;
mod extract;
mod guard;
mod problem;
mod rate_limit;
mod request_id;
mod router;
mod routes;
mod schedules;
mod settings;
mod state;
mod sweeper;
mod target;
mod tasks;
mod tokens;

pub use router::router;
pub use settings::Settings;
pub use state::Api;
pub use sweeper::EVERY as SWEEP_EVERY;
pub use tasks::Tasks;
