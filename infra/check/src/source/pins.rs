//! Row 3: every folder says which Terraform and which provider it was tried with, and examples keep the lock.

use crate::hcl;
use crate::outcome::Outcome;
use crate::tree::{Kind, Root, Tree};

const VERSIONS: &str = ">= 1.9.0, < 2.0.0";
const PROVIDER: &str = "~> 5.100";

pub(super) fn check(tree: &Tree) -> Outcome {
    let mut outcome = Outcome::default();
    for root in &tree.roots {
        outcome.note(fault(root));
    }
    outcome
}

fn fault(root: &Root) -> Option<String> {
    let path = &root.path;
    let Some(terraform) = root.blocks("terraform").find(|block| block.body.has_attribute("required_version")) else {
        return Some(format!("{path} has no required_version: write `{VERSIONS}` into versions.tf"));
    };
    if hcl::text(&terraform.body, "required_version") != Some(VERSIONS) {
        return Some(format!("{path} has another required_version than `{VERSIONS}`"));
    }
    let provider = root
        .blocks("terraform")
        .flat_map(|block| block.body.get_blocks("required_providers"))
        .find_map(|block| hcl::expression(&block.body, "aws"))
        .and_then(hcl_edit::expr::Expression::as_object)
        .and_then(|object| object.iter().find(|(key, _)| key.as_ident().is_some_and(|name| name.as_str() == "version")))
        .and_then(|(_, value)| value.expr().as_str());
    if provider != Some(PROVIDER) {
        return Some(format!("{path} does not pin the provider aws to `{PROVIDER}` in versions.tf"));
    }
    let locked = root.lock.as_deref().is_some_and(|lock| lock.contains("registry.terraform.io/hashicorp/aws"));
    (root.kind == Kind::Example && !locked).then(|| format!("{path} has no .terraform.lock.hcl with the provider aws"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    fn versions(required: &str, provider: &str) -> String {
        format!(
            "terraform {{\n  required_version = \"{required}\"\n  required_providers {{\n    aws = {{\n      source = \
             \"hashicorp/aws\"\n      version = \"{provider}\"\n    }}\n  }}\n}}\n"
        )
    }

    #[test]
    fn both_constraints_and_the_lock_are_wanted() {
        let good = versions(VERSIONS, PROVIDER);
        let lock = "provider \"registry.terraform.io/hashicorp/aws\" {}";
        let module = |text: &str| faults(check, &[("modules/books/versions.tf", text)]);
        assert!(module(&good).is_empty());
        assert!(module("")[0].contains("no required_version"));
        assert!(module(&versions(">= 1.0", PROVIDER))[0].contains("another required_version"));
        assert!(module(&versions(VERSIONS, "~> 6.0"))[0].contains("does not pin"));
        assert!(faults(check, &[("examples/shop/main.tf", &good)])[0].contains("lock"));
        let locked = [("examples/shop/main.tf", good.as_str()), ("examples/shop/.terraform.lock.hcl", lock)];
        assert!(faults(check, &locked).is_empty());
    }
}
