//! The audit: connects to an MCP server, takes a snapshot of what it declares, runs the checks of the catalogue, scores,
//! and returns findings. Knows no cloud, queue or database.

mod baseline;
pub mod capability;
pub mod check;
pub mod checks;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod identity;
pub mod neighbour;
mod networks;
mod obstacle;
pub mod probe;
mod processes;
mod runner;
mod score;
mod session;
pub mod snapshot;
mod target;
pub mod tool_class;
pub mod wire;

pub use baseline::{Baseline, BaselineError};
pub use detect::evidence::EvidenceKey;
pub use neighbour::Neighbour;
pub use obstacle::Obstacle;
pub use outbound::Authority;
pub use session::{ConnectError, GroupResult, Observer, Session, SessionState, audit, waves};
pub use target::{Callback, ChildNetwork, Headers, Options, Target};
