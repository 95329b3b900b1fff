//! Documents that are checked against the code: the table of controls and the cost model.

pub mod controls;
pub mod costs;
mod table;

/// What the checklist calls these checks, beside the rules over the source.
pub const RULES: &[&str] = &["controls", "costs"];
