//! What conditions say about arguments. A check that is understood in part counts as one: an argument that somebody looked at is
//! no certain weakness.

use std::rc::Rc;

use super::Flow;
use crate::program::{Comparison, Expression};
use crate::value::{Harms, Shape, Value};

type Checks = Vec<(Rc<str>, Harms)>;

/// What holds on each way behind a condition.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) if_true: Checks,
    pub(super) if_false: Checks,
    /// The tool that was called, where it is true.
    pub(super) tool: Option<String>,
}

impl<'p> Flow<'p> {
    pub(super) fn condition(&mut self, condition: &'p Expression) -> Verdict {
        if self.exhausted() {
            return Verdict::default();
        }
        match condition {
            Expression::Not(inner) => {
                let inner = self.condition(inner);
                Verdict { if_true: inner.if_false, if_false: inner.if_true, tool: None }
            }
            Expression::All(parts) | Expression::Any(parts) => {
                let mut whole = Verdict::default();
                for part in parts {
                    let part = self.condition(part);
                    whole.if_true.extend(part.if_true);
                    whole.if_false.extend(part.if_false);
                    whole.tool = whole.tool.or(part.tool);
                }
                whole
            }
            Expression::Compare(comparison, left, right) => {
                let (left_value, right_value) = (self.evaluate(left), self.evaluate(right));
                compare(*comparison, &left_value, &right_value, right)
            }
            _ => {
                let value = self.evaluate(condition);
                Verdict { if_true: value.about.clone(), if_false: value.about, tool: None }
            }
        }
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value, right_side: &Expression) -> Verdict {
    let about: Checks = left.about.iter().chain(&right.about).cloned().collect();
    let mut verdict = Verdict { if_true: about.clone(), if_false: about, tool: None };
    match comparison {
        Comparison::Equal | Comparison::Different => {
            let name = match (&left.shape, &right.shape) {
                (Shape::CalledName, _) => right.as_literal(),
                (_, Shape::CalledName) => left.as_literal(),
                _ => None,
            };
            verdict.tool = name.filter(|_| comparison == Comparison::Equal).map(str::to_owned);
            let (tainted, other) = if left.is_tainted() { (left, right) } else { (right, left) };
            // To be there, or not to be empty, is no check.
            let empty =
                matches!(right_side, Expression::Constant) || other.as_literal() == Some("") || is_nothing(other);
            if tainted.is_tainted() && !other.is_tainted() && !empty {
                let checks = about_all(tainted, Harms::ALL);
                if comparison == Comparison::Equal {
                    verdict.if_true.extend(checks);
                } else {
                    verdict.if_false.extend(checks);
                }
            }
        }
        Comparison::In | Comparison::NotIn => {
            let (mut inside, mut outside) = (Checks::new(), Checks::new());
            if left.is_tainted() && !right.is_tainted() {
                inside = about_all(left, Harms::ALL);
            } else if right.is_tainted() {
                outside = about_all(right, denied(left));
            }
            if comparison == Comparison::NotIn {
                std::mem::swap(&mut inside, &mut outside);
            }
            verdict.if_true.extend(inside);
            verdict.if_false.extend(outside);
        }
        Comparison::Other => {}
    }
    verdict
}

/// What a part must not be in a text for the text to be harmless: `".." in path`, `";" in command`. Words that are refused stop
/// nobody.
pub(super) fn denied(part: &Value) -> Harms {
    match part.as_literal() {
        Some("..") => Harms::PATH,
        Some("/" | "\\" | "../" | "..\\") => Harms::PATH.and(Harms::URL),
        Some(word) if word.chars().any(char::is_alphanumeric) || word.trim().is_empty() || word.contains("://") => {
            Harms::NONE
        }
        _ => Harms::ALL,
    }
}

fn about_all(value: &Value, harms: Harms) -> Checks {
    value.taints.iter().map(|taint| (Rc::clone(&taint.origin), harms)).collect()
}

fn is_nothing(value: &Value) -> bool {
    matches!(value.name(), Some("undefined" | "null" | "None" | "NaN"))
}
