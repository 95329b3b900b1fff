//! How much a run may send and receive (catalogue sections 2 and 9).

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::wire::record::{Exchange, lock};

/// Requests of a run without and with `--active`.
const REQUESTS: u32 = 400;
const REQUESTS_ACTIVE: u32 = 1_500;
/// Requests for negotiation and the first listing, which have limits of their own: 4 lists of 100 pages.
const REQUESTS_BEFORE_CHECKS: u32 = 500;
/// Calls of one tool.
const CALLS_PER_TOOL: u32 = 60;
/// Calls of one tool that are made in quick succession: 60 in a row and 20 at the same time, to look for limits, and 21 of
/// two clients at the same time.
const BURSTS_PER_TOOL: u32 = 101;
/// Bytes received in a run.
const RECEIVED_BYTES: u64 = 64 << 20;
/// Distance of paced calls: five per second.
const PACE: Duration = Duration::from_millis(200);

/// What is left to a run.
#[derive(Debug)]
pub(crate) struct Budget {
    requests: AtomicU32,
    bytes: AtomicU64,
    active: bool,
    tools: Mutex<HashMap<String, ToolUse>>,
    next_call: tokio::sync::Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct ToolUse {
    calls: u32,
    bursts: u32,
    left_alone: bool,
}

impl Budget {
    pub(crate) fn new(active: bool) -> Self {
        Self {
            requests: AtomicU32::new(REQUESTS_BEFORE_CHECKS),
            bytes: AtomicU64::new(RECEIVED_BYTES),
            active,
            tools: Mutex::default(),
            next_call: tokio::sync::Mutex::default(),
        }
    }

    /// Sets what the checks may send, once the server is listed.
    pub(crate) fn begin_checks(&self) {
        self.requests.store(if self.active { REQUESTS_ACTIVE } else { REQUESTS }, Ordering::Relaxed);
    }

    /// Requests left.
    pub(crate) fn requests_left(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Takes one request. The error says what is used up.
    pub(crate) fn take_request(&self) -> Result<(), String> {
        if self.bytes.load(Ordering::Relaxed) == 0 {
            return Err(format!("the server has sent {} MiB, the most that one test reads", RECEIVED_BYTES >> 20));
        }
        let taken = self.requests.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| "all requests that one test may send are used up".to_owned())
    }

    /// Counts received bytes; false once the run has received all it may.
    pub(crate) fn receive(&self, bytes: usize) -> bool {
        let left = |left: u64| Some(left.saturating_sub(bytes as u64));
        let before = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).unwrap_or(0);
        before > bytes as u64
    }

    /// Takes one call of a tool; bursts have a budget of their own, so that neither kind decides what the other finds.
    /// The error says why there is none left.
    pub(crate) fn take_call(&self, tool: &str, burst: bool) -> Result<(), String> {
        let mut tools = lock(&self.tools);
        let used = tools.entry(tool.to_owned()).or_default();
        if used.left_alone {
            return Err(format!("tool `{tool}` answered with a limit or a price and is left alone"));
        }
        let (calls, most) = if burst { (&mut used.bursts, BURSTS_PER_TOOL) } else { (&mut used.calls, CALLS_PER_TOOL) };
        if *calls >= most {
            return Err(format!("tool `{tool}` was called {most} times, the most that one test does"));
        }
        *calls += 1;
        Ok(())
    }

    /// How often a tool was called.
    pub(crate) fn calls_of(&self, tool: &str) -> u32 {
        lock(&self.tools).get(tool).map_or(0, |used| used.calls)
    }

    /// Leaves a tool alone from now on if its answer names a limit or a price.
    pub(crate) fn heed(&self, tool: &str, exchange: &Exchange) {
        if names_limit_or_price(exchange) {
            lock(&self.tools).entry(tool.to_owned()).or_default().left_alone = true;
        }
    }

    /// Waits until the next paced call may go out.
    pub(crate) async fn pace(&self) {
        let mut next = self.next_call.lock().await;
        if let Some(at) = *next {
            sleep_until(at).await;
        }
        *next = Some(Instant::now() + PACE);
    }
}

/// How much of an answer is searched for words about limits.
const SEARCHED_BYTES: usize = 64 << 10;

fn names_limit_or_price(exchange: &Exchange) -> bool {
    if matches!(exchange.status, Some(402 | 429)) {
        return true;
    }
    let text = String::from_utf8_lossy(&exchange.body[..exchange.body.len().min(SEARCHED_BYTES)]).to_ascii_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric());
    words.into_iter().any(|word| matches!(word, "quota" | "quotas" | "billed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends() {
        let budget = Budget::new(false);
        budget.begin_checks();
        assert_eq!((0..9_999).take_while(|_| budget.take_request().is_ok()).count(), REQUESTS as usize);
        let budget = Budget::new(true);
        assert!(budget.receive(1000));
        assert!(!budget.receive(usize::MAX));
        assert!(budget.take_request().is_err_and(|reason| reason.contains("64 MiB")));
    }

    #[test]
    fn a_tool_is_called_sixty_times_and_left_alone_when_it_asks() {
        let budget = Budget::new(true);
        assert_eq!((0..9_999).take_while(|_| budget.take_call("a", false).is_ok()).count(), CALLS_PER_TOOL as usize);
        assert!(budget.take_call("a", true).is_ok());
        assert!(budget.take_call("b", false).is_ok());
        let mut answer = Exchange::silent(String::new(), None, Duration::ZERO);
        answer.body = "{\"text\":\"my quotation\"}".into();
        budget.heed("b", &answer);
        assert!(budget.take_call("b", false).is_ok());
        answer.body = "{\"text\":\"Daily quota reached\"}".into();
        budget.heed("b", &answer);
        assert!(budget.take_call("b", false).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn paced_calls_keep_their_distance() {
        let budget = Budget::new(true);
        let start = Instant::now();
        for _ in 0..6 {
            budget.pace().await;
        }
        assert_eq!(start.elapsed(), PACE * 5);
    }
}
