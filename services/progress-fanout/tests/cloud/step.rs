//! Steps that carry a number.

use contracts::progress::Step;

pub(crate) fn numbered(number: u32) -> Step {
    Step::Discovered { name: number.to_string() }
}

/// A step of about so many bytes.
pub(crate) fn long(number: usize, size_bytes: usize) -> Step {
    Step::Discovered { name: format!("{number} {}", "x".repeat(size_bytes)) }
}

pub(crate) fn number(step: &Step) -> u32 {
    let Step::Discovered { name } = step else { panic!("{step:?} has no number") };
    name.parse().unwrap()
}
