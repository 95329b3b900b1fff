//! Rules over the HCL source: what a plan does not show.

mod arns;
mod guards;
pub mod interface;
mod lifecycle;
mod permissions;
mod pins;
mod validations;

use crate::outcome::Outcome;
use crate::tree::Tree;

/// One rule over the source.
pub struct Rule {
    /// How the checklist names it.
    pub name: &'static str,
    /// Looks at everything it concerns.
    pub check: fn(&Tree) -> Outcome,
}

/// Every rule, in the order of the checklist.
pub const RULES: &[Rule] = &[
    Rule { name: "pins", check: pins::check },
    Rule { name: "prevent_destroy_server_api", check: lifecycle::server_api },
    Rule { name: "prevent_destroy_tables", check: lifecycle::tables },
    Rule { name: "prevent_destroy_logs", check: lifecycle::logs },
    Rule { name: "prevent_destroy_images", check: lifecycle::images },
    Rule { name: "prevent_destroy_shared_api", check: lifecycle::shared_api },
    Rule { name: "invoke_permissions", check: permissions::check },
    Rule { name: "interface", check: interface::check },
    Rule { name: "validations", check: validations::check },
    Rule { name: "arns", check: arns::check },
    Rule { name: "guards", check: guards::check },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a tree of one module and returns what a rule objects to.
    pub(super) fn faults(check: fn(&Tree) -> Outcome, files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let outcome = check(&Tree::from_files(files).expect("the fixture parses"));
        assert!(outcome.examined > 0, "the rule looked at nothing");
        outcome.faults
    }

    #[test]
    fn names_of_rules_are_unique() {
        let names: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
    }
}
