//! What is left of a program for following values: both languages end here.

/// Number of a function in its program.
pub(crate) type FunctionId = usize;

/// One file.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) functions: Vec<Function>,
    /// Statements outside all functions.
    pub(crate) body: Vec<Statement>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) schemas: Vec<Schema>,
}

/// A function, method, arrow function or lambda.
#[derive(Debug, Default)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Vec<Statement>,
    /// The function that it stands in.
    pub(crate) parent: Option<FunctionId>,
    /// The class that it is a method of.
    pub(crate) class: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) pattern: Pattern,
    pub(crate) kind: Kind,
    pub(crate) default: Option<Expression>,
}

/// What a type says about a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It may be any text.
    Open,
    /// A number, a truth value, one of some literals: nothing that could be hostile.
    Narrow,
    /// An object of a class or schema of this name.
    Named(String),
    /// Given by the SDK, not by the caller.
    Context,
}

/// Fields of a class or a schema, as far as their types matter.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) name: String,
    pub(crate) fields: Vec<(String, Kind)>,
}

/// Code that a client calls.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) target: HandlerTarget,
    /// `tool`, `resource` or `prompt`.
    pub(crate) what: &'static str,
    /// Its name, where it is one and not a dispatcher.
    pub(crate) name: Option<String>,
    pub(crate) form: HandlerForm,
    /// Fields that its schema narrows, where it stands beside it.
    pub(crate) narrow: Vec<(String, Kind)>,
    /// The schema's name, where it stands elsewhere.
    pub(crate) schema: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum HandlerTarget {
    Function(FunctionId),
    Named(String),
}

/// How a handler gets its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HandlerForm {
    /// Each parameter is an argument.
    Parameters,
    /// The first parameter is an object of all.
    Object,
    /// The second parameter is an object of all; the first is an address.
    AddressAndObject,
    /// The first parameter is the name of what is called, the second an object.
    NameAndObject,
    /// The parameter is a request of the protocol.
    Request,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) enum Statement {
    Assign {
        target: Pattern,
        value: Expression,
        line: u32,
    },
    /// `a += b`.
    Extend {
        target: Pattern,
        value: Expression,
        line: u32,
    },
    Expression(Expression),
    If {
        condition: Expression,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    /// A loop; the target takes the elements of the value.
    Loop {
        target: Option<(Pattern, Expression)>,
        condition: Option<Expression>,
        body: Vec<Statement>,
    },
    Try {
        body: Vec<Statement>,
        handlers: Vec<Vec<Statement>>,
        last: Vec<Statement>,
    },
    Return(Option<Expression>),
    /// Leaves the function by an error.
    Raise(Option<Expression>),
    /// Leaves a loop or a round of it.
    Leave,
    /// A function by its name.
    Declare(String, FunctionId),
    Block(Vec<Statement>),
}

#[derive(Debug)]
pub(crate) enum Pattern {
    Name(String),
    /// `self.name`, kept like a variable.
    Items(Vec<Pattern>),
    /// Key and what takes its value.
    Fields(Vec<(String, Pattern)>),
    Other,
}

#[derive(Debug)]
pub(crate) enum Expression {
    Name(String),
    Text(String),
    /// A regular expression.
    Regex(String),
    Constant,
    /// Parts that become one text or list.
    Build(Vec<Expression>),
    Member(Box<Expression>, String),
    Index(Box<Expression>, Box<Expression>),
    Call(Box<Call>),
    Items(Vec<Expression>),
    Fields(Vec<(Option<String>, Expression)>),
    Spread(Box<Expression>),
    Function(FunctionId),
    /// `a if c else b`.
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `a or b` where the value counts.
    Either(Vec<Expression>),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// Elements made from those of another.
    Each {
        target: Pattern,
        of: Box<Expression>,
        conditions: Vec<Expression>,
        value: Box<Expression>,
    },
    /// `(a := b)`.
    Bind(String, Box<Expression>, u32),
    /// Read for what is in it; its own value is of no interest.
    Opaque(Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Different,
    In,
    NotIn,
    /// Order of numbers, identity with nothing.
    Other,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) callee: Expression,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) place: Place,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: Option<String>,
    pub(crate) value: Expression,
}
