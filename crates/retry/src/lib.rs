//! Retries and circuit breaking: the one policy of everything outside the AWS SDK, which has its own.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test"))]

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use backoff::backoff::Backoff as _;
use backoff::{ExponentialBackoff, ExponentialBackoffBuilder};

/// How often and how long something is tried again: exponentially longer delays, each 50 % shorter to 50 % longer by
/// chance, so that many clients do not come back in step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Delay before the first retry, before chance.
    pub initial: Duration,
    /// How much longer each further delay is.
    pub multiplier: f64,
    /// Longest delay, before chance.
    pub cap: Duration,
    /// Time for all attempts together; without it there is no end.
    pub budget: Option<Duration>,
}

impl Policy {
    /// For a call that somebody waits for: a handful of attempts within `budget`.
    pub const fn within(budget: Duration) -> Self {
        Self {
            initial: Duration::from_millis(200),
            multiplier: 2.0,
            cap: Duration::from_secs(10),
            budget: Some(budget),
        }
    }

    /// For a loop that must go on: never gives up.
    pub const fn forever(initial: Duration, cap: Duration) -> Self {
        Self { initial, multiplier: 2.0, cap, budget: None }
    }

    /// The delays, one per failure. They end when the next one would exceed the budget, counted from now.
    pub fn delays(&self) -> Delays {
        self.delays_from(self.initial)
    }

    /// The delay after the `attempt`th failure (1 is the first), for callers who do not stay to wait.
    pub fn delay_after(&self, attempt: u32) -> Duration {
        let exponent = attempt.saturating_sub(1).min(1000);
        let growth = self.multiplier.powf(f64::from(exponent));
        let delay = Duration::try_from_secs_f64(self.initial.as_secs_f64() * growth).unwrap_or(self.cap);
        Self { budget: None, ..*self }.delays_from(delay.min(self.cap)).next().unwrap_or(self.cap)
    }

    fn delays_from(&self, first: Duration) -> Delays {
        Delays(
            ExponentialBackoffBuilder::new()
                .with_initial_interval(first)
                .with_multiplier(self.multiplier)
                .with_max_interval(self.cap)
                .with_max_elapsed_time(self.budget)
                .build(),
        )
    }
}

/// The delays of one run of attempts.
#[derive(Debug)]
pub struct Delays(ExponentialBackoff);

impl Iterator for Delays {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0.next_backoff()
    }
}

/// How one attempt failed.
#[derive(Debug)]
pub enum Attempt<E> {
    /// Trying again cannot help.
    Permanent(E),
    /// Trying again may help.
    Transient {
        /// What went wrong.
        error: E,
        /// How long the other side asked to wait (`Retry-After`); by default the policy decides.
        after: Option<Duration>,
    },
}

impl<E> Attempt<E> {
    /// A failure that may pass; the policy decides when to try again.
    pub fn transient(error: E) -> Self {
        Self::Transient { error, after: None }
    }
}

/// Attempts `operation` until it succeeds, fails for good, or the policy's budget is used up; then returns the last
/// error.
pub async fn retry<T, E, Running>(policy: &Policy, mut operation: impl FnMut() -> Running) -> Result<T, E>
where
    Running: Future<Output = Result<T, Attempt<E>>>,
{
    let started = Instant::now();
    let mut delays = policy.delays();
    loop {
        let (error, after) = match operation().await {
            Ok(value) => return Ok(value),
            Err(Attempt::Permanent(error)) => return Err(error),
            Err(Attempt::Transient { error, after }) => (error, after),
        };
        let Some(delay) = delays.next().map(|delay| after.unwrap_or(delay)) else { return Err(error) };
        if policy.budget.is_some_and(|budget| started.elapsed() + delay > budget) {
            return Err(error);
        }
        tokio::time::sleep(delay).await;
    }
}

/// A circuit per key, such as a remote host: after some failures in a row callers are refused at once for a while, then
/// one of them may try.
#[derive(Debug)]
pub struct Breaker {
    threshold: u32,
    open_for: Duration,
    circuits: Mutex<HashMap<String, Circuit>>,
}

/// Failures in a row of one key. Keys without failures are not kept.
#[derive(Debug, Clone, Copy)]
struct Circuit {
    failures: u32,
    /// Until when callers are refused. A caller who is let through moves it on, so that there is only one.
    open_until: Option<Instant>,
    last_failure: Instant,
}

/// The circuit is open: the other side failed too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it failed too often and is left alone for {retry_in:?}")]
pub struct Open {
    /// When somebody may try again.
    pub retry_in: Duration,
}

/// Keys may come from users (hosts of webhooks), so there is an end to how many are remembered.
const MAX_CIRCUITS: usize = 10_000;

impl Breaker {
    /// Opens a circuit for `open_for` after `threshold` failures in a row.
    pub fn new(threshold: u32, open_for: Duration) -> Self {
        Self { threshold: threshold.max(1), open_for, circuits: Mutex::default() }
    }

    /// Asks to call `key`. Who is let through reports [`Self::succeeded`] or [`Self::failed`].
    pub fn check(&self, key: &str) -> Result<(), Open> {
        self.check_at(key, Instant::now())
    }

