//! Where it begins: the arguments of a handler.

use std::rc::Rc;

use super::{Current, Environment, Flow, Frame};
use crate::program::{Handler, HandlerForm, HandlerTarget, Kind, Parameter, Pattern};
use crate::value::{Arguments, Checked, Shape, Value};

/// Parameters that the SDK fills, however they are annotated.
const FROM_THE_SDK: &[&str] = &["ctx", "context", "extra", "self", "cls"];

impl Flow<'_> {
    pub(super) fn judge(&mut self, handler: &Handler) {
        let function = match &handler.target {
            HandlerTarget::Function(id) => *id,
            HandlerTarget::Named(name) => match self.function_named(name) {
                Some(id) => id,
                None => return,
            },
        };
        let base = self.around(function);
        let mut local = Environment::new();
        let fields = match &handler.schema {
            Some(name) => self.schema(name).unwrap_or_default(),
            None => handler.narrow.clone(),
        };
        let arguments = Value::of(Shape::Arguments(Rc::new(Arguments { fields })));
        let program = self.program;
        for (at, parameter) in program.functions[function].parameters.iter().enumerate() {
            let value = match (handler.form, at) {
                (HandlerForm::Parameters, _) => self.argument(parameter),
                (HandlerForm::Object, 0) | (HandlerForm::AddressAndObject | HandlerForm::NameAndObject, 1) => {
                    arguments.clone()
                }
                (HandlerForm::AddressAndObject, 0) => Value::argument("uri"),
                (HandlerForm::NameAndObject, 0) => Value::of(Shape::CalledName),
                (HandlerForm::Request, 0) => Value::of(Shape::Request),
                _ => Value::unknown(),
            };
            super::bind_parameter(&mut local, &parameter.pattern, value);
        }
        self.handler = Some(Current { what: handler.what, name: handler.name.clone() });
        self.checked = Checked::new();
        self.frames.push(Frame { function: Some(function), base, local, returned: None, checked_at_return: None });
        self.run(&program.functions[function].body);
        self.frames.clear();
        self.handler = None;
    }

    /// What a parameter of a handler holds.
    fn argument(&self, parameter: &Parameter) -> Value {
        let Pattern::Name(name) = &parameter.pattern else { return Value::unknown() };
        if FROM_THE_SDK.contains(&name.as_str()) {
            return Value::unknown();
        }
        match &parameter.kind {
            Kind::Narrow | Kind::Context => Value::unknown(),
            Kind::Named(class) => match self.schema(class) {
                // An enumeration.
                Some(fields) if fields.iter().any(|(name, kind)| name.is_empty() && *kind == Kind::Narrow) => {
                    Value::unknown()
                }
                Some(fields) => Value::of(Shape::Arguments(Rc::new(Arguments { fields }))),
                None => Value::argument(name),
            },
            Kind::Open => Value::argument(name),
        }
    }

    /// The fields of a class or schema of the file. Fields whose class is an enumeration are narrow.
    pub(super) fn schema(&self, name: &str) -> Option<Vec<(String, Kind)>> {
        let schema = |name: &str| self.program.schemas.iter().find(|schema| schema.name == name);
        let narrow = |kind: &Kind| match kind {
            Kind::Named(class) => {
                schema(class).is_some_and(|class| class.fields.iter().any(|(field, _)| field.is_empty()))
            }
            _ => false,
        };
        let fields = schema(name)?.fields.iter();
        Some(
            fields
                .map(|(field, kind)| (field.clone(), if narrow(kind) { Kind::Narrow } else { kind.clone() }))
                .collect(),
        )
    }
}
