//! Proof by time (catalogue section 3): delays that we ask for come true, in rounds that alternate with ones without. For
//! weaknesses that show nothing else; never more than likely, because servers are slow for many reasons.

use std::time::Duration;

/// The delays that are asked for, in seconds.
pub(crate) const SHORT: u64 = 3;
pub(crate) const LONG: u64 = 6;
/// How far the shortest delayed call must be from the longest one that is a step less delayed.
const DISTANCE: Duration = Duration::from_millis(2_400);
/// What is asked for, in order: three rounds of a control, the short, a control and the long delay. It begins with the
/// short one, so that a tool that does not obey costs one call and no second.
const ORDER: [u64; 12] = [SHORT, 0, LONG, 0, SHORT, 0, LONG, 0, SHORT, 0, LONG, 0];

/// The rounds of one parameter, as far as they are done: ask for [`Rounds::next`], call [`Rounds::took`], and look at
/// [`Rounds::obeyed`] in the end.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    done: usize,
    failed: bool,
    control: Vec<Duration>,
    short: Vec<Duration>,
    long: Vec<Duration>,
}

impl Rounds {
    /// The delay to ask for now, in seconds; `None` where all is known.
    pub(crate) fn next(&self) -> Option<u64> {
        ORDER.get(self.done).copied().filter(|_| !self.failed)
    }

    /// How many answers came.
    pub(crate) fn done(&self) -> usize {
        self.done
    }

    /// Notes how long the answer to the delay that was asked for took.
    pub(crate) fn took(&mut self, took: Duration) {
        match self.next() {
            Some(SHORT) => self.short.push(took),
            Some(LONG) => self.long.push(took),
            _ => self.control.push(took),
        }
        self.done += 1;
        let apart = |slower: &[Duration], faster: &[Duration]| {
            let fastest_allowed = faster.iter().max().copied().unwrap_or_default() + DISTANCE;
            slower.iter().all(|took| *took >= fastest_allowed)
        };
        self.failed |= !(apart(&self.short, &self.control) && apart(&self.long, &self.short));
    }

    /// Whether answers without a delay are now as slow as delayed ones and now as fast as the others: a time then says
    /// nothing about what was asked for.
    pub(crate) fn is_unstable(&self) -> bool {
        let (fastest, slowest) = (self.control.iter().min(), self.control.iter().max());
        fastest.zip(slowest).is_some_and(|(fastest, slowest)| *slowest >= *fastest + DISTANCE)
    }

    /// Notes how long one more answer without a delay took, after the rounds.
    pub(crate) fn took_without(&mut self, took: Duration) {
        self.control.push(took);
    }

    /// Whether every answer was delayed by as much as was asked for.
    pub(crate) fn obeyed(&self) -> bool {
        self.done == ORDER.len() && !self.failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often a tool is called, and whether it is taken for one that obeys, where it takes so many milliseconds.
    fn judged(took: impl Fn(u64, usize) -> u64) -> (usize, bool) {
        let mut rounds = Rounds::default();
        while let Some(asked) = rounds.next() {
            rounds.took(Duration::from_millis(took(asked, rounds.done)));
        }
        (rounds.done, rounds.obeyed())
    }

    #[test]
    fn only_a_tool_that_waits_as_told_obeys() {
        assert_eq!(judged(|asked, _| asked * 1_000 + 20), (ORDER.len(), true));
        assert_eq!(judged(|_, _| 20), (1, false), "a quick tool costs one call");
        assert_eq!(judged(|_, _| 4_000), (2, false), "a slow tool is seen by its control");
        assert_eq!(judged(|asked, _| if asked > 0 { 3_000 } else { 0 }), (3, false), "a fixed penalty");
        assert_eq!(judged(|asked, call| asked * 1_000 + if call == 7 { 2_000 } else { 0 }), (8, false), "a hiccup");
    }

    #[test]
    fn a_tool_that_is_slow_at_times_is_told_from_one_that_is_always_slow() {
        let mut rounds = Rounds::default();
        rounds.took(Duration::from_millis(3_200));
        rounds.took(Duration::from_millis(3_200));
        assert!(rounds.next().is_none() && !rounds.is_unstable());
        rounds.took_without(Duration::from_millis(3_300));
        assert!(!rounds.is_unstable());
        rounds.took_without(Duration::from_millis(20));
        assert!(rounds.is_unstable());
    }
}
