//! What expressions are worth.

use std::rc::Rc;

use super::Flow;
use crate::program::{Expression, Pattern};
use crate::value::{Harms, Shape, UNKNOWN, Value};

impl<'p> Flow<'p> {
    pub(super) fn evaluate(&mut self, expression: &'p Expression) -> Value {
        if self.exhausted() {
            return Value::unknown();
        }
        match expression {
            Expression::Name(name) => self.look_up(name),
            Expression::Text(text) => Value::literal(text),
            Expression::Regex(pattern) => Value { shape: Shape::Regex, ..Value::literal(pattern) },
            Expression::Constant => Value::unknown(),
            Expression::Build(parts) => {
                let parts: Vec<Value> = parts.iter().map(|part| self.evaluate(part)).collect();
                Value::build(&parts)
            }
            Expression::Member(object, name) => {
                if let Expression::Name(of) = &**object {
                    let whole = format!("{of}.{name}");
                    if let Some(value) = self.frames.last().and_then(|frame| frame.local.get(&whole)) {
                        return value.clone();
                    }
                }
                let object = self.evaluate(object);
                member(&object, name)
            }
            Expression::Index(object, key) => {
                let object = self.evaluate(object);
                let key = self.evaluate(key);
                match (&object.shape, key.as_literal()) {
                    (Shape::Arguments(_) | Shape::Fields(_) | Shape::RequestParameters, Some(key)) => object.field(key),
                    (Shape::Arguments(_), None) => Value::unknown(),
                    _ => object.element(),
                }
            }
            Expression::Call(call) => self.call(call),
            Expression::Items(items) => self.items(items),
            Expression::Fields(fields) => {
                let fields = fields.iter().map(|(key, value)| {
                    let value = if let Expression::Spread(inner) = value { inner } else { value };
                    (key.clone().unwrap_or_default(), self.evaluate(value))
                });
                Value::fields(fields.collect())
            }
            Expression::Spread(inner) => self.evaluate(inner),
            Expression::Function(id) => Value::of(Shape::Function(*id)),
            Expression::Choice(condition, then, otherwise) => {
                let verdict = self.condition(condition);
                let before = self.checked.clone();
                self.take_checks(&verdict.if_true);
                let mut one = self.evaluate(then);
                one.settle(&self.checked);
                self.checked.clone_from(&before);
                self.take_checks(&verdict.if_false);
                let mut other = self.evaluate(otherwise);
                other.settle(&self.checked);
                self.checked = before;
                one.join(&other)
            }
            Expression::Either(values) | Expression::Any(values) | Expression::All(values) => {
                let before = self.checked.clone();
                let mut whole: Option<Value> = None;
                for value in values {
                    // What stands behind `and` runs only where what is before it holds.
                    if matches!(expression, Expression::All(_)) {
                        let verdict = self.condition(value);
                        self.take_checks(&verdict.if_true);
                    }
                    let value = self.evaluate(value);
                    whole = Some(whole.map_or(value.clone(), |whole| whole.join(&value)));
                }
                self.checked = before;
                whole.unwrap_or_else(Value::unknown)
            }
            Expression::Not(inner) => {
                let inner = self.evaluate(inner);
                Value { about: inner.about, ..Value::unknown() }
            }
            Expression::Compare(..) => {
                let verdict = self.condition(expression);
                let about = verdict.if_true.into_iter().chain(verdict.if_false).collect();
                Value { about, ..Value::unknown() }
            }
            Expression::Each { target, of, conditions, value } => self.each(target, of, conditions, value),
            Expression::Bind(name, value, line) => {
                let value = self.evaluate(value);
                self.bind(&Pattern::Name(name.clone()), value.clone(), *line);
                value
            }
            Expression::Opaque(inner) => {
                for inner in inner {
                    self.evaluate(inner);
                }
                Value::unknown()
            }
        }
    }

    /// Elements made from those of another: evaluated once, for any.
    fn each(
        &mut self,
        target: &Pattern,
        of: &'p Expression,
        conditions: &'p [Expression],
        value: &'p Expression,
    ) -> Value {
        let element = self.evaluate(of).element();
        let before = self.moment();
        self.bind(target, element, 0);
        for condition in conditions {
            let verdict = self.condition(condition);
            self.take_checks(&verdict.if_true);
        }
        let mut value = self.evaluate(value);
        value.settle(&self.checked);
        self.replace_moment(before);
        let about = value.about.clone();
        Value { about, ..Value::items(vec![value]) }
    }

    fn items(&mut self, items: &'p [Expression]) -> Value {
        let mut values = Vec::new();
        for item in items {
            let value = self.evaluate(item);
            match (&value.shape, item) {
                (Shape::Items(inner), Expression::Spread(_)) => values.extend(inner.iter().cloned()),
                _ => values.push(value),
            }
        }
        Value::items(values)
    }
}

/// A member of a value, by name.
fn member(object: &Value, name: &str) -> Value {
    let is_path = object.name().is_some_and(|named| named.starts_with("pathlib."));
    match name {
        // Which protocol or how long it is says nothing about where it leads.
        "scheme" | "protocol" | "length" | "size"
            if !matches!(object.shape, Shape::Arguments(_) | Shape::Fields(_)) =>
        {
            Value::unknown()
        }
        "name" | "stem" | "suffix" if is_path => {
            Value::with_taints_of(std::slice::from_ref(object)).ending(Harms::PATH)
        }
        "parent" | "parents" if is_path => object.clone(),
        _ => {
            let member = object.field(name);
            if member.is_tainted() && member.text.contains(UNKNOWN) {
                return Value { text: Rc::from("\u{1}"), ..member };
            }
            member
        }
    }
}
