//! Row 38: the id of an API is unknown in a plan, and with it the ARN that a permission names; so the expression is read.

use crate::hcl;
use crate::outcome::Outcome;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Outcome {
    let mut outcome = Outcome::default();
    for root in &tree.roots {
        for block in root.blocks("resource").filter(|block| hcl::label(block, 0) == "aws_lambda_permission") {
            let name = hcl::label(block, 1);
            let Some(source) = hcl::expression(&block.body, "source_arn") else {
                outcome.note(Some(format!("{}: permission {name} names no source_arn", root.path)));
                continue;
            };
            outcome.note(
                hcl::literal(source).contains('*').then(|| {
                    format!("{}: permission {name} ends in a wildcard: name stage, method and path", root.path)
                }),
            );
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    #[test]
    fn wildcards_in_the_source_of_a_call_are_refused() {
        let permission = |source: &str| {
            let text = format!("resource \"aws_lambda_permission\" \"api\" {{\n{source}\n}}\n");
            faults(check, &[("modules/shop/main.tf", &text)])
        };
        assert!(permission(r#"source_arn = "${aws_apigatewayv2_api.this.execution_arn}/prod/POST/mcp""#).is_empty());
        assert!(
            permission(r#"source_arn = "${aws_apigatewayv2_api.this.execution_arn}/*/*/mcp""#)[0].contains("wildcard")
        );
        assert!(
            permission(r#"source_arn = "${local.api}/prod/GET${replace(local.path, "/[{][^}]+}/", "*")}""#).is_empty()
        );
        assert!(permission("")[0].contains("names no source_arn"));
    }
}
