//! JavaScript and TypeScript to [`Program`](crate::program::Program).

mod expressions;
mod handlers;
mod schemas;

use tree_sitter::Node;

use crate::lowering::{Grammar, Lowering};
use crate::program::{Comparison, Expression, Kind, Parameter, Pattern, Statement};
use crate::syntax::{MAX_BRANCHES, children, children_of, line};

/// The nodes of JavaScript and TypeScript.
pub(crate) struct Script;

impl Grammar for Script {
    fn statement(lowering: &mut Lowering<'_, Self>, node: Node) -> Vec<Statement> {
        lowering.statement_within(node)
    }

    fn expression(lowering: &mut Lowering<'_, Self>, node: Node) -> Expression {
        lowering.expression_within(node)
    }

    fn function(lowering: &mut Lowering<'_, Self>, node: Node, _is_method: bool) -> (Vec<Parameter>, Vec<Statement>) {
        lowering.function_within(node)
    }
}

impl Lowering<'_, Script> {
    /// The statements of a field, whether it is a block or a single one.
    fn in_block(&mut self, node: Node, field: &str) -> Vec<Statement> {
        node.child_by_field_name(field).map(|body| self.statement(body)).unwrap_or_default()
    }

    fn statement_within(&mut self, node: Node) -> Vec<Statement> {
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => {
                children(node).into_iter().filter_map(|declarator| self.declarator(declarator)).collect()
            }
            "expression_statement" => children(node).into_iter().flat_map(|child| self.effect(child)).collect(),
            "if_statement" => {
                let condition = self.in_field(node, "condition").unwrap_or(Expression::Constant);
                let then = self.in_block(node, "consequence");
                vec![Statement::If { condition, then, otherwise: self.in_block(node, "alternative") }]
            }
            "for_in_statement" => {
                let target = node.child_by_field_name("left").map(|left| self.pattern(left));
                let target = target.zip(self.in_field(node, "right"));
                vec![Statement::Loop { target, condition: None, body: self.in_block(node, "body") }]
            }
            "for_statement" | "while_statement" | "do_statement" => {
                let mut statements = self.in_block(node, "initializer");
                let condition = self.in_field(node, "condition");
                let body = self.in_block(node, "body");
                statements.push(Statement::Loop { target: None, condition, body });
                statements
            }
            "try_statement" => {
                let body = self.in_block(node, "body");
                let handler = node.child_by_field_name("handler");
                let handlers = handler.map(|handler| self.in_block(handler, "body")).into_iter().collect();
                let last = node.child_by_field_name("finalizer").map(|last| self.in_block(last, "body"));
                vec![Statement::Try { body, handlers, last: last.unwrap_or_default() }]
            }
            "return_statement" => vec![Statement::Return(children(node).first().map(|value| self.expression(*value)))],
            "throw_statement" => vec![Statement::Raise(children(node).first().map(|value| self.expression(*value)))],
            "break_statement" | "continue_statement" => vec![Statement::Leave],
            "switch_statement" => self.switch(node),
            "function_declaration" | "generator_function_declaration" => {
                let id = self.function(node);
                vec![Statement::Declare(self.text.field(node, "name").to_owned(), id)]
            }
            "class_declaration" | "abstract_class_declaration" | "class" => self.class(node),
            "import_statement" => self.import(node),
            "export_statement" => {
                let declared = self.in_block(node, "declaration");
                let value = self.in_field(node, "value").map(Statement::Expression);
                declared.into_iter().chain(value).collect()
            }
            "statement_block" | "program" | "else_clause" | "labeled_statement" => {
                vec![Statement::Block(self.block(node))]
            }
            _ => Vec::new(),
        }
    }

    fn declarator(&mut self, node: Node) -> Option<Statement> {
        if node.kind() != "variable_declarator" {
            return None;
        }
        let name = node.child_by_field_name("name")?;
        let value = node.child_by_field_name("value")?;
        if name.kind() == "identifier" {
            self.schema(self.text.of(name), value);
        }
        let target = self.pattern(name);
        Some(Statement::Assign { target, value: self.expression(value), line: line(node) })
    }

    /// An expression that stands as a statement: assignments and sequences of them.
    fn effect(&mut self, node: Node) -> Vec<Statement> {
        let line = line(node);
        let sides = || node.child_by_field_name("left").zip(node.child_by_field_name("right"));
        match (node.kind(), sides()) {
            ("assignment_expression", Some((left, right))) => {
                let target = self.pattern(left);
                vec![Statement::Assign { target, value: self.expression(right), line }]
            }
            ("augmented_assignment_expression", Some((left, right))) => {
                let target = self.pattern(left);
                vec![Statement::Extend { target, value: self.expression(right), line }]
            }
            ("sequence_expression", _) => children(node).into_iter().flat_map(|child| self.effect(child)).collect(),
            _ => vec![Statement::Expression(self.expression(node))],
        }
    }

    /// `switch`: each case is a branch of its own. Falling through is followed only for cases without statements.
    fn switch(&mut self, node: Node) -> Vec<Statement> {
        let Some(subject) = node.child_by_field_name("value") else { return Vec::new() };
        let cases = node.child_by_field_name("body").map(children).unwrap_or_default();
        let mut otherwise = Vec::new();
        for case in cases.into_iter().take(MAX_BRANCHES).rev() {
            let mut then: Vec<Statement> =
                children_of(case, "body").into_iter().flat_map(|part| self.statement(part)).collect();
            without_break(&mut then);
            let condition = match case.child_by_field_name("value") {
                Some(value) => Expression::Compare(
                    Comparison::Equal,
                    Box::new(self.expression(subject)),
                    Box::new(self.expression(value)),
                ),
                None => Expression::Constant,
            };
            otherwise = vec![Statement::If { condition, then, otherwise }];
        }
        otherwise
    }

    fn import(&mut self, node: Node) -> Vec<Statement> {
        let module = self.text.field(node, "source").trim_matches(['"', '\'']);
        let module = module.strip_prefix("node:").unwrap_or(module).to_owned();
        let clause = children(node).into_iter().find(|child| child.kind() == "import_clause");
        let mut statements = Vec::new();
        let mut bind = |name: &str, origin: String| {
            let value = Expression::Name(format!("::{origin}"));
            statements.push(Statement::Assign { target: Pattern::Name(name.to_owned()), value, line: line(node) });
        };
        for part in clause.map(children).unwrap_or_default() {
            match part.kind() {
                "identifier" => bind(self.text.of(part), module.clone()),
                "namespace_import" => {
                    let name = children(part).first().map_or("", |name| self.text.of(*name));
                    bind(name, module.clone());
                }
                "named_imports" => {
                    for specifier in children(part) {
                        let name = self.text.field(specifier, "name");
                        let alias = self.text.field(specifier, "alias");
                        let origin = if name == "default" { module.clone() } else { format!("{module}.{name}") };
                        bind(if alias.is_empty() { name } else { alias }, origin);
                    }
                }
                _ => {}
            }
        }
        statements
    }

    fn class(&mut self, node: Node) -> Vec<Statement> {
        let name = self.text.field(node, "name").to_owned();
        let members = node.child_by_field_name("body").map(children).unwrap_or_default();
        let outer = self.class.replace(name);
        let mut methods = Vec::new();
        for member in members {
            let id = match (member.kind(), member.child_by_field_name("value")) {
                ("method_definition", _) => self.function(member),
                // A field that holds a function is called like a method.
                ("field_definition" | "public_field_definition", Some(value)) if is_function(value) => {
                    let id = self.function(value);
                    let field = if member.kind() == "field_definition" { "property" } else { "name" };
                    self.text.field(member, field).clone_into(&mut self.program.functions[id].name);
                    id
                }
                _ => continue,
            };
            methods.push(id);
        }
        self.class = outer;
        self.tool_class(node, &methods);
        Vec::new()
    }

    fn function_within(&mut self, node: Node) -> (Vec<Parameter>, Vec<Statement>) {
        let parameters: Vec<Parameter> = match node.child_by_field_name("parameter") {
            Some(single) => vec![self.parameter(single)],
            None => node
                .child_by_field_name("parameters")
                .map(children)
                .unwrap_or_default()
                .into_iter()
                .map(|parameter| self.parameter(parameter))
                .collect(),
        };
        let body = match node.child_by_field_name("body") {
            Some(body) if body.kind() == "statement_block" => self.block(body),
            Some(body) => vec![Statement::Return(Some(self.expression(body)))],
            None => Vec::new(),
        };
        (parameters, body)
    }

    fn parameter(&mut self, node: Node) -> Parameter {
        let annotation = self.text.field(node, "type").trim_start_matches(':').trim();
        let mut options = annotation.split('|').map(str::trim);
        let is_narrow = |option: &str| {
            matches!(option, "number" | "boolean" | "bigint" | "null" | "undefined") || option.starts_with(['"', '\''])
        };
        let kind = if !annotation.is_empty() && options.all(is_narrow) { Kind::Narrow } else { Kind::Open };
        let default = self.in_field(node, "value").or_else(|| self.in_field(node, "right"));
        Parameter { pattern: self.pattern(node), kind, default }
    }

    fn pattern(&mut self, node: Node) -> Pattern {
        let inner = |lowering: &mut Self, field| {
            node.child_by_field_name(field).map_or(Pattern::Other, |inner| lowering.pattern(inner))
        };
        match node.kind() {
            "identifier" | "shorthand_property_identifier_pattern" | "member_expression" => {
                Pattern::Name(self.text.of(node).to_owned())
            }
            "required_parameter" | "optional_parameter" => inner(self, "pattern"),
            "assignment_pattern" | "object_assignment_pattern" => inner(self, "left"),
            "rest_pattern" => children(node).first().map_or(Pattern::Other, |rest| self.pattern(*rest)),
            "array_pattern" => Pattern::Items(children(node).into_iter().map(|item| self.pattern(item)).collect()),
            "object_pattern" => {
                let fields = children(node).into_iter().map(|field| self.field_pattern(field)).collect();
                Pattern::Fields(fields)
            }
            _ => Pattern::Other,
        }
    }

    fn field_pattern(&mut self, node: Node) -> (String, Pattern) {
        if node.kind() == "pair_pattern" {
            let key = self.text.field(node, "key").trim_matches(['"', '\'']).to_owned();
            let value = node.child_by_field_name("value").map_or(Pattern::Other, |value| self.pattern(value));
            return (key, value);
        }
        let pattern = self.pattern(node);
        // `{ ...rest }` holds all that was not named.
        let key = match &pattern {
            Pattern::Name(name) if node.kind() != "rest_pattern" => name.clone(),
            _ => String::new(),
        };
        (key, pattern)
    }
}

/// Takes the `break` from the end of a case.
fn without_break(statements: &mut Vec<Statement>) {
    match statements.last_mut() {
        Some(Statement::Leave) => {
            statements.pop();
        }
        Some(Statement::Block(inner)) => without_break(inner),
        _ => {}
    }
}

fn is_function(node: Node) -> bool {
    matches!(node.kind(), "arrow_function" | "function_expression" | "function" | "generator_function")
}
