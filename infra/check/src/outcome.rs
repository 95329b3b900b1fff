//! What a check found.

/// What a check looked at and what it objects to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many things it looked at. A check that looked at nothing has shown nothing.
    pub examined: usize,
    /// Sentences that say what is wrong and where.
    pub faults: Vec<String>,
}

impl Outcome {
    /// Adds what the same check found elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.examined += other.examined;
        self.faults.extend(other.faults);
    }

    /// Notes one thing looked at, and what is wrong with it, if anything.
    pub fn note(&mut self, fault: Option<String>) {
        self.examined += 1;
        self.faults.extend(fault);
    }
}
