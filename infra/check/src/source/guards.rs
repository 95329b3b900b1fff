//! X9: a `check` block only warns. What must not happen in production is a validation or a precondition, which stop.

use std::collections::BTreeSet;

use hcl_edit::structure::Block;

use crate::hcl;
use crate::outcome::Outcome;
use crate::tree::{Root, Tree};

/// Checks that give advice: production may do without what they ask for, at a price that its owner decides on.
const ADVICE: &[&str] = &["cold_starts"];

pub(super) fn check(tree: &Tree) -> Outcome {
    let mut outcome = Outcome { examined: tree.roots.len(), ..Outcome::default() };
    for root in &tree.roots {
        let enforced = enforced(root);
        for block in root.blocks("check") {
            let name = hcl::label(block, 0);
            let asked = variables(root, block);
            let weak = asked.contains("var.environment")
                && !ADVICE.contains(&name)
                && asked.iter().any(|variable| variable != "var.environment" && !enforced.contains(variable));
            outcome.note(weak.then(|| {
                format!("{}: check {name} only warns in production: use a validation or a precondition", root.path)
            }));
        }
    }
    outcome
}

/// Variables that a validation or precondition holds to the environment.
fn enforced(root: &Root) -> BTreeSet<String> {
    let validations = root.blocks("variable").flat_map(|block| block.body.get_blocks("validation"));
    let preconditions = ["resource", "data", "output"].into_iter().flat_map(|kind| {
        root.blocks(kind).flat_map(|block| {
            let inside = block.body.get_blocks("lifecycle").flat_map(|block| block.body.get_blocks("precondition"));
            inside.chain(block.body.get_blocks("precondition"))
        })
    });
    let conditions = validations.chain(preconditions).map(|block| variables(root, block));
    conditions.filter(|variables| variables.contains("var.environment")).flatten().collect()
}

/// The variables that a block depends on, directly or by local values.
fn variables(root: &Root, block: &Block) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = hcl::references_in(&block.body).into_iter().collect();
    while let Some(reference) = open.pop() {
        let name = reference.split('.').take(2).collect::<Vec<_>>().join(".");
        if !found.insert(name.clone()) {
            continue;
        }
        if let Some(local) = name.strip_prefix("local.") {
            let values = root.blocks("locals").filter_map(|block| hcl::expression(&block.body, local));
            open.extend(values.flat_map(hcl::references));
        }
    }
    found.retain(|name| name.starts_with("var."));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    fn guard(name: &str) -> String {
        format!(
            "check \"{name}\" {{\n  assert {{\n    condition = var.environment != \"prod\" || var.copies > 1\n    \
             error_message = \"Keep two.\"\n  }}\n}}\n"
        )
    }

    #[test]
    fn a_warning_is_no_guard_of_production() {
        let validation = "variable \"copies\" {\n  validation {\n    condition = var.environment != \"prod\" || var.copies > 1\n    \
                          error_message = \"Keep two.\"\n  }\n}\n";
        let copies = guard("copies");
        assert!(faults(check, &[("modules/books/main.tf", &copies)])[0].contains("check copies only warns"));
        assert!(faults(check, &[("modules/books/main.tf", &(copies + validation))]).is_empty());
        assert!(faults(check, &[("modules/books/main.tf", &guard("cold_starts"))]).is_empty());
        let hidden = guard("copies").replace("var.environment != \"prod\"", "!local.is_prod")
            + "locals {\n  is_prod = var.environment == \"prod\"\n}\n";
        assert!(faults(check, &[("modules/books/main.tf", &hidden)])[0].contains("only warns"));
    }
}
