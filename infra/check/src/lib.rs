//! Checks of the infrastructure: its source, its tests and its plans against the checklist.

pub mod checklist;
pub mod checkov;
pub mod documents;
pub mod gates;
pub mod hcl;
pub mod mutation;
pub mod outcome;
pub mod plan;
pub mod policy;
pub mod references;
pub mod report;
pub mod roots;
pub mod source;
pub mod sts;
pub mod tools;
pub mod tree;
