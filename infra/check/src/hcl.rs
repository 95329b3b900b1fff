//! Small questions to parsed HCL.

use std::collections::BTreeSet;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::visit::{self, Visit};

/// The n-th label of a block, or nothing.
pub fn label(block: &Block, index: usize) -> &str {
    block.labels.get(index).map_or("", hcl_edit::structure::BlockLabel::as_str)
}

/// An attribute's expression.
pub fn expression<'a>(body: &'a Body, key: &str) -> Option<&'a Expression> {
    body.get_attribute(key).map(|attribute| &attribute.value)
}

/// An attribute that is a plain string.
pub fn text<'a>(body: &'a Body, key: &str) -> Option<&'a str> {
    expression(body, key).and_then(Expression::as_str)
}

/// An attribute that is a literal boolean.
pub fn flag(body: &Body, key: &str) -> Option<bool> {
    expression(body, key).and_then(Expression::as_bool)
}

/// The parts of a string that are written out, without what is inserted.
pub fn literal(expression: &Expression) -> String {
    match expression {
        Expression::String(text) => text.to_string(),
        Expression::StringTemplate(template) => {
            let parts = template.iter().filter_map(|element| match element {
                hcl_edit::template::Element::Literal(text) => Some(text.as_str()),
                _ => None,
            });
            parts.collect()
        }
        _ => String::new(),
    }
}

/// What an expression refers to: `var.name`, `local.name`, `module.a.output`, `aws_sns_topic.this["p1"]` and so on, down to
/// the first index that is not constant.
pub fn references(expression: &Expression) -> BTreeSet<String> {
    let mut found = References::default();
    found.visit_expr(expression);
    found.0
}

/// The same of everything in a body.
pub fn references_in(body: &Body) -> BTreeSet<String> {
    let mut found = References::default();
    found.visit_body(body);
    found.0
}

#[derive(Default)]
struct References(BTreeSet<String>);

impl Visit for References {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let Expression::Variable(root) = &node.expr {
            let mut name = root.as_str().to_owned();
            for operator in &node.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(attribute) => {
                        name.push('.');
                        name.push_str(attribute.as_str());
                    }
                    TraversalOperator::Index(Expression::String(key)) => {
                        name.push_str("[\"");
                        name.push_str(key.as_str());
                        name.push_str("\"]");
                    }
                    _ => break,
                }
            }
            self.0.insert(name);
        }
        visit::visit_traversal(self, node);
    }
}
