//! What people see of `make up` and `make demo`.

#![expect(clippy::print_stdout, reason = "this program talks to people")]

use contracts::audit::{NamedTest, Severity};
use contracts::progress::Step;

/// A heading.
pub(crate) fn title(text: &str) {
    println!("\n== {text}");
}

/// A name and a value.
pub(crate) fn row(name: &str, value: &str) {
    println!("  {name:<12} {value}");
}

/// A line.
pub(crate) fn line(text: &str) {
    println!("  {text}");
}

/// One step of a running test.
pub(crate) fn step(step: &Step) {
    match step {
        Step::Phase { phase } => println!("  · {}", phase.to_string().replace('_', " ")),
        Step::Group { test, done, total } if done == total => {
            println!("    {:<32} {total} checks", NamedTest::title(*test));
        }
        Step::Finding { severity, title, location, .. } if *severity >= Severity::High => {
            println!("    {severity}: {title} ({location})");
        }
        Step::TestCompleted { score, grade, .. } => {
            let grade = grade.map_or("no grade".to_owned(), |grade| format!("grade {grade}"));
            println!("  · done: {score} of 100, {grade}");
        }
        Step::Failed { reason } => println!("  · failed: {reason}"),
        _ => {}
    }
}
