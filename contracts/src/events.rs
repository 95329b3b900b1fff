//! Events: facts in the past tense, published to the topic for whoever subscribed.

pub mod alert;
pub mod finding;
pub mod mcp;
pub mod report;
pub mod scan;
pub mod test;
pub mod usage;
