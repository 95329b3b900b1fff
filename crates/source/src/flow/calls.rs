//! Calls: of functions of the same file, of what is known from libraries, and of what nobody knows.

use std::rc::Rc;

use super::{Environment, Flow, Frame, MAX_CALLS, MAX_REACHES, bind_parameter};
use crate::program::{Call, Expression, FunctionId, Pattern, Place};
use crate::sinks::{self, Called};
use crate::value::{Arguments, Harms, Shape, Value};

/// An argument of a call.
pub(crate) struct Given {
    pub(crate) name: Option<String>,
    pub(crate) value: Value,
    pub(crate) spread: bool,
}

impl Given {
    fn plain(value: Value) -> Self {
        Self { name: None, value, spread: false }
    }
}

/// Which run a function that they are given, in another thread or later. Where it stands among their arguments.
const RUNNERS: &[(&str, usize)] = &[
    ("asyncio.to_thread", 0),
    ("anyio.to_thread.run_sync", 0),
    ("trio.to_thread.run_sync", 0),
    ("run_in_executor", 1),
    ("functools.partial", 0),
];

impl<'p> Flow<'p> {
    pub(super) fn call(&mut self, call: &'p Call) -> Value {
        let (object, name) = match &call.callee {
            Expression::Member(object, name) => {
                if let Some(id) = self.own_method(object, name) {
                    let given = self.given(call);
                    return self.run_function(id, &given, call.place.line);
                }
                (Some((self.evaluate(object), &**object)), Some(name.as_str()))
            }
            _ => (None, None),
        };
        let callee = match (&object, name) {
            (Some((object, _)), Some(name)) => object.field(name),
            _ => self.evaluate(&call.callee),
        };
        if let Shape::Function(id) = callee.shape {
            let given = self.given(call);
            return self.run_function(id, &given, call.place.line);
        }
        if let Some(id) = object.as_ref().zip(name).and_then(|((object, _), name)| self.method_of_class(object, name)) {
            let given = self.given(call);
            return self.run_function(id, &given, call.place.line);
        }
        let given = self.given(call);
        let qualified = callee.name().map(str::to_owned);
        let object_name = object.as_ref().and_then(|(_, expression)| last_name(expression));
        let object = object.map(|(object, _)| object);
        if let Some((_, at)) =
            RUNNERS.iter().find(|(runner, _)| qualified.as_deref() == Some(*runner) || name == Some(*runner))
            && let Some(run) = given.get(*at)
        {
            return self.run_given(&run.value, &given[at + 1..], call.place);
        }
        self.called(qualified.as_deref(), object.as_ref(), object_name, name, &given, call)
    }

    fn called(
        &mut self,
        qualified: Option<&str>,
        object: Option<&Value>,
        object_name: Option<&str>,
        method: Option<&str>,
        given: &[Given],
        call: &'p Call,
    ) -> Value {
        let reached = self.look_for_sinks(&Called { qualified, object, object_name, method, given }, call.place);
        if let Some(model) = self.model(qualified, method, given) {
            return model;
        }
        if let Some(id) = qualified.and_then(|name| self.constructor(name)) {
            self.run_function(id, given, call.place.line);
        }
        if let Some(value) = self.with_callbacks(object, method, given, call.place.line) {
            return value;
        }
        let result = super::transfers::result(qualified, object, method, given, reached);
        if !reached {
            self.take_certain_checks(qualified, method, object, given);
        }
        if let Expression::Member(target, _) = &call.callee {
            self.collect(target, method, given);
        }
        result
    }

    fn given(&mut self, call: &'p Call) -> Vec<Given> {
        let given = call.arguments.iter().map(|argument| {
            let spread = matches!(argument.value, Expression::Spread(_));
            let mut value = self.evaluate(&argument.value);
            value.settle(&self.checked);
            Given { name: argument.name.clone(), value, spread }
        });
        given.collect()
    }

    /// Notes where arguments reach what they can do harm to.
    fn look_for_sinks(&mut self, called: &Called, place: Place) -> bool {
        let Some(handler) = self.handler.as_ref() else { return sinks::is_sink(called) };
        let mut reached = sinks::reached(called);
        let any = !reached.is_empty() || sinks::is_sink(called);
        for reach in &mut reached {
            reach.what = handler.what;
            reach.handler.clone_from(&handler.name);
            reach.place = place;
        }
        let checked = &self.checked;
        reached.retain(|reach| {
            let known = checked.get(&reach.taint.origin).copied().unwrap_or_default();
            !known.and(reach.taint.ended).has(reach.harm)
        });
        let room = MAX_REACHES.saturating_sub(self.reaches.len());
        self.reaches.extend(reached.into_iter().take(room));
        any
    }

