//! Audits every fixture and compares what the audit says with what it must say.

mod approval;
mod auditing;
mod callback;
mod callers;
mod dialogs;
mod fixtures;
mod hostile;
mod issuers;
mod launch;
mod neighbours;
mod network;
mod obstacles;
mod packages;
mod proofs;
mod public;
mod repeatable;
mod rules;
mod unstable;
