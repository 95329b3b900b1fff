//! Expressions of Python.

use tree_sitter::Node;

use super::Python;
use crate::lowering::Lowering;
use crate::program::{Argument, Call, Comparison, Expression, Pattern};
use crate::syntax::{children, children_of, line, literal, place};

impl Lowering<'_, Python> {
    pub(super) fn expression_within(&mut self, node: Node) -> Expression {
        match node.kind() {
            "identifier" | "dotted_name" => Expression::Name(self.text.of(node).to_owned()),
            "string" => self.string(node),
            "concatenated_string" => Expression::Build(self.all(node)),
            "true" => Expression::Name("::True".to_owned()),
            "integer" | "float" | "false" | "none" => Expression::Constant,
            "parenthesized_expression" | "await" | "yield" | "expression_list" => self.first(node),
            "attribute" => {
                Expression::Member(self.boxed(node, "object"), self.text.field(node, "attribute").to_owned())
            }
            "subscript" => {
                let object = self.boxed(node, "value");
                Expression::Index(object, self.boxed(node, "subscript"))
            }
            "call" => self.call(node),
            "list" | "tuple" | "set" => Expression::Items(self.all(node)),
            "dictionary" => self.dictionary(node),
            "list_splat" | "dictionary_splat" => Expression::Spread(Box::new(self.first(node))),
            "lambda" => Expression::Function(self.function(node)),
            "conditional_expression" => {
                let mut parts = self.all(node).into_iter();
                let mut next = || Box::new(parts.next().unwrap_or(Expression::Constant));
                let (then, condition) = (next(), next());
                Expression::Choice(condition, then, next())
            }
            "boolean_operator" => {
                let sides = vec![*self.boxed(node, "left"), *self.boxed(node, "right")];
                if self.text.field(node, "operator") == "and" { Expression::All(sides) } else { Expression::Any(sides) }
            }
            "not_operator" => Expression::Not(self.boxed(node, "argument")),
            "comparison_operator" => self.comparison(node),
            "binary_operator" => self.operation(node),
            "named_expression" => {
                let name = self.text.field(node, "name").to_owned();
                Expression::Bind(name, self.boxed(node, "value"), line(node))
            }
            "list_comprehension" | "set_comprehension" | "generator_expression" => self.comprehension(node),
            _ => Expression::Opaque(self.all(node)),
        }
    }

    fn string(&mut self, node: Node) -> Expression {
        let mut parts = Vec::new();
        for part in children(node) {
            match part.kind() {
                "string_content" => parts.push(Expression::Text(literal(self.text.of(part)))),
                "interpolation" => parts.push(self.in_field(part, "expression").unwrap_or(Expression::Constant)),
                _ => {}
            }
        }
        match (parts.pop(), parts.is_empty()) {
            (None, _) => Expression::Text(String::new()),
            (Some(only @ Expression::Text(_)), true) => only,
            (Some(last), _) => {
                parts.push(last);
                Expression::Build(parts)
            }
        }
    }

    fn dictionary(&mut self, node: Node) -> Expression {
        let mut fields = Vec::new();
        for pair in children(node) {
            if pair.kind() == "pair" {
                let key = pair.child_by_field_name("key").map(|key| self.expression(key));
                let key = if let Some(Expression::Text(key)) = key { Some(key) } else { None };
                fields.push((key, *self.boxed(pair, "value")));
            } else {
                fields.push((None, self.expression(pair)));
            }
        }
        Expression::Fields(fields)
    }

    fn operation(&mut self, node: Node) -> Expression {
        let (left, right) = (*self.boxed(node, "left"), *self.boxed(node, "right"));
        match self.text.field(node, "operator") {
            "+" => Expression::Build(vec![left, right]),
            // Paths are joined so.
            "/" => Expression::Call(Box::new(Call {
                callee: Expression::Name("::/".to_owned()),
                arguments: vec![Argument { name: None, value: left }, Argument { name: None, value: right }],
                place: place(node),
            })),
            "%" => {
                let values = match right {
                    Expression::Items(values) => values,
                    one => vec![one],
                };
                let arguments = values.into_iter().map(|value| Argument { name: None, value }).collect();
                let callee = Expression::Member(Box::new(left), "%".to_owned());
                Expression::Call(Box::new(Call { callee, arguments, place: place(node) }))
            }
            _ => Expression::Opaque(vec![left, right]),
        }
    }

    fn comparison(&mut self, node: Node) -> Expression {
        let sides = children(node);
        let ([left, right], operators) = (&sides[..], children_of(node, "operators")) else {
            return Expression::Opaque(self.all(node));
        };
        let comparison = match operators.first().map_or("", |operator| self.text.of(*operator)) {
            "==" => Comparison::Equal,
            "!=" => Comparison::Different,
            "in" => Comparison::In,
            "not in" => Comparison::NotIn,
            _ => Comparison::Other,
        };
        Expression::Compare(comparison, Box::new(self.expression(*left)), Box::new(self.expression(*right)))
    }

    fn comprehension(&mut self, node: Node) -> Expression {
        let parts = children(node);
        let Some(clause) = parts.iter().find(|part| part.kind() == "for_in_clause") else {
            return Expression::Constant;
        };
        let target = clause.child_by_field_name("left").map_or(Pattern::Other, |left| self.pattern(left));
        let of = self.boxed(*clause, "right");
        let conditions = parts.iter().filter(|part| part.kind() == "if_clause");
        let conditions = conditions.map(|part| self.first(*part)).collect();
        Expression::Each { target, of, conditions, value: self.boxed(node, "body") }
    }

    fn call(&mut self, node: Node) -> Expression {
        self.registration(node);
        let callee = self.in_field(node, "function").unwrap_or(Expression::Constant);
        let Some(list) = node.child_by_field_name("arguments") else { return Expression::Constant };
        let arguments = if list.kind() == "generator_expression" {
            vec![Argument { name: None, value: self.comprehension(list) }]
        } else {
            children(list).into_iter().map(|argument| self.argument(argument)).collect()
        };
        Expression::Call(Box::new(Call { callee, arguments, place: place(node) }))
    }

    fn argument(&mut self, node: Node) -> Argument {
        if node.kind() == "keyword_argument" {
            let name = self.text.field(node, "name").to_owned();
            return Argument { name: Some(name), value: *self.boxed(node, "value") };
        }
        Argument { name: None, value: self.expression(node) }
    }
}
