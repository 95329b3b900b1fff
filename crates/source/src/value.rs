//! What is known about a value: which arguments it holds, what was done against them, and its text as far as the code tells.

use std::collections::HashMap;
use std::rc::Rc;

use crate::program::{FunctionId, Kind};

/// Stands in a text for a part that comes from an argument.
pub(crate) const TAINTED: char = '\u{1}';
/// Stands in a text for a part that nobody knows but the program.
pub(crate) const UNKNOWN: char = '\u{2}';
/// The longest text that is followed.
const MAX_TEXT: usize = 2_000;
/// How many arguments, elements and steps of one value are followed.
const MAX_TAINTS: usize = 8;
const MAX_ITEMS: usize = 40;
const MAX_STEPS: usize = 5;
/// How deep values may nest.
const MAX_DEPTH: usize = 6;

/// A set of what an argument can do harm to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Harms(u16);

impl Harms {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const COMMAND: Self = Self(1);
    pub(crate) const CODE: Self = Self(2);
    pub(crate) const SQL: Self = Self(4);
    pub(crate) const PATH: Self = Self(8);
    pub(crate) const URL: Self = Self(16);
    pub(crate) const OBJECT: Self = Self(32);
    pub(crate) const TEMPLATE: Self = Self(64);
    pub(crate) const OPTION: Self = Self(128);
    pub(crate) const ALL: Self = Self(255);

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What is known to be harmless, by argument.
pub(crate) type Checked = HashMap<Rc<str>, Harms>;

/// That an argument is in a value.
#[derive(Debug, Clone)]
pub(crate) struct Taint {
    pub(crate) origin: Rc<str>,
    /// What it can do no harm to any more.
    pub(crate) ended: Harms,
    /// Its way: the line, and into what.
    pub(crate) steps: Vec<(u32, Rc<str>)>,
}

/// The object of all arguments.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments {
    /// Fields that a schema knows.
    pub(crate) fields: Vec<(String, Kind)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Other,
    /// Something imported or built in, or what a call of it gives: `sqlite3.connect().cursor()`.
    Named(Rc<str>),
    Function(FunctionId),
    Items(Vec<Value>),
    Fields(Vec<(String, Value)>),
    Arguments(Rc<Arguments>),
    Request,
    RequestParameters,
    /// The name of the tool that is called.
    CalledName,
    Regex,
}

#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) taints: Vec<Taint>,
    /// Arguments that it is a verdict about, and on what.
    pub(crate) about: Vec<(Rc<str>, Harms)>,
    pub(crate) text: Rc<str>,
    pub(crate) shape: Shape,
}

impl Value {
    pub(crate) fn unknown() -> Self {
        Self::literal("\u{2}")
    }

    pub(crate) fn literal(text: &str) -> Self {
        Self { taints: Vec::new(), about: Vec::new(), text: text.into(), shape: Shape::Other }
    }

    pub(crate) fn of(shape: Shape) -> Self {
        Self { shape, ..Self::unknown() }
    }

    pub(crate) fn named(name: &str) -> Self {
        // A chain of calls grows its name; nothing that is looked for is as long.
        if name.len() > 120 { Self::unknown() } else { Self::of(Shape::Named(name.into())) }
    }

    pub(crate) fn argument(origin: &str) -> Self {
        let taint = Taint { origin: origin.into(), ended: Harms::NONE, steps: Vec::new() };
        Self { taints: vec![taint], text: "\u{1}".into(), ..Self::unknown() }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        if let Shape::Named(name) = &self.shape { Some(name) } else { None }
    }

    pub(crate) fn is_tainted(&self) -> bool {
        !self.taints.is_empty()
    }

    /// The text, where it is a literal.
    pub(crate) fn as_literal(&self) -> Option<&str> {
        (!self.text.contains([TAINTED, UNKNOWN])).then_some(&*self.text)
    }

