//! Servers that replay the events of one session to another one, or to nobody in particular: who guesses the id of an
//! event reads the answers of others.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity, Transport};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, shown};
use crate::checks::subject::over_network;
use crate::probe::{LegacySession, Probe, ProbeError, Request};
use crate::wire::event_stream::EventParser;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-014",
    title: "Stream replay across sessions",
    test: NamedTest::AuthTest,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Keep the events of each session apart: replay after `Last-Event-ID` only what the session of the request was sent, and refuse requests without one.",
    tags: &[Tag::Cwe(488), Tag::McpTop10(10), Tag::Spec("2025-11-25", "Transports: resumability and redelivery")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How long a replayed stream is read; what is replayed is there already.
const REPLAY: Duration = Duration::from_secs(1);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| !era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision whose streams can be resumed"));
    };
    if probe.snapshot().transport != Transport::StreamableHttp {
        return Ok(Verdict::not_applicable("streams of HTTP+SSE cannot be resumed"));
    }
    let mine = probe.open_session(|request| request.era(era)).await?;
    if mine.id().is_none() {
        return Ok(Verdict::not_applicable("the server issues no session ids"));
    }
    // The id of a request comes back in its response, so it marks this one without calling any tool.
    let canary = probe.canary();
    let answer = mine.request(list_method(probe.snapshot(), false), json!({})).id(json!(canary)).send().await?;
    let verdict = match resumption_point(&answer.body, &canary) {
        Some(event) => replayed(probe, era, &event, &canary).await,
        None => Ok(Verdict::not_applicable("no event of the server has an id from which its stream could be resumed")),
    };
    mine.end().await?;
    verdict
}

/// Asks for what followed that event as somebody else.
async fn replayed(probe: &Probe, era: usize, event: &str, canary: &str) -> Result<Verdict, ProbeError> {
    // An id may tell who was sent what.
    probe.shared().remember_session(event);
    let other: LegacySession<'_> = probe.open_session(|request| request.era(era)).await?;
    let resume = || {
        let request = other.request("", Value::Null).http_method("GET").replace_header("Accept", "text/event-stream");
        request.header("Last-Event-ID", event).read_for(REPLAY)
    };
    let requests: [(Request<'_>, &str); 2] = [
        (resume(), "the server sends the events of one session to another session that names the id of one of them"),
        (
            resume().session(None),
            "the server sends the events of a session to whoever names the id of one of them, without any session",
        ),
    ];
    let mut verdict = Verdict::PASS;
    for (request, message) in requests {
        let answer = request.send().await?;
        if answer.text().contains(canary) {
            let severity = over_network(Severity::High, probe.snapshot());
            let sample = Sample::whole(shown(&answer), "replay").after(answer.request.clone(), answer.status);
            verdict =
                Draft::new(severity, Confidence::Confirmed, "header:Last-Event-ID", message).sample(sample).into();
            break;
        }
    }
    other.end().await?;
    Ok(verdict)
}

/// The id of the last event before the one that holds the canary: resumed from there, the stream repeats that one.
fn resumption_point(body: &[u8], canary: &str) -> Option<String> {
    let mut parser = EventParser::new();
    let (events, _) = parser.push(body);
    let marked = events.iter().position(|event| event.data.contains(canary))?;
    events[..marked].iter().rev().find_map(|event| event.id.clone()).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_resumed_before_the_marked_event() {
        let point = |body: &str| resumption_point(body.as_bytes(), "mark");
        assert_eq!(point("id: a\ndata:\n\nid: b\ndata: {\"id\":\"mark\"}\n\n").as_deref(), Some("a"));
        assert_eq!(point("id: a\ndata: 1\n\ndata: 2\n\nid: c\ndata: mark\n\n").as_deref(), Some("a"));
        // Nothing before it, no ids, and no stream.
        for none in ["id: b\ndata: mark\n\n", "data: 1\n\ndata: mark\n\n", "{\"id\":\"mark\"}"] {
            assert_eq!(point(none), None, "{none}");
        }
    }
}