    /// `self.method` and `this.method`.
    fn own_method(&self, object: &Expression, name: &str) -> Option<FunctionId> {
        let Expression::Name(this) = object else { return None };
        if !matches!(this.as_str(), "self" | "this" | "cls") {
            return None;
        }
        let running = self.frames.iter().rev().filter_map(|frame| frame.function);
        let mut classes = running.filter_map(|id| self.class_around(id));
        let class = classes.next();
        let functions = || self.program.functions.iter().enumerate().filter(|(_, function)| function.name == name);
        let same = functions().find(|(_, function)| function.class.is_some() && function.class.as_deref() == class);
        same.map(|(id, _)| id)
    }

    fn class_around(&self, function: FunctionId) -> Option<&str> {
        let mut next = Some(function);
        while let Some(id) = next {
            let function = &self.program.functions[id];
            if let Some(class) = &function.class {
                return Some(class);
            }
            next = function.parent;
        }
        None
    }

    /// `Git.log(…)`, or `git.log(…)` where `git` was made by `Git()` of this file.
    fn method_of_class(&self, object: &Value, name: &str) -> Option<FunctionId> {
        let class = object.name()?;
        let class = class.strip_suffix("()").unwrap_or(class);
        self.method(class, name)
    }

    fn method(&self, class: &str, name: &str) -> Option<FunctionId> {
        let is_it =
            |function: &crate::program::Function| function.name == name && function.class.as_deref() == Some(class);
        self.program.functions.iter().position(is_it)
    }

    fn constructor(&self, class: &str) -> Option<FunctionId> {
        self.method(class, "__init__").or_else(|| self.method(class, "constructor"))
    }

    /// A function of the file by its name: one of the module, or the only one of that name.
    pub(super) fn function_named(&self, name: &str) -> Option<FunctionId> {
        if let Some(Shape::Function(id)) = self.module.get(name).map(|value| &value.shape) {
            return Some(*id);
        }
        let mut same = self.program.functions.iter().enumerate().filter(|(_, function)| function.name == name);
        let (id, _) = same.next()?;
        same.next().is_none().then_some(id)
    }

    /// Runs a function of the file with what it was given.
    fn run_function(&mut self, id: FunctionId, given: &[Given], line: u32) -> Value {
        let running = self.frames.iter().any(|frame| frame.function == Some(id));
        if running || self.frames.len() >= MAX_CALLS {
            return Value::unknown();
        }
        let program = self.program;
        let function = &program.functions[id];
        // A function inside one that runs sees what that one has bound by now.
        let inside =
            self.frames.iter().rev().find(|frame| frame.function.is_some() && frame.function == function.parent);
        let base = match inside {
            Some(frame) => {
                let mut around = Environment::clone(&frame.base);
                around.extend(frame.local.iter().map(|(name, value)| (name.clone(), value.clone())));
                self.steps += around.len() / 4;
                Rc::new(around)
            }
            None if function.parent.is_none() && self.handler.is_none() => {
                // While the module itself runs, its names are those bound so far.
                self.frames.first().map_or_else(|| Rc::clone(&self.module), |frame| Rc::new(frame.local.clone()))
            }
            None => self.around(id),
        };
        let mut local = Environment::new();
        for (at, parameter) in function.parameters.iter().enumerate() {
            let name = if let Pattern::Name(name) = &parameter.pattern { Some(name.as_str()) } else { None };
            let named = given.iter().find(|given| given.name.is_some() && given.name.as_deref() == name);
            let positional = given.iter().filter(|given| given.name.is_none() && !given.spread).nth(at);
            let spread =
                || given.iter().find(|given| given.spread).zip(name).map(|(given, name)| given.value.field(name));
            let value = named.or(positional).map(|given| given.value.clone()).or_else(spread);
            let value = match (value, &parameter.default) {
                (Some(value), _) => value.step(line, &format!("{}()", function.name)),
                (None, Some(default)) => self.evaluate(default),
                (None, None) => Value::unknown(),
            };
            bind_parameter(&mut local, &parameter.pattern, value);
        }
        let before = self.checked.clone();
        self.frames.push(Frame { function: Some(id), base, local, returned: None, checked_at_return: None });
        let leaves = self.run(&function.body);
        if !leaves {
            self.leave_function(Value::unknown());
        }
        let Some(frame) = self.frames.pop() else { return Value::unknown() };
        // A function that always raises leaves nothing to go on with.
        self.checked = frame.checked_at_return.unwrap_or(before);
        let mut value = frame.returned.unwrap_or_else(Value::unknown);
        if !value.is_tainted() {
            // What it says about its arguments may be a verdict: `if not is_allowed(path)`.
            value.about.extend(Value::verdict(given.iter().map(|given| &given.value), Harms::ALL).about);
        }
        value
    }