    /// Closes the circuit of `key`. Returns whether it was open.
    pub fn succeeded(&self, key: &str) -> bool {
        self.circuits().remove(key).is_some_and(|circuit| circuit.open_until.is_some())
    }

    /// Counts a failure of `key`. Returns whether this one opened the circuit, so that it can be logged once.
    pub fn failed(&self, key: &str) -> bool {
        self.failed_at(key, Instant::now())
    }

    fn check_at(&self, key: &str, now: Instant) -> Result<(), Open> {
        let mut circuits = self.circuits();
        let Some(circuit) = circuits.get_mut(key) else { return Ok(()) };
        match circuit.open_until {
            Some(open_until) if now < open_until => Err(Open { retry_in: open_until - now }),
            Some(_) => {
                circuit.open_until = Some(now + self.open_for);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn failed_at(&self, key: &str, now: Instant) -> bool {
        let mut circuits = self.circuits();
        if circuits.len() >= MAX_CIRCUITS && !circuits.contains_key(key) {
            circuits.retain(|_, circuit| now.duration_since(circuit.last_failure) < self.open_for);
            if circuits.len() >= MAX_CIRCUITS {
                return false;
            }
        }
        let circuit =
            circuits.entry(key.to_owned()).or_insert(Circuit { failures: 0, open_until: None, last_failure: now });
        circuit.failures = circuit.failures.saturating_add(1);
        circuit.last_failure = now;
        if circuit.failures < self.threshold {
            return false;
        }
        circuit.open_until.replace(now + self.open_for).is_none()
    }

    fn circuits(&self) -> std::sync::MutexGuard<'_, HashMap<String, Circuit>> {
        // Every change is a single step, so a panic elsewhere cannot have left half of one.
        self.circuits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn delays_grow_to_the_cap_and_vary_by_half() {
        let policy = Policy { initial: 10 * SECOND, multiplier: 3.0, cap: 60 * SECOND, budget: None };
        for (attempt, expected) in [(0, 10), (1, 10), (2, 30), (3, 60), (4, 60), (u32::MAX, 60)] {
            let delay = policy.delay_after(attempt);
            let expected = expected * SECOND;
            assert!(delay >= expected / 2 && delay <= expected * 3 / 2, "attempt {attempt}: {delay:?}");
        }
        let delays: Vec<Duration> = policy.delays().take(4).collect();
        for (delay, expected) in delays.iter().zip([10, 30, 60, 60]) {
            assert!(*delay >= expected * SECOND / 2 && *delay <= expected * SECOND * 3 / 2, "{delays:?}");
        }
        assert!((0..20).any(|_| policy.delay_after(1) != policy.delay_after(1)), "no jitter");
    }

    #[test]
    fn delays_end_with_the_budget() {
        let policy = Policy { initial: 10 * SECOND, multiplier: 2.0, cap: 60 * SECOND, budget: Some(SECOND) };
        assert_eq!(policy.delays().next(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn only_transient_failures_are_tried_again() {
        let mut attempts = 0;
        let result: Result<u32, &str> = retry(&Policy::within(SECOND * 60), || {
            attempts += 1;
            let attempt = attempts;
            async move { if attempt < 3 { Err(Attempt::transient("busy")) } else { Ok(attempt) } }
        })
        .await;
        assert_eq!(result, Ok(3));

        let mut attempts = 0;
        let result: Result<(), &str> = retry(&Policy::within(SECOND * 60), || {
            attempts += 1;
            async { Err(Attempt::Permanent("forbidden")) }
        })
        .await;
        assert_eq!((result, attempts), (Err("forbidden"), 1));

        let patient = async { Err(Attempt::Transient { error: "busy", after: Some(SECOND * 61) }) };
        let mut patient = Some(patient);
        let result: Result<(), &str> = retry(&Policy::within(SECOND * 60), || patient.take().unwrap()).await;
        assert_eq!(result, Err("busy"), "waited longer than the budget");
    }

    #[test]
    fn a_circuit_opens_after_failures_in_a_row_and_lets_one_caller_try() {
        let breaker = Breaker::new(2, 30 * SECOND);
        let start = Instant::now();
        assert!(!breaker.failed_at("a", start));
        assert_eq!(breaker.check_at("a", start), Ok(()));
        assert!(breaker.failed_at("a", start), "the second failure opens it");
        assert_eq!(breaker.check_at("a", start + 10 * SECOND), Err(Open { retry_in: 20 * SECOND }));
        assert_eq!(breaker.check_at("b", start), Ok(()), "another key is not concerned");

        let later = start + 31 * SECOND;
        assert_eq!(breaker.check_at("a", later), Ok(()), "one may try");
        assert!(breaker.check_at("a", later).is_err(), "a second one may not");
        assert!(!breaker.failed_at("a", later), "it was open already");
        assert!(breaker.check_at("a", later + SECOND).is_err());

        assert!(breaker.succeeded("a"), "it was open");
        assert!(!breaker.succeeded("a"));
        assert_eq!(breaker.check_at("a", later), Ok(()));
    }
}
