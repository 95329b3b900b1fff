//! HTTP+SSE servers for which the address of a message endpoint is as good as a credential: whoever has it, or guesses
//! it, speaks for the client that it was given to.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity, Transport};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, shown, was_granted};
use crate::checks::guessable::guessable_below;
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-015",
    title: "Message endpoint is a bearer",
    test: NamedTest::AuthTest,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Verify the credential of every posted message and compare its owner with that of the stream; use 128 random bits in the address, and forget it when the stream closes.",
    tags: &[Tag::Cwe(598), Tag::Cwe(639), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Streams that are opened to compare their addresses.
const STREAMS: usize = 4;
/// Fewer random bits can be guessed. A random UUID has 122, and two of a few samples may have some digits in common.
const FEWEST_BITS: f64 = 112.0;
/// How long a server may take to notice that a stream was closed, and how often it is asked.
const NOTICE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(100);

/// What is wrong with the address of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weakness {
    /// Addresses follow each other or vary in few bits, and messages need nothing else.
    Guessable,
    /// Messages need no credential although streams do.
    Unguarded,
    /// Messages are accepted long after the stream was closed.
    Outlives,
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.snapshot().transport != Transport::HttpSse {
        return Ok(Verdict::not_applicable("the server does not announce a message endpoint"));
    }
    let mut addresses = Vec::new();
    let mut sessions = Vec::new();
    for _ in 0..STREAMS {
        let session = probe.open_session(|request| request).await?;
        addresses.extend(session.endpoint().cloned());
        sessions.push(session);
    }
    let (Some(session), Some(address)) = (sessions.first(), addresses.first()) else {
        return Ok(Verdict::not_assessed("the server opened no further stream"));
    };
    let answer = session.request(list_method(probe.snapshot(), false), json!({})).anonymous().send().await?;
    let ids: Vec<String> =
        addresses.iter().map(|url| format!("{}?{}", url.path(), url.query().unwrap_or_default())).collect();
    // A stream that is refused tells no more than that it is.
    let guarded = probe.has_credential() && probe.snapshot().anonymous != Some(true);
    for session in &sessions {
        session.end().await?;
    }
    let weakness = if was_granted(&answer) && guessable_below(&ids, FEWEST_BITS).is_some() {
        Weakness::Guessable
    } else if was_granted(&answer) && guarded {
        Weakness::Unguarded
    } else if outlives(probe, address).await? {
        Weakness::Outlives
    } else {
        return Ok(Verdict::PASS);
    };
    let (severity, kind, message) = judge(weakness, address.scheme() == "https");
    let sample = Sample::whole(shown(&answer), format!("endpoint:{kind}"));
    Ok(Draft::new(over_network(severity, probe.snapshot()), Confidence::Confirmed, "server", message)
        .distinct(kind)
        .sample(sample.after(answer.request.clone(), answer.status))
        .into())
}

fn judge(weakness: Weakness, is_encrypted: bool) -> (Severity, &'static str, &'static str) {
    let (kind, message) = match weakness {
        Weakness::Guessable => (
            "guessable",
            "the address for messages, which is all that a message needs, can be guessed from those of other streams",
        ),
        Weakness::Unguarded => (
            "unguarded",
            "the server wants a credential for its stream and none for messages: whoever has the address speaks for its client",
        ),
        Weakness::Outlives => {
            ("outlives", "the address for messages is still accepted seconds after its stream was closed")
        }
    };
    // Nobody reads a strong address off the wire.
    let is_hardening = is_encrypted && weakness != Weakness::Guessable;
    (if is_hardening { Severity::Low } else { Severity::Medium }, kind, message)
}

/// Whether messages to the address of a closed stream are accepted for longer than a server needs to notice.
async fn outlives(probe: &Probe, address: &Url) -> Result<bool, ProbeError> {
    let end = Instant::now() + NOTICE;
    loop {
        let message = probe.request("notifications/initialized", Value::Null).path(address.path());
        let answer = message.query(address.query().unwrap_or_default()).send().await?;
        if !answer.status.is_some_and(|status| (200..300).contains(&status)) {
            return Ok(false);
        }
        if Instant::now() >= end {
            return Ok(true);
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_address_over_tls_is_hardening() {
        for (weakness, plain, encrypted) in [
            (Weakness::Guessable, Severity::Medium, Severity::Medium),
            (Weakness::Unguarded, Severity::Medium, Severity::Low),
            (Weakness::Outlives, Severity::Medium, Severity::Low),
        ] {
            assert_eq!((judge(weakness, false).0, judge(weakness, true).0), (plain, encrypted), "{weakness:?}");
        }
    }
}
