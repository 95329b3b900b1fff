//! Recall, precision and their kin.

use serde::Serialize;

/// What was flagged and what should have been.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) true_positives: u32,
    pub(crate) false_negatives: u32,
    pub(crate) false_positives: u32,
    pub(crate) true_negatives: u32,
}

impl Counts {
    /// Counts one labelled thing.
    pub(crate) fn add(&mut self, malicious: bool, flagged: bool) {
        *match (malicious, flagged) {
            (true, true) => &mut self.true_positives,
            (true, false) => &mut self.false_negatives,
            (false, true) => &mut self.false_positives,
            (false, false) => &mut self.true_negatives,
        } += 1;
    }

    pub(crate) fn rates(&self) -> Rates {
        let share = |part: u32, rest: u32| (part + rest > 0).then(|| f64::from(part) / f64::from(part + rest));
        let recall = share(self.true_positives, self.false_negatives);
        let precision = share(self.true_positives, self.false_positives);
        let f1 = recall.zip(precision).filter(|(r, p)| r + p > 0.0).map(|(r, p)| 2.0 * r * p / (r + p));
        Rates { recall, precision, f1, false_positive_rate: share(self.false_positives, self.true_negatives) }
    }
}

/// Shares from 0 to 1; absent where there is nothing to divide.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Rates {
    pub(crate) recall: Option<f64>,
    pub(crate) precision: Option<f64>,
    pub(crate) f1: Option<f64>,
    pub(crate) false_positive_rate: Option<f64>,
}

/// A share for people.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}
