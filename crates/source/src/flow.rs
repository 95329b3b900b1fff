//! Following arguments through a program: statements, branches, functions of the same file. What is not understood is taken
//! to be harmless, so that what is told is true.

mod calls;
pub(crate) use calls::Given;
mod conditions;
mod expressions;
mod handlers;
mod transfers;

use std::collections::HashMap;
use std::rc::Rc;

use crate::program::{FunctionId, Pattern, Program, Statement};
use crate::sinks::Reach;
use crate::value::{Checked, Harms, Shape, Value};

/// How many steps a file may take, and one of its handlers.
const MAX_STEPS_OF_A_FILE: usize = 3_000_000;
const MAX_STEPS_OF_A_HANDLER: usize = 150_000;
/// How deep functions that call each other are followed.
const MAX_CALLS: usize = 6;
/// How many handlers of a file are judged, and findings kept.
const MAX_HANDLERS: usize = 500;
const MAX_REACHES: usize = 500;

pub(crate) type Environment = HashMap<String, Value>;

/// What following a program gave.
pub(crate) struct Followed {
    pub(crate) reaches: Vec<Reach>,
    /// How many handlers were judged only in part.
    pub(crate) cut: usize,
    /// How many handlers there are.
    pub(crate) handlers: usize,
}

/// Follows the arguments of all handlers.
pub(crate) fn follow(program: &Program) -> Followed {
    let mut flow = Flow {
        program,
        module: Rc::default(),
        environments: HashMap::new(),
        frames: Vec::new(),
        checked: Checked::new(),
        handler: None,
        reaches: Vec::new(),
        steps: 0,
        limit: MAX_STEPS_OF_A_HANDLER,
    };
    flow.module = Rc::new(flow.outside(None, &program.body, Rc::default()));
    let mut cut = program.handlers.len().saturating_sub(MAX_HANDLERS);
    for handler in program.handlers.iter().take(MAX_HANDLERS) {
        flow.limit = (flow.steps + MAX_STEPS_OF_A_HANDLER).min(MAX_STEPS_OF_A_FILE);
        flow.judge(handler);
        cut += usize::from(flow.steps >= flow.limit);
    }
    Followed { reaches: flow.reaches, cut, handlers: program.handlers.len() }
}

/// The handler whose arguments are followed.
struct Current {
    what: &'static str,
    name: Option<String>,
}

/// A function while it runs.
struct Frame {
    function: Option<FunctionId>,
    /// What is around it.
    base: Rc<Environment>,
    local: Environment,
    returned: Option<Value>,
    /// What was checked on every way that leaves it so far.
    checked_at_return: Option<Checked>,
}

struct Flow<'p> {
    program: &'p Program,
    module: Rc<Environment>,
    /// What the functions around handlers bind.
    environments: HashMap<FunctionId, Rc<Environment>>,
    frames: Vec<Frame>,
    checked: Checked,
    handler: Option<Current>,
    reaches: Vec<Reach>,
    steps: usize,
    limit: usize,
}

/// What a branch may change.
struct Moment {
    local: Environment,
    checked: Checked,
}

impl<'p> Flow<'p> {
    /// Runs what is outside the handlers for what it binds.
    fn outside(&mut self, function: Option<FunctionId>, body: &'p [Statement], base: Rc<Environment>) -> Environment {
        let frames = std::mem::take(&mut self.frames);
        let (handler, checked) = (self.handler.take(), std::mem::take(&mut self.checked));
        let mut local = Environment::clone(&base);
        if let Some(function) = function {
            for parameter in &self.program.functions[function].parameters {
                bind_unknown(&mut local, &parameter.pattern);
            }
        }
        self.frames.push(Frame { function, base, local, returned: None, checked_at_return: None });
        self.run(body);
        let local = self.frames.pop().map(|frame| frame.local).unwrap_or_default();
        (self.frames, self.handler, self.checked) = (frames, handler, checked);
        local
    }

