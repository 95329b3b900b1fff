//! Documents that are checked against the code: the table of controls, the cost model and the runbooks.

pub mod controls;
pub mod costs;
pub mod runbooks;
mod table;

/// What the checklist calls these checks, beside the rules over the source.
pub const RULES: &[&str] = &["controls", "costs", "runbooks"];
