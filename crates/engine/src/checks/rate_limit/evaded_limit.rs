//! Limits that a caller leaves behind by calling itself something else.

use contracts::audit::{Confidence, NamedTest, Severity};
use futures_util::{StreamExt as _, stream};
use rand::RngExt as _;
use tokio::time::Instant;

use super::metadata::{AT_A_TIME, LISTS, WINDOW};
use super::throttling::is_throttled;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_as, list_with, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{ClientIdentity, Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-008",
    title: "Limit evaded",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Count by the authenticated caller, or by the address of the connection; believe forwarding headers only from the server's own proxies.",
    tags: &[Tag::Cwe(770), Tag::Cwe(807), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// What a caller changes about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guise {
    Address,
    Client,
    Session,
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !reach_limit(probe).await? {
        return Ok(Verdict::not_applicable("the server set no limit that could be evaded"));
    }
    let modern = probe.is_modern();
    let guises = if modern { [Guise::Address, Guise::Client] } else { [Guise::Address, Guise::Session] };
    let mut drafts = Vec::new();
    for guise in guises {
        // Twice, each time beside controls that show that the limit still holds: else its window may just have ended.
        let mut granted = None;
        for _ in 0..2 {
            let answer = disguised(probe, guise).await?;
            // Two in a row: a limit that stops every other request is not evaded by what comes in between.
            for _ in 0..2 {
                let control = list_with(probe, 0, crate::probe::Request::burst).await?;
                if !is_throttled(&control) {
                    let reason = "unstable: the limit ended before it could be told whether it can be evaded";
                    return Ok(Verdict::not_assessed(reason));
                }
            }
            granted = Some(answer).filter(was_granted);
            if granted.is_none() {
                break;
            }
        }
        drafts.extend(granted.map(|answer| draft(guise, &answer, probe)));
    }
    Ok(Verdict::Decided(drafts))
}

/// Asks for lists until the server sets a limit, as often as the check of the limit does.
async fn reach_limit(probe: &Probe) -> Result<bool, ProbeError> {
    let deadline = Instant::now() + WINDOW;
    let mut answers =
        stream::iter(0..LISTS).map(|_| list_with(probe, 0, crate::probe::Request::burst)).buffered(AT_A_TIME);
    while let Ok(Some(answer)) = tokio::time::timeout_at(deadline, answers.next()).await {
        if is_throttled(&answer?) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn disguised(probe: &Probe, guise: Guise) -> Result<Exchange, ProbeError> {
    match guise {
        Guise::Address => {
            // Of the range for documentation, where nobody is.
            let address = format!("198.51.100.{}", rand::rng().random_range(1..255_u8));
            list_with(probe, 0, |request| request.burst().header("x-forwarded-for", &address)).await
        }
        Guise::Client => {
            let name = probe.canary();
            let identity = ClientIdentity { user_agent: format!("{name}/1.0"), version: "1.0".to_owned(), name };
            list_with(probe, 0, |request| request.client(&identity).burst()).await
        }
        Guise::Session => list_as(probe, 0, crate::probe::Request::burst).await,
    }
}

fn draft(guise: Guise, answer: &Exchange, probe: &Probe) -> Draft {
    let (location, message) = match guise {
        Guise::Address => ("header:X-Forwarded-For", "the limit does not hold for a caller who names another address"),
        Guise::Client => ("method:tools/list", "the limit does not hold for a caller who names another client"),
        Guise::Session => ("method:initialize", "the limit does not hold for a caller who opens another session"),
    };
    Draft::new(over_network(Severity::Medium, probe.snapshot()), Confidence::Confirmed, location, message).sample(
        Sample::whole("granted, while the same request without the change is refused", "differential")
            .after(answer.request.clone(), answer.status),
    )
}
