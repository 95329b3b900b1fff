//! Expressions of JavaScript and TypeScript.

use tree_sitter::Node;

use super::{Script, is_function};
use crate::lowering::Lowering;
use crate::program::{Argument, Call, Comparison, Expression};
use crate::syntax::{children, line, literal, place};

impl Lowering<'_, Script> {
    pub(super) fn expression_within(&mut self, node: Node) -> Expression {
        match node.kind() {
            _ if is_function(node) => Expression::Function(self.function(node)),
            "identifier" | "this" | "super" => Expression::Name(self.text.of(node).to_owned()),
            "import" => Expression::Name("::require".to_owned()),
            "string" => Expression::Text(literal(self.text.of(node).trim_matches(['"', '\'']))),
            "template_string" => self.template(node),
            "regex" => Expression::Regex(literal(self.text.field(node, "pattern"))),
            "true" => Expression::Name("::true".to_owned()),
            "number" | "false" | "null" | "undefined" => Expression::Constant,
            // Types are not looked at when the program runs.
            "parenthesized_expression"
            | "await_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression" => self.first(node),
            "type_assertion" => children(node).last().map_or(Expression::Constant, |value| self.expression(*value)),
            "sequence_expression" => {
                children(node).last().map_or(Expression::Constant, |value| self.expression(*value))
            }
            "member_expression" => {
                Expression::Member(self.boxed(node, "object"), self.text.field(node, "property").to_owned())
            }
            "subscript_expression" => {
                let object = self.boxed(node, "object");
                Expression::Index(object, self.boxed(node, "index"))
            }
            "call_expression" => self.call(node, "function"),
            "new_expression" => self.call(node, "constructor"),
            "array" => Expression::Items(self.all(node)),
            "object" => self.object(node),
            "spread_element" => Expression::Spread(Box::new(self.first(node))),
            "ternary_expression" => {
                let condition = self.boxed(node, "condition");
                let then = self.boxed(node, "consequence");
                Expression::Choice(condition, then, self.boxed(node, "alternative"))
            }
            "binary_expression" => self.operation(node),
            "unary_expression" if self.text.field(node, "operator") == "!" => {
                Expression::Not(self.boxed(node, "argument"))
            }
            "assignment_expression" => {
                let name = self.text.field(node, "left").to_owned();
                Expression::Bind(name, self.boxed(node, "right"), line(node))
            }
            _ => Expression::Opaque(self.all(node)),
        }
    }

    fn template(&mut self, node: Node) -> Expression {
        let mut parts = vec![Expression::Text(String::new())];
        for part in children(node) {
            parts.push(match part.kind() {
                "template_substitution" => self.first(part),
                _ => Expression::Text(literal(self.text.of(part))),
            });
        }
        Expression::Build(parts)
    }

    fn object(&mut self, node: Node) -> Expression {
        let mut fields = Vec::new();
        for member in children(node) {
            let key = |field| {
                let key = self.text.field(member, field).trim_matches(['"', '\'']);
                (!key.starts_with('[')).then(|| key.to_owned())
            };
            fields.push(match member.kind() {
                "pair" => (key("key"), *self.boxed(member, "value")),
                "method_definition" => (key("name"), Expression::Function(self.function(member))),
                "shorthand_property_identifier" => {
                    let name = self.text.of(member).to_owned();
                    (Some(name.clone()), Expression::Name(name))
                }
                _ => (None, self.expression(member)),
            });
        }
        Expression::Fields(fields)
    }

    fn operation(&mut self, node: Node) -> Expression {
        let (left, right) = (self.boxed(node, "left"), self.boxed(node, "right"));
        let comparison = match self.text.field(node, "operator") {
            "+" => return Expression::Build(vec![*left, *right]),
            "&&" => return Expression::All(vec![*left, *right]),
            "||" => return Expression::Any(vec![*left, *right]),
            "??" => return Expression::Either(vec![*left, *right]),
            "==" | "===" => Comparison::Equal,
            "!=" | "!==" => Comparison::Different,
            "in" => Comparison::In,
            "<" | ">" | "<=" | ">=" | "instanceof" => Comparison::Other,
            _ => return Expression::Opaque(vec![*left, *right]),
        };
        Expression::Compare(comparison, left, right)
    }

    fn call(&mut self, node: Node, field: &str) -> Expression {
        let function = node.child_by_field_name(field);
        let arguments = node.child_by_field_name("arguments");
        // In a tagged template the tag decides what the parts become: most tags are there to make them harmless.
        let arguments = arguments.filter(|arguments| arguments.kind() == "arguments");
        let arguments = arguments.map(|arguments| self.all(arguments)).unwrap_or_default();
        if let Some(function) = function {
            self.registration(function, node, &arguments);
        }
        let arguments = arguments.into_iter().map(|value| Argument { name: None, value }).collect();
        let callee = function.map_or(Expression::Constant, |function| self.expression(function));
        Expression::Call(Box::new(Call { callee, arguments, place: place(node) }))
    }
}