    /// A verdict about all the arguments in some values.
    pub(crate) fn verdict<'v>(values: impl IntoIterator<Item = &'v Self>, on: Harms) -> Self {
        let mut verdict = Self::unknown();
        for value in values {
            verdict.about.extend(value.about.iter().cloned());
            verdict.about.extend(value.taints.iter().map(|taint| (Rc::clone(&taint.origin), on)));
        }
        verdict.about.truncate(2 * MAX_TAINTS);
        verdict
    }

    /// One text of several values.
    pub(crate) fn build(parts: &[Self]) -> Self {
        let lists = parts.iter().all(|part| matches!(part.shape, Shape::Items(_))) && !parts.is_empty();
        if lists {
            let items =
                parts.iter().flat_map(|part| if let Shape::Items(items) = &part.shape { &items[..] } else { &[] });
            return Self::items(items.cloned().collect());
        }
        let mut text = String::new();
        for part in parts {
            if text.len() < MAX_TEXT {
                text.push_str(&part.text);
            }
        }
        Self { text: text.into(), ..Self::with_taints_of(parts) }
    }

    /// A value of which only the arguments in it are known.
    pub(crate) fn with_taints_of(parts: &[Self]) -> Self {
        let mut whole = Self::unknown();
        for part in parts {
            whole.take_taints(&part.taints);
        }
        if whole.is_tainted() {
            whole.text = "\u{1}".into();
        }
        whole
    }

    pub(crate) fn items(mut items: Vec<Self>) -> Self {
        items.truncate(MAX_ITEMS);
        let whole = Self::with_taints_of(&items);
        let shape = if items.iter().any(|item| item.depth() >= MAX_DEPTH) { Shape::Other } else { Shape::Items(items) };
        Self { shape, ..whole }
    }

    pub(crate) fn fields(mut fields: Vec<(String, Self)>) -> Self {
        fields.truncate(MAX_ITEMS);
        let mut whole = Self::unknown();
        for (_, value) in &fields {
            whole.take_taints(&value.taints);
        }
        if fields.iter().all(|(_, value)| value.depth() < MAX_DEPTH) {
            whole.shape = Shape::Fields(fields);
        }
        whole
    }

    fn depth(&self) -> usize {
        let deepest = match &self.shape {
            Shape::Items(items) => items.iter().map(Self::depth).max(),
            Shape::Fields(fields) => fields.iter().map(|(_, value)| value.depth()).max(),
            _ => None,
        };
        deepest.map_or(0, |depth| depth + 1)
    }

    fn take_taints(&mut self, taints: &[Taint]) {
        for taint in taints {
            let room = self.taints.len() < MAX_TAINTS;
            match self.taints.iter_mut().find(|known| known.origin == taint.origin) {
                Some(known) => {
                    if taint.ended.common(known.ended) != known.ended {
                        known.steps.clone_from(&taint.steps);
                    }
                    known.ended = known.ended.common(taint.ended);
                }
                None if room => self.taints.push(taint.clone()),
                None => {}
            }
        }
    }

    /// What a value is after one of two ways.
    pub(crate) fn join(mut self, other: &Self) -> Self {
        let other_counts = !self.is_tainted() && other.is_tainted();
        if other_counts || matches!(self.shape, Shape::Other) && !matches!(other.shape, Shape::Other) {
            if !self.is_tainted() {
                self.text = Rc::clone(&other.text);
            }
            self.shape = other.shape.clone();
        }
        self.take_taints(&other.taints);
        self.about.extend(other.about.iter().cloned());
        self.about.truncate(2 * MAX_TAINTS);
        self
    }

    /// Applies to each taint, also of what is inside.
    fn each_taint(&mut self, act: &impl Fn(&mut Taint)) {
        self.taints.iter_mut().for_each(act);
        match &mut self.shape {
            Shape::Items(items) => items.iter_mut().for_each(|item| item.each_taint(act)),
            Shape::Fields(fields) => fields.iter_mut().for_each(|(_, value)| value.each_taint(act)),
            _ => {}
        }
    }

    /// Marks what is known to be harmless by now.
    pub(crate) fn settle(&mut self, checked: &Checked) {
        if !checked.is_empty() && (self.is_tainted() || matches!(self.shape, Shape::Fields(_))) {
            self.each_taint(&|taint| {
                taint.ended = taint.ended.and(checked.get(&taint.origin).copied().unwrap_or_default());
            });
        }
    }

    /// The value, harmless to some.
    pub(crate) fn ending(mut self, harms: Harms) -> Self {
        self.each_taint(&|taint| taint.ended = taint.ended.and(harms));
        self
    }

    /// The value after a step on its way.
    pub(crate) fn step(mut self, line: u32, into: &str) -> Self {
        if !self.is_tainted() {
            return self;
        }
        let into: Rc<str> = into.into();
        self.each_taint(&|taint| {
            // The name that the argument has anyway is no step.
            if taint.steps.len() < MAX_STEPS && taint.origin != into {
                taint.steps.push((line, Rc::clone(&into)));
            }
        });
        self
    }

    /// An element of a list, or of whatever it is.
    pub(crate) fn element(&self) -> Self {
        match &self.shape {
            Shape::Items(items) => {
                items.iter().skip(1).fold(items.first().cloned().unwrap_or_else(Self::unknown), Self::join)
            }
            _ => Self::with_taints_of(std::slice::from_ref(self)),
        }
    }

    /// A field or an element by its key.
    pub(crate) fn field(&self, key: &str) -> Self {
        match &self.shape {
            Shape::Arguments(arguments) => arguments.field(key),
            Shape::Fields(fields) => match fields.iter().rev().find(|(name, _)| name == key) {
                Some((_, value)) => value.clone(),
                // What was spread into it may have brought the field.
                None => fields
                    .iter()
                    .find(|(name, _)| name.is_empty())
                    .map_or_else(Self::unknown, |(_, all)| all.field(key)),
            },
            Shape::Request if key == "params" => Self::of(Shape::RequestParameters),
            Shape::RequestParameters => match key {
                "arguments" => Self::of(Shape::Arguments(Rc::default())),
                "name" => Self::of(Shape::CalledName),
                "uri" => Self::argument("uri"),
                _ => Self::unknown(),
            },
            Shape::Named(name) => {
                let mut member = Self::named(&format!("{name}.{key}"));
                member.take_taints(&self.taints);
                if member.is_tainted() {
                    member.text = "\u{1}".into();
                }
                member.about.clone_from(&self.about);
                member
            }
            _ => Self { about: self.about.clone(), ..Self::with_taints_of(std::slice::from_ref(self)) },
        }
    }
}

impl Arguments {
    fn field(&self, key: &str) -> Value {
        match self.fields.iter().find(|(name, _)| name == key).map(|(_, kind)| kind) {
            Some(Kind::Narrow | Kind::Context) => Value::unknown(),
            _ => Value::argument(key),
        }
    }
}
