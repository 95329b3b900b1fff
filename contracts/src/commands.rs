//! Commands: sent to exactly one queue, each asking one service to do something.

pub mod report;
pub mod scan;
pub mod test;