    /// What is around a function: the module, or what the functions that it stands in bind.
    fn around(&mut self, function: FunctionId) -> Rc<Environment> {
        let mut chain = Vec::new();
        let mut next = self.program.functions[function].parent;
        while let Some(parent) = next.filter(|parent| !self.environments.contains_key(parent)) {
            chain.push(parent);
            next = self.program.functions[parent].parent;
        }
        for parent in chain.into_iter().rev() {
            let base = match self.program.functions[parent].parent.and_then(|outer| self.environments.get(&outer)) {
                Some(base) => Rc::clone(base),
                None => Rc::clone(&self.module),
            };
            let bound = self.outside(Some(parent), &self.program.functions[parent].body, base);
            self.environments.insert(parent, Rc::new(bound));
        }
        let around = self.program.functions[function].parent.and_then(|parent| self.environments.get(&parent));
        around.map_or_else(|| Rc::clone(&self.module), Rc::clone)
    }

    fn exhausted(&mut self) -> bool {
        self.steps += 1;
        self.steps >= self.limit
    }

    /// Runs statements; tells whether all ways leave here.
    fn run(&mut self, statements: &'p [Statement]) -> bool {
        for statement in statements {
            if let Statement::Declare(name, id) = statement {
                self.bind_name(name, Value::of(Shape::Function(*id)));
            }
        }
        statements.iter().any(|statement| self.exhausted() || self.statement(statement))
    }

    fn statement(&mut self, statement: &'p Statement) -> bool {
        match statement {
            Statement::Declare(..) => false,
            Statement::Expression(expression) => {
                self.evaluate(expression);
                false
            }
            Statement::Assign { target, value, line } => {
                let value = self.evaluate(value);
                self.bind(target, value, *line);
                false
            }
            Statement::Extend { target, value, line } => {
                let added = self.evaluate(value);
                if let Pattern::Name(name) = target {
                    let before = self.look_up(name);
                    self.bind(target, Value::build(&[before, added]), *line);
                }
                false
            }
            Statement::Block(block) => self.run(block),
            Statement::If { condition, then, otherwise } => {
                let verdict = self.condition(condition);
                let before = self.moment();
                let name = self.handler.as_ref().and_then(|handler| handler.name.clone());
                if let (Some(tool), Some(handler)) = (verdict.tool, &mut self.handler) {
                    handler.name = Some(tool);
                }
                self.take_checks(&verdict.if_true);
                let then_leaves = self.run(then);
                if let Some(handler) = &mut self.handler {
                    handler.name = name;
                }
                let after_then = self.replace_moment(before);
                self.take_checks(&verdict.if_false);
                let otherwise_leaves = self.run(otherwise);
                self.meet(after_then, then_leaves, otherwise_leaves)
            }
            Statement::Loop { target, condition, body } => {
                if let Some(condition) = condition {
                    self.evaluate(condition);
                }
                let element = target.as_ref().map(|(pattern, of)| (pattern, self.evaluate(of).element()));
                let before = self.moment();
                if let Some((pattern, element)) = element {
                    self.bind(pattern, element, 0);
                }
                if self.run(body) {
                    self.replace_moment(before);
                    return false;
                }
                // A check of each element, or of one value against each of a list, holds after the loop.
                let checked = self.checked.clone();
                let after = self.replace_moment(before);
                self.meet(after, false, false);
                self.checked = checked;
                false
            }
            Statement::Try { body, handlers, last } => {
                let before = self.moment();
                let mut leaves = self.run(body);
                for handler in handlers {
                    let after =
                        self.replace_moment(Moment { local: before.local.clone(), checked: before.checked.clone() });
                    let handler_leaves = self.run(handler);
                    leaves = self.meet(after, leaves, handler_leaves);
                }
                self.run(last) || leaves
            }
            Statement::Return(value) => {
                let mut value = value.as_ref().map_or_else(Value::unknown, |value| self.evaluate(value));
                value.settle(&self.checked);
                self.leave_function(value);
                true
            }
            Statement::Raise(value) => {
                if let Some(value) = value {
                    self.evaluate(value);
                }
                true
            }
            Statement::Leave => true,
        }
    }

    fn leave_function(&mut self, value: Value) {
        let Some(frame) = self.frames.last_mut() else { return };
        frame.returned = Some(match frame.returned.take() {
            Some(before) => before.join(&value),
            None => value,
        });
        frame.checked_at_return = Some(match frame.checked_at_return.take() {
            Some(before) => common(&before, &self.checked),
            None => self.checked.clone(),
        });
    }

