//! Answers that come with more notifications than anybody reads.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};

use super::exchanges::{Seen, exchanges};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Cap, Exchange, Probe, ProbeError};
use crate::wire::jsonrpc::is_notification;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-011",
    title: "Notification flood",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Throttle notifications: report progress a few times a second at most, and log at the level that the client asked for.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// More of them a second for at least so long are a flood.
const MOST_PER_SECOND: u64 = 50;
const LASTING: Duration = Duration::from_secs(2);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let seen = exchanges(probe).await?;
    if seen.is_empty() {
        return Ok(nothing_read());
    }
    let draft = |Seen { location, exchange }: Seen<'_>| {
        is_flood(exchange).then(|| {
            let shown = format!("{} notifications in {} ms", notifications(exchange), exchange.total.as_millis());
            let message = "one request is answered with a flood of notifications";
            Draft::new(Severity::Medium, Confidence::Confirmed, location, message)
                .sample(Sample::whole(shown, "notification-flood").after(exchange.request.clone(), exchange.status))
        })
    };
    Ok(seen.into_iter().filter_map(draft).collect())
}

fn notifications(exchange: &Exchange) -> usize {
    exchange.messages.iter().filter(|message| is_notification(message)).count()
}

fn is_flood(exchange: &Exchange) -> bool {
    if exchange.truncated == Some(Cap::Notifications) {
        return true;
    }
    let count = u128::try_from(notifications(exchange)).unwrap_or(u128::MAX);
    exchange.total >= LASTING && count * 1_000 > exchange.total.as_millis() * u128::from(MOST_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn many_in_a_long_time_and_few_in_a_short_one_are_ordinary() {
        let of = |count: usize, seconds: u64, truncated| {
            let mut exchange = answered(200, "");
            exchange.messages = vec![json!({"method": "notifications/progress"}); count];
            exchange.total = Duration::from_secs(seconds);
            exchange.truncated = truncated;
            is_flood(&exchange)
        };
        assert!(of(1_000, 1, Some(Cap::Notifications)));
        assert!(of(101, 2, None));
        assert!(!of(100, 2, None));
        assert!(!of(500, 1, None));
        assert!(!of(900, 30, None));
    }
}
