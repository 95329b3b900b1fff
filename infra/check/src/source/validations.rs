//! Row 60: a variable with a domain refuses what lies outside, and a test shows it.

use std::collections::BTreeSet;

use hcl_edit::structure::Block;

use crate::hcl;
use crate::outcome::Outcome;
use crate::tree::{Kind, Root, Tree};

/// A number always has a range, and these names always have a form.
const FORMS: &[&str] = &["_arn", "_cidr", "_cidr_block"];
const NAMES: &[&str] = &["name", "environment", "tags", "cidr_block"];

pub(super) fn check(tree: &Tree) -> Outcome {
    let mut outcome = Outcome::default();
    for root in tree.roots.iter().filter(|root| root.kind != Kind::Example) {
        let refused = refused(root);
        for variable in root.blocks("variable") {
            let name = hcl::label(variable, 0);
            let validated = variable.body.has_blocks("validation");
            if validated && !refused.contains(&format!("var.{name}")) {
                let test = format!("{}: no test expects `var.{name}` to be refused", root.path);
                outcome.note(Some(format!("{test}: add a run with expect_failures")));
            } else if !validated && has_domain(variable) && root.kind == Kind::Module {
                outcome.note(Some(format!("{}: variable {name} accepts anything: add a validation", root.path)));
            } else {
                outcome.note(None);
            }
        }
    }
    outcome
}

fn refused(root: &Root) -> BTreeSet<String> {
    root.test_blocks("run")
        .filter_map(|run| hcl::expression(&run.body, "expect_failures"))
        .flat_map(hcl::references)
        .collect()
}

fn has_domain(variable: &Block) -> bool {
    let name = hcl::label(variable, 0);
    let kind = hcl::expression(&variable.body, "type").map(ToString::to_string);
    match kind.as_deref().map(str::trim) {
        Some("number") => true,
        Some("string") => NAMES.contains(&name) || FORMS.iter().any(|end| name.ends_with(end)),
        _ => name == "tags",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    const VALIDATED: &str = "variable \"days\" {\n  type = number\n  validation {\n    condition = var.days > 0\n    \
                             error_message = \"Keep some.\"\n  }\n}\n";
    const REFUSED: &str = "run \"none_is_refused\" {\n  expect_failures = [var.days]\n}\n";

    #[test]
    fn a_domain_needs_a_validation_and_a_negative_test() {
        let variables = "modules/logs/variables.tf";
        let tests = "modules/logs/tests/logs.tftest.hcl";
        assert!(faults(check, &[(variables, VALIDATED), (tests, REFUSED)]).is_empty());
        assert!(faults(check, &[(variables, VALIDATED)])[0].contains("no test expects `var.days`"));
        assert!(
            faults(check, &[(variables, "variable \"days\" {\n  type = number\n}\n")])[0].contains("accepts anything")
        );
        assert!(faults(check, &[(variables, "variable \"note\" {\n  type = string\n}\n")]).is_empty());
        assert!(faults(check, &[(variables, "variable \"key_arn\" {\n  type = string\n}\n")])[0].contains("key_arn"));
    }
}
