//! The whole product with real processes on the local cloud. The stories in `stories/` and the commands of the binary
//! `local` (`make up`, `make demo`) start it the same way.

pub mod applied;
pub mod cloud;
pub mod function;
pub mod mailbox;
pub mod member;
pub mod process;
pub mod stack;
pub mod wait;

pub use cloud::Cloud;
pub use mailbox::{Mail, Mailbox};
pub use member::{Follower, Member};
pub use process::Process;
pub use stack::{Service, Stack};