    /// Runs what another function was given to run.
    fn run_given(&mut self, run: &Value, rest: &[Given], place: Place) -> Value {
        if let Shape::Function(id) = run.shape {
            return self.run_function(id, rest, place.line);
        }
        let called = Called { qualified: run.name(), object: None, object_name: None, method: None, given: rest };
        let reached = self.look_for_sinks(&called, place);
        super::transfers::result(run.name(), None, None, rest, reached)
    }

    /// Runs the functions that a call is given: for the elements of a list, or at some time.
    fn with_callbacks(
        &mut self,
        object: Option<&Value>,
        method: Option<&str>,
        given: &[Given],
        line: u32,
    ) -> Option<Value> {
        let element = || object.map_or_else(Value::unknown, Value::element);
        let mut result = None;
        for callback in given {
            let Shape::Function(id) = callback.value.shape else { continue };
            let parameter = match method {
                Some("map" | "forEach" | "flatMap" | "filter" | "some" | "every" | "find" | "findIndex" | "then") => {
                    element()
                }
                _ => Value::unknown(),
            };
            let before = self.checked.clone();
            let value = self.run_function(id, &[Given::plain(parameter)], line);
            self.checked = before;
            result = Some(match method {
                Some("map" | "flatMap") => Value::items(vec![value]),
                Some("then") => value,
                Some("filter" | "find") => element(),
                _ => Value { about: value.about, ..Value::unknown() },
            });
        }
        result
    }

    /// Objects of all arguments in the form of a class or schema: `Input(**arguments)`, `Input.parse(args)`.
    fn model(&self, qualified: Option<&str>, method: Option<&str>, given: &[Given]) -> Option<Value> {
        let arguments = given.iter().find(|given| matches!(given.value.shape, Shape::Arguments(_)))?;
        let qualified = qualified.unwrap_or_default();
        let validates = matches!(
            method,
            Some("parse" | "safeParse" | "parseAsync" | "safeParseAsync" | "model_validate" | "parse_obj" | "validate")
        );
        let class = if validates { qualified.rsplit_once('.').map_or("", |(class, _)| class) } else { qualified };
        let known = self.schema(class);
        if !(validates || known.is_some() && arguments.spread) {
            return None;
        }
        let value = match known {
            Some(fields) => Value::of(Shape::Arguments(Rc::new(Arguments { fields }))),
            None => arguments.value.clone(),
        };
        let wrapped = matches!(method, Some("safeParse" | "safeParseAsync"));
        Some(if wrapped { Value::fields(vec![("data".to_owned(), value)]) } else { value })
    }

    /// Calls that raise unless their argument is harmless, or are named as if they did.
    fn take_certain_checks(
        &mut self,
        qualified: Option<&str>,
        method: Option<&str>,
        object: Option<&Value>,
        given: &[Given],
    ) {
        let name = method.or_else(|| qualified.and_then(|name| name.rsplit('.').next())).unwrap_or_default();
        let values = object.into_iter().chain(given.iter().map(|given| &given.value));
        let checks = match name {
            "relative_to" => Value::verdict(values, Harms::PATH.and(Harms::OPTION)).about,
            "ip_address" | "ip_network" | "UUID" => Value::verdict(values, Harms::ALL).about,
            _ if is_named_as_check(name) => Value::verdict(values, Harms::ALL).about,
            _ => return,
        };
        self.take_checks(&checks);
    }

    /// `parts.append(x)`, `parts.push(x)`: what is collected belongs to the list from then on.
    fn collect(&mut self, target: &'p Expression, method: Option<&str>, given: &[Given]) {
        let Expression::Name(name) = target else { return };
        if !matches!(method, Some("append" | "push" | "extend" | "add" | "insert" | "unshift")) || given.is_empty() {
            return;
        }
        let list = self.look_up(name);
        let Shape::Items(mut items) = list.shape else { return };
        for given in given {
            match &given.value.shape {
                Shape::Items(inner) if method == Some("extend") || given.spread => items.extend(inner.iter().cloned()),
                _ => items.push(given.value.clone()),
            }
        }
        self.bind_name(name, Value::items(items));
    }
}

/// Whether a function from elsewhere is named after a check.
fn is_named_as_check(name: &str) -> bool {
    const BEGINNINGS: &[&str] =
        &["validate", "check", "ensure", "assert", "verify", "sanitize", "guard", "require", "is_", "is", "enforce"];
    let name = name.trim_start_matches('_');
    BEGINNINGS.iter().any(|beginning| {
        let rest = name.strip_prefix(beginning);
        name != "require" && rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
    })
}

/// The last name of what a method is called on: `cursor` of `self.cursor`.
fn last_name(expression: &Expression) -> Option<&str> {
    match expression {
        Expression::Name(name) | Expression::Member(_, name) => Some(name),
        _ => None,
    }
}
