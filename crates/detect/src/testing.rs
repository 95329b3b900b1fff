//! What tests of this crate and of its callers share. Always built: a feature for it would build every crate that depends on
//! this one twice, once for programs and once for tests.

mod demanded;
mod secrets;

pub use demanded::assert_demanded;
pub use secrets::{hexadecimal, noise, samples};
