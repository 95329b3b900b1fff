//! Rows 7, 25, 28, 48 and 63: what must not go away with a slip is refused to be destroyed. Plans do not show `lifecycle`.

use hcl_edit::structure::Block;

use crate::hcl;
use crate::outcome::Outcome;
use crate::tree::{Kind, Root, Tree};

const APIS: &[&str] =
    &["aws_apigatewayv2_api", "aws_apigatewayv2_stage", "aws_api_gateway_rest_api", "aws_api_gateway_stage"];

/// Logs that tell who did what; those of a function's own output can be made again.
const AUDIT: &[&str] = &["access", "audit", "auth", "flow", "waf"];

pub(super) fn server_api(tree: &Tree) -> Outcome {
    protected(tree, |root, block| root.name() == "mcp_server" && is_one_of(block, APIS))
}

pub(super) fn shared_api(tree: &Tree) -> Outcome {
    protected(tree, |root, block| root.name() != "mcp_server" && is_one_of(block, APIS))
}

pub(super) fn tables(tree: &Tree) -> Outcome {
    protected(tree, |_, block| is_one_of(block, &["aws_dynamodb_table"]))
}

pub(super) fn images(tree: &Tree) -> Outcome {
    protected(tree, |_, block| is_one_of(block, &["aws_ecr_repository"]))
}

pub(super) fn logs(tree: &Tree) -> Outcome {
    protected(tree, |_, block| {
        let name = hcl::label(block, 1);
        is_one_of(block, &["aws_cloudwatch_log_group"]) && AUDIT.iter().any(|word| name.contains(word))
    })
}

fn is_one_of(block: &Block, kinds: &[&str]) -> bool {
    kinds.contains(&hcl::label(block, 0))
}

fn protected(tree: &Tree, concerns: impl Fn(&Root, &Block) -> bool) -> Outcome {
    let mut outcome = Outcome::default();
    for root in tree.roots.iter().filter(|root| root.kind != Kind::Example) {
        for block in root.blocks("resource").filter(|block| concerns(root, block)) {
            let mut lifecycles = block.body.get_blocks("lifecycle");
            let kept = lifecycles.any(|lifecycle| hcl::flag(&lifecycle.body, "prevent_destroy") == Some(true));
            outcome.note((!kept).then(|| {
                let (kind, name) = (hcl::label(block, 0), hcl::label(block, 1));
                format!("{}: {kind}.{name} can be destroyed: set `prevent_destroy = true` in its lifecycle", root.path)
            }));
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::faults;

    type Check = fn(&Tree) -> Outcome;

    fn resource(kind: &str, name: &str, body: &str) -> String {
        format!("resource \"{kind}\" \"{name}\" {{\n{body}\n}}\n")
    }

    #[test]
    fn each_kind_of_resource_is_asked_for_by_its_row() {
        let kept = "lifecycle {\n  prevent_destroy = true\n}";
        let lost = "lifecycle {\n  prevent_destroy = false\n}";
        let rows: [(Check, &str, &str, &str); 5] = [
            (server_api, "mcp_server", "aws_apigatewayv2_stage", "http"),
            (shared_api, "api_gateway", "aws_apigatewayv2_api", "this"),
            (tables, "store", "aws_dynamodb_table", "books"),
            (images, "mcp_server", "aws_ecr_repository", "this"),
            (logs, "edge", "aws_cloudwatch_log_group", "access"),
        ];
        for (check, module, kind, name) in rows {
            let path = format!("modules/{module}/main.tf");
            assert!(faults(check, &[(&path, &resource(kind, name, kept))]).is_empty(), "{kind}");
            assert!(faults(check, &[(&path, &resource(kind, name, lost))])[0].contains(kind), "{kind}");
            assert!(faults(check, &[(&path, &resource(kind, name, ""))])[0].contains("can be destroyed"), "{kind}");
        }
    }

    #[test]
    fn the_output_of_a_function_may_go() {
        let both = resource("aws_cloudwatch_log_group", "function", "")
            + &resource("aws_cloudwatch_log_group", "waf", "lifecycle {\n  prevent_destroy = true\n}");
        assert!(faults(logs, &[("modules/edge/main.tf", &both)]).is_empty());
    }
}
