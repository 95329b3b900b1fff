//! What the readers of both languages share: statements and expressions down to a bounded depth, and functions within
//! each other.

use std::marker::PhantomData;

use tree_sitter::Node;

use crate::program::{Expression, Function, FunctionId, Parameter, Program, Statement};
use crate::syntax::{MAX_NESTING, Text, children};

/// A language, by what its nodes mean.
pub(crate) trait Grammar: Sized {
    /// The statements of a node.
    fn statement(lowering: &mut Lowering<'_, Self>, node: Node) -> Vec<Statement>;

    /// The expression of a node.
    fn expression(lowering: &mut Lowering<'_, Self>, node: Node) -> Expression;

    /// Parameters and body of a function, which may be a method.
    fn function(lowering: &mut Lowering<'_, Self>, node: Node, is_method: bool) -> (Vec<Parameter>, Vec<Statement>);
}

/// A file while it is read.
pub(crate) struct Lowering<'t, G> {
    pub(crate) text: Text<'t>,
    pub(crate) program: Program,
    depth: usize,
    /// The functions around the present place.
    functions: Vec<FunctionId>,
    /// The class whose members are read.
    pub(crate) class: Option<String>,
    grammar: PhantomData<G>,
}

/// Reads a parsed file.
pub(crate) fn lower<G: Grammar>(root: Node, text: &str) -> Program {
    let mut lowering = Lowering::<G> {
        text: Text(text),
        program: Program::default(),
        depth: 0,
        functions: Vec::new(),
        class: None,
        grammar: PhantomData,
    };
    let body = lowering.block(root);
    lowering.program.body = body;
    lowering.program
}

impl<G: Grammar> Lowering<'_, G> {
    /// The statements in a node.
    pub(crate) fn block(&mut self, node: Node) -> Vec<Statement> {
        children(node).into_iter().flat_map(|child| self.statement(child)).collect()
    }

    /// The statements that a node is; none where code nests too deep.
    pub(crate) fn statement(&mut self, node: Node) -> Vec<Statement> {
        if self.depth >= MAX_NESTING {
            return Vec::new();
        }
        self.depth += 1;
        let statements = G::statement(self, node);
        self.depth -= 1;
        statements
    }

    /// The expression that a node is; a constant where code nests too deep.
    pub(crate) fn expression(&mut self, node: Node) -> Expression {
        if self.depth >= MAX_NESTING {
            return Expression::Constant;
        }
        self.depth += 1;
        let expression = G::expression(self, node);
        self.depth -= 1;
        expression
    }

    /// The expression in a field.
    pub(crate) fn in_field(&mut self, node: Node, field: &str) -> Option<Expression> {
        node.child_by_field_name(field).map(|child| self.expression(child))
    }

    /// The expression in a field, as a part of another.
    pub(crate) fn boxed(&mut self, node: Node, field: &str) -> Box<Expression> {
        Box::new(self.in_field(node, field).unwrap_or(Expression::Constant))
    }

    /// All expressions in a node.
    pub(crate) fn all(&mut self, node: Node) -> Vec<Expression> {
        children(node).into_iter().map(|child| self.expression(child)).collect()
    }

    /// The first expression in a node.
    pub(crate) fn first(&mut self, node: Node) -> Expression {
        children(node).first().map_or(Expression::Constant, |child| self.expression(*child))
    }

    /// Adds a function to the program. What is declared in it belongs to no class around it.
    pub(crate) fn function(&mut self, node: Node) -> FunctionId {
        let id = self.program.functions.len();
        let name = self.text.field(node, "name").to_owned();
        let parent = self.functions.last().copied();
        let class = self.class.take();
        self.program.functions.push(Function { name, parent, class: class.clone(), ..Function::default() });
        self.functions.push(id);
        let (parameters, body) = G::function(self, node, class.is_some());
        self.functions.pop();
        self.class = class;
        self.program.functions[id].parameters = parameters;
        self.program.functions[id].body = body;
        id
    }
}