    fn moment(&mut self) -> Moment {
        let local = self.frames.last().map(|frame| frame.local.clone()).unwrap_or_default();
        self.steps += local.len() / 4;
        Moment { local, checked: self.checked.clone() }
    }

    /// Goes to another moment and gives the present one.
    fn replace_moment(&mut self, other: Moment) -> Moment {
        let local = self.frames.last_mut().map(|frame| std::mem::replace(&mut frame.local, other.local));
        Moment { local: local.unwrap_or_default(), checked: std::mem::replace(&mut self.checked, other.checked) }
    }

    /// Goes on where two ways meet: that of `first`, and the present one. Tells whether both leave.
    fn meet(&mut self, mut first: Moment, first_leaves: bool, present_leaves: bool) -> bool {
        match (first_leaves, present_leaves) {
            (true, leaves) => leaves,
            (false, true) => {
                self.replace_moment(first);
                false
            }
            (false, false) => {
                first.local.values_mut().for_each(|value| value.settle(&first.checked));
                let Some(frame) = self.frames.last_mut() else { return false };
                frame.local.values_mut().for_each(|value| value.settle(&self.checked));
                for (name, value) in first.local {
                    let joined = match frame.local.remove(&name) {
                        Some(present) => value.join(&present),
                        None => value,
                    };
                    frame.local.insert(name, joined);
                }
                self.checked = common(&first.checked, &self.checked);
                false
            }
        }
    }

    fn take_checks(&mut self, checks: &[(Rc<str>, Harms)]) {
        for (origin, harms) in checks {
            let known = self.checked.entry(Rc::clone(origin)).or_default();
            *known = known.and(*harms);
        }
    }

    fn bind_name(&mut self, name: &str, value: Value) {
        if let Some(frame) = self.frames.last_mut() {
            frame.local.insert(name.to_owned(), value);
        }
    }

    fn bind(&mut self, pattern: &Pattern, mut value: Value, line: u32) {
        match pattern {
            Pattern::Name(name) => {
                value.settle(&self.checked);
                let value = if line > 0 { value.step(line, name) } else { value };
                self.bind_name(name, value);
            }
            Pattern::Items(items) => {
                for (at, item) in items.iter().enumerate() {
                    let part = match &value.shape {
                        Shape::Items(values) => values.get(at).cloned().unwrap_or_else(Value::unknown),
                        _ => value.element(),
                    };
                    self.bind(item, part, line);
                }
            }
            Pattern::Fields(fields) => {
                for (key, pattern) in fields {
                    let part = if key.is_empty() { value.clone() } else { value.field(key) };
                    self.bind(pattern, part, line);
                }
            }
            Pattern::Other => {}
        }
    }

    fn look_up(&self, name: &str) -> Value {
        if let Some(origin) = name.strip_prefix("::") {
            return Value::named(origin);
        }
        let frame = self.frames.last();
        let found = frame.and_then(|frame| frame.local.get(name).or_else(|| frame.base.get(name)));
        found.cloned().unwrap_or_else(|| Value::named(name))
    }
}

/// What both know to be harmless.
fn common(one: &Checked, other: &Checked) -> Checked {
    let both = one.iter().filter_map(|(origin, harms)| Some((Rc::clone(origin), harms.common(*other.get(origin)?))));
    both.collect()
}

fn bind_unknown(environment: &mut Environment, pattern: &Pattern) {
    match pattern {
        Pattern::Name(name) => {
            environment.insert(name.clone(), Value::unknown());
        }
        Pattern::Items(items) => items.iter().for_each(|item| bind_unknown(environment, item)),
        Pattern::Fields(fields) => fields.iter().for_each(|(_, inner)| bind_unknown(environment, inner)),
        Pattern::Other => {}
    }
}

/// Binds a parameter before its function runs.
fn bind_parameter(local: &mut Environment, pattern: &Pattern, value: Value) {
    match pattern {
        Pattern::Name(name) => {
            local.insert(name.clone(), value);
        }
        Pattern::Items(items) => {
            for item in items {
                bind_parameter(local, item, value.element());
            }
        }
        Pattern::Fields(fields) => {
            for (key, inner) in fields {
                let part = if key.is_empty() { value.clone() } else { value.field(key) };
                bind_parameter(local, inner, part);
            }
        }
        Pattern::Other => {}
    }
}
