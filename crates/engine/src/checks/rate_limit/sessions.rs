//! Sessions that one caller may open without end.

use contracts::audit::{Confidence, NamedTest, Severity, Transport};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::throttling::is_throttled;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::over_network;
use crate::probe::{LegacySession, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-006",
    title: "Unlimited sessions",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Bound the sessions of one caller, end those that are idle, and answer 429 beyond the limit.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Sessions open at the same time.
const SESSIONS: usize = 64;
/// Requests that all of them take: two for the handshake of each, one question, and its end.
const REQUESTS: u32 = 4 * 64;
/// How many are opened at a time, so that a refusal ends the opening.
const AT_A_TIME: usize = 4;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| !era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision with sessions"));
    };
    // With fewer, sessions would stay open that nobody ends.
    if probe.shared().budget.requests_left() < REQUESTS {
        return Ok(Verdict::not_assessed("too few requests are left to open 64 sessions and end them again"));
    }
    let mut open = Vec::with_capacity(SESSIONS);
    let verdict = hold(probe, era, &mut open).await;
    // Whatever was found: what was opened is ended.
    let mut ends = Vec::with_capacity(open.len());
    for session in &open {
        ends.push(session.end());
    }
    if join_all(ends).await.iter().any(Result::is_err) {
        tracing::debug!("the server did not let us end a session");
    }
    verdict
}

async fn hold<'p>(probe: &'p Probe, era: usize, open: &mut Vec<LegacySession<'p>>) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    let mut opening = Vec::with_capacity(SESSIONS);
    for _ in 0..SESSIONS {
        opening.push(probe.open_session(move |request| request.era(era)));
    }
    // Only as many are under way as any requests of a run: what is counted is how many stay, not how fast they come.
    let mut opening = stream::iter(opening).buffered(AT_A_TIME);
    while let Some(session) = opening.next().await {
        let session = match session {
            Ok(session) => session,
            // A connection that is closed on us, or an answer that does not come, is a limit too.
            Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) if !open.is_empty() => return Ok(Verdict::PASS),
            Err(error) => return Err(error),
        };
        if !session.accepted {
            return Ok(if open.is_empty() && !is_throttled(&session.opening) {
                Verdict::not_assessed("the server does not take its handshake a second time")
            } else {
                Verdict::PASS
            });
        }
        let is_stateless = session.id().is_none() && snapshot.transport != Transport::HttpSse;
        open.push(session);
        if is_stateless {
            return Ok(Verdict::not_applicable("the server keeps no sessions"));
        }
    }
    let mut asked = Vec::with_capacity(open.len());
    for session in &*open {
        asked.push(session.request("ping", Value::Null).send());
    }
    for answer in join_all(asked).await {
        match answer {
            Ok(answer) if answer.result().is_some() => {}
            // One that is gone was ended to make room.
            Ok(_) | Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => return Ok(Verdict::PASS),
            Err(error) => return Err(error),
        }
    }
    let is_anonymous = !probe.has_credential() || snapshot.anonymous == Some(true);
    let severity = over_network(if is_anonymous { Severity::Medium } else { Severity::Low }, snapshot);
    let message = "one caller may have 64 sessions at the same time, and all of them stay valid";
    Ok(Draft::new(severity, Confidence::Confirmed, "method:initialize", message)
        .sample(Sample::whole("64 sessions opened, all answered", "sessions"))
        .into())
}
