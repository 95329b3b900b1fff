//! Python to [`Program`](crate::program::Program).

mod expressions;
mod handlers;

use tree_sitter::Node;

use crate::lowering::{Grammar, Lowering};
use crate::program::{Comparison, Expression, Kind, Parameter, Pattern, Schema, Statement};
use crate::syntax::{MAX_BRANCHES, children, children_of, line};

/// The nodes of Python.
pub(crate) struct Python;

impl Grammar for Python {
    fn statement(lowering: &mut Lowering<'_, Self>, node: Node) -> Vec<Statement> {
        lowering.statement_within(node)
    }

    fn expression(lowering: &mut Lowering<'_, Self>, node: Node) -> Expression {
        lowering.expression_within(node)
    }

    fn function(lowering: &mut Lowering<'_, Self>, node: Node, is_method: bool) -> (Vec<Parameter>, Vec<Statement>) {
        lowering.function_within(node, is_method)
    }
}

impl Lowering<'_, Python> {
    fn body(&mut self, node: Node) -> Vec<Statement> {
        node.child_by_field_name("body").map(|body| self.block(body)).unwrap_or_default()
    }

    fn statement_within(&mut self, node: Node) -> Vec<Statement> {
        let field = |name| node.child_by_field_name(name);
        match node.kind() {
            "expression_statement" => children(node).into_iter().filter_map(|child| self.effect(child)).collect(),
            "if_statement" => vec![self.branches(node)],
            "for_statement" => {
                let target = field("left").map(|left| self.pattern(left)).zip(self.in_field(node, "right"));
                vec![Statement::Loop { target, condition: None, body: self.body(node) }]
            }
            "while_statement" => {
                let condition = self.in_field(node, "condition");
                vec![Statement::Loop { target: None, condition, body: self.body(node) }]
            }
            "try_statement" => vec![self.attempt(node)],
            "with_statement" => vec![self.with(node)],
            "return_statement" => vec![Statement::Return(children(node).first().map(|value| self.expression(*value)))],
            "raise_statement" => vec![Statement::Raise(children(node).first().map(|value| self.expression(*value)))],
            "break_statement" | "continue_statement" => vec![Statement::Leave],
            // `assert x in ALLOWED` is a guard like any other.
            "assert_statement" => {
                let condition = children(node).first().map_or(Expression::Constant, |test| self.expression(*test));
                vec![Statement::If { condition, then: Vec::new(), otherwise: vec![Statement::Raise(None)] }]
            }
            "function_definition" => self.declaration(node),
            "decorated_definition" => self.decorated(node),
            "class_definition" => self.class(node),
            "import_statement" => children_of(node, "name").into_iter().map(|name| self.import(name, None)).collect(),
            "import_from_statement" => {
                let module = self.text.field(node, "module_name").to_owned();
                children_of(node, "name").into_iter().map(|name| self.import(name, Some(&module))).collect()
            }
            "match_statement" => self.matching(node),
            "block" | "module" | "else_clause" | "finally_clause" => vec![Statement::Block(self.block(node))],
            _ => Vec::new(),
        }
    }

    /// An expression that stands as a statement: an assignment is one in this grammar.
    fn effect(&mut self, node: Node) -> Option<Statement> {
        let line = line(node);
        match node.kind() {
            "assignment" | "augmented_assignment" => {
                let target = self.pattern(node.child_by_field_name("left")?);
                let value = self.in_field(node, "right")?;
                Some(if node.kind() == "assignment" {
                    Statement::Assign { target, value, line }
                } else {
                    Statement::Extend { target, value, line }
                })
            }
            _ => Some(Statement::Expression(self.expression(node))),
        }
    }

    fn branches(&mut self, node: Node) -> Statement {
        let mut otherwise = Vec::new();
        for alternative in children_of(node, "alternative").into_iter().take(MAX_BRANCHES).rev() {
            otherwise = if alternative.kind() == "elif_clause" {
                let condition = self.in_field(alternative, "condition").unwrap_or(Expression::Constant);
                let then = self.consequence(alternative);
                vec![Statement::If { condition, then, otherwise }]
            } else {
                self.body(alternative)
            };
        }
        let condition = self.in_field(node, "condition").unwrap_or(Expression::Constant);
        Statement::If { condition, then: self.consequence(node), otherwise }
    }

    fn consequence(&mut self, node: Node) -> Vec<Statement> {
        node.child_by_field_name("consequence").map(|block| self.block(block)).unwrap_or_default()
    }

    fn attempt(&mut self, node: Node) -> Statement {
        let body = self.body(node);
        let (mut handlers, mut last) = (Vec::new(), Vec::new());
        for child in children(node) {
            let mut block = || {
                let inner = children(child).into_iter().find(|part| part.kind() == "block");
                inner.map(|block| self.block(block)).unwrap_or_default()
            };
            match child.kind() {
                "except_clause" | "except_group_clause" => handlers.push(block()),
                "finally_clause" | "else_clause" => last.extend(block()),
                _ => {}
            }
        }
        Statement::Try { body, handlers, last }
    }

    fn with(&mut self, node: Node) -> Statement {
        let mut statements = Vec::new();
        let clause = children(node).into_iter().find(|child| child.kind() == "with_clause");
        for item in clause.map(children).unwrap_or_default() {
            let Some(value) = item.child_by_field_name("value") else { continue };
            statements.push(if value.kind() == "as_pattern" {
                let parts = children(value);
                let bound = parts.first().map_or(Expression::Constant, |part| self.expression(*part));
                let target = value.child_by_field_name("alias").map_or(Pattern::Other, |alias| self.pattern(alias));
                Statement::Assign { target, value: bound, line: line(value) }
            } else {
                Statement::Expression(self.expression(value))
            });
        }
        statements.extend(self.body(node));
        Statement::Block(statements)
    }

    /// `match`: each case is a branch of its own; one of literals compares the subject with them.
    fn matching(&mut self, node: Node) -> Vec<Statement> {
        let Some(subject) = node.child_by_field_name("subject") else { return Vec::new() };
        let cases = node.child_by_field_name("body").map(children).unwrap_or_default();
        let mut otherwise = Vec::new();
        for case in cases.into_iter().take(MAX_BRANCHES).rev().filter(|case| case.kind() == "case_clause") {
            let pattern = children(case).into_iter().find(|part| part.kind() == "case_pattern");
            let value = pattern.and_then(|pattern| children(pattern).into_iter().next());
            let value = value.filter(|value| matches!(value.kind(), "string" | "dotted_name" | "union_pattern"));
            let condition = match value {
                Some(value) => Expression::Compare(
                    Comparison::Equal,
                    Box::new(self.expression(subject)),
                    Box::new(self.expression(value)),
                ),
                None => Expression::Constant,
            };
            otherwise = vec![Statement::If { condition, then: self.consequence(case), otherwise }];
        }
        otherwise
    }

    fn import(&self, name: Node, module: Option<&str>) -> Statement {
        let (whole, alias) = if name.kind() == "aliased_import" {
            (self.text.field(name, "name"), Some(self.text.field(name, "alias")))
        } else {
            (self.text.of(name), None)
        };
        // `import os.path` binds `os`.
        let first = whole.split('.').next().unwrap_or(whole);
        let bound = alias.unwrap_or(first).to_owned();
        let origin = match module {
            Some(module) => format!("{module}.{whole}"),
            None if alias.is_some() => whole.to_owned(),
            None => first.to_owned(),
        };
        let value = Expression::Name(format!("::{origin}"));
        Statement::Assign { target: Pattern::Name(bound), value, line: line(name) }
    }

    fn class(&mut self, node: Node) -> Vec<Statement> {
        let name = self.text.field(node, "name").to_owned();
        let bases = self.text.field(node, "superclasses");
        let mut fields = Vec::new();
        for part in node.child_by_field_name("body").map(children).unwrap_or_default() {
            for assignment in children(part).into_iter().filter(|child| child.kind() == "assignment") {
                let kind = assignment.child_by_field_name("type").map_or(Kind::Open, |kind| self.kind(kind));
                fields.push((self.text.field(assignment, "left").to_owned(), kind));
            }
        }
        if bases.contains("Enum") {
            fields.clear();
            fields.push((String::new(), Kind::Narrow));
        }
        self.program.schemas.push(Schema { name: name.clone(), fields });
        let outer = self.class.replace(name);
        let body = self.body(node);
        self.class = outer;
        // Constants of a class are read as `Class.NAME` or `self.NAME`, which nothing here looks up; only its methods count.
        body.into_iter().filter(|statement| !matches!(statement, Statement::Declare(..))).collect()
    }

    fn declaration(&mut self, node: Node) -> Vec<Statement> {
        let id = self.function(node);
        vec![Statement::Declare(self.text.field(node, "name").to_owned(), id)]
    }

    fn function_within(&mut self, node: Node, is_method: bool) -> (Vec<Parameter>, Vec<Statement>) {
        let parameters = node.child_by_field_name("parameters").map(children).unwrap_or_default();
        let mut parameters: Vec<Parameter> =
            parameters.into_iter().filter_map(|parameter| self.parameter(parameter)).collect();
        let is_self = |parameter: &Parameter| matches!(&parameter.pattern, Pattern::Name(name) if name == "self" || name == "cls");
        if is_method && parameters.first().is_some_and(is_self) {
            parameters.remove(0);
        }
        let body = match node.child_by_field_name("body") {
            Some(body) if node.kind() == "lambda" => vec![Statement::Return(Some(self.expression(body)))],
            Some(body) => self.block(body),
            None => Vec::new(),
        };
        (parameters, body)
    }

    fn parameter(&mut self, node: Node) -> Option<Parameter> {
        let kind = node.child_by_field_name("type").map_or(Kind::Open, |kind| self.kind(kind));
        let default = self.in_field(node, "value");
        let name = match node.kind() {
            "identifier" => self.text.of(node),
            "typed_parameter" => children(node).first().map_or("", |name| self.text.of(*name)),
            "default_parameter" | "typed_default_parameter" => self.text.field(node, "name"),
            _ => return None,
        };
        // `**kwargs` holds what was not named.
        Some(Parameter { pattern: Pattern::Name(name.trim_start_matches('*').to_owned()), kind, default })
    }

    /// What an annotation says. Several types (`int | None`) are as narrow as their widest.
    fn kind(&self, node: Node) -> Kind {
        const NARROW: &[&str] = &[
            "int",
            "float",
            "bool",
            "None",
            "Literal",
            "Decimal",
            "UUID",
            "datetime",
            "date",
            "time",
            "timedelta",
            "complex",
            "IPv4Address",
            "IPv6Address",
            "IPvAnyAddress",
            "PositiveInt",
            "NonNegativeInt",
        ];
        const WRAPPERS: &[&str] =
            &["Optional", "Union", "Annotated", "list", "List", "tuple", "Sequence", "typing", "t", "uuid"];
        let text = self.text.of(node);
        if text.contains("Context") || text.contains("Depends(") {
            return Kind::Context;
        }
        // What stands in `Literal[…]` is a value, and what follows in `Annotated[…]` is metadata.
        let text = text
            .split("Literal[")
            .next()
            .filter(|_| text.contains("Literal["))
            .map_or(text, |before| if before.is_empty() { "Literal" } else { before });
        let text = text.split_once("Field(").map_or(text, |(before, _)| before);
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let mut named = None;
        let all_narrow = words.all(|word| {
            if !NARROW.contains(&word) && !WRAPPERS.contains(&word) {
                named = Some(word.to_owned());
            }
            NARROW.contains(&word) || WRAPPERS.contains(&word)
        });
        match named {
            None if all_narrow && !text.trim().is_empty() => Kind::Narrow,
            Some(name) if name.starts_with(char::is_uppercase) => Kind::Named(name),
            _ => Kind::Open,
        }
    }

    fn pattern(&mut self, node: Node) -> Pattern {
        match node.kind() {
            "identifier" | "attribute" => Pattern::Name(self.text.of(node).to_owned()),
            "as_pattern_target" | "parenthesized_expression" => {
                children(node).first().map_or(Pattern::Other, |inner| self.pattern(*inner))
            }
            "pattern_list" | "tuple_pattern" | "list_pattern" | "tuple" => {
                Pattern::Items(children(node).into_iter().map(|item| self.pattern(item)).collect())
            }
            _ => Pattern::Other,
        }
    }
}
