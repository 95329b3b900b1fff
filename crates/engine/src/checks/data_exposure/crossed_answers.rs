//! Answers that reach another client than the one that asked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;
use tokio::time::Instant;

use super::outputs::nothing_read;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Answer, CallKind, Exchange, LegacySession, Probe, ProbeError, Request, ToolCall};
use crate::snapshot::strings;
use crate::wire::heard::Heard;
use crate::wire::jsonrpc;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-011",
    title: "Answers cross between clients",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Give each session, or each request, a transport and a server object of its own; keep nothing about a caller in shared variables.",
    tags: &[Tag::Cwe(488), Tag::McpTop10(10), Tag::LlmTop10(2), Tag::Other("CVE-2026-25536 (class)")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Calls of each of the two clients.
const PAIRS: usize = 10;
/// Fewer pairs than these say nothing.
const FEWEST: usize = 3;
/// How long a slow server is called before what was seen suffices, and how long the stream beside the calls is read.
const LONGEST: Duration = Duration::from_secs(30);
const LISTEN: Duration = Duration::from_mins(1);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let calls = probe.benign_calls().await?;
    if calls.is_empty() {
        return Ok(nothing_read());
    }
    let Some((call, canary)) = calls.iter().find_map(|call| Some((call, echoed(call)?))) else {
        return Ok(Verdict::not_applicable("no tool that may be called repeats what it is given"));
    };
    let tool = &probe.snapshot().tools[call.tool];
    let echo = Echo { probe, name: &tool.name, arguments: &call.arguments, canary: &canary };
    let heard = [Arc::new(Heard::default()), Arc::new(Heard::default())];
    let (answers, later) = if probe.is_modern() {
        let request = |_: usize, params| probe.request("tools/call", params);
        (Box::pin(echo.interleave(&request)).await?, echo.once(&request).await?)
    } else {
        let sessions = [open(probe, &heard[0]).await?, open(probe, &heard[1]).await?];
        let request = |client: usize, params| sessions[client].request("tools/call", params);
        // What concerns no request comes on the stream of the session, where the server has one.
        let listening = async {
            tokio::join!(listen(&sessions[0]), listen(&sessions[1]));
            std::future::pending::<()>().await;
        };
        let calling = async { Ok((Box::pin(echo.interleave(&request)).await?, echo.once(&request).await?)) };
        let called: Result<_, ProbeError> = tokio::select! {
            called = calling => called,
            () = listening => unreachable!("listening never ends"),
        };
        for session in &sessions {
            if session.end().await.is_err() {
                tracing::debug!("the server did not let us end a session");
            }
        }
        called?
    };
    let Some(crossing) = crossing(&answers, &heard, &later) else { return Ok(Verdict::PASS) };
    let message = match crossing.place {
        "answer" => "one client was given the answer to another client's call, while both called at the same time",
        _ => "one client was sent a message about another client's call",
    };
    let draft = Draft::new(Severity::Critical, Confidence::Confirmed, tool.location(), message);
    let sample = Sample::part(crossing.text, crossing.matched, format!("crossing:{}", crossing.place));
    Ok(draft.distinct(crossing.place).sample(sample.after(crossing.request, crossing.status)).into())
}

async fn open<'p>(probe: &'p Probe, heard: &Arc<Heard>) -> Result<LegacySession<'p>, ProbeError> {
    let session = probe.open_session(|request| request.era(0).hearing(heard)).await?;
    if session.accepted {
        Ok(session)
    } else {
        Err(ProbeError::Unreachable("the server takes no second client".to_owned()))
    }
}

async fn listen(session: &LegacySession<'_>) {
    // A server without such a stream says so at once.
    drop(session.request("", Value::Null).http_method("GET").read_for(LISTEN).burst().send().await);
}

/// The canary of a call whose answer repeats it.
fn echoed(call: &ToolCall) -> Option<String> {
    let texts = call.answer.texts();
    let canary = |text: &str| {
        let at = text.find("mcpa")?;
        text.get(at..at + 20).filter(|canary| detect::is_canary(canary)).map(str::to_owned)
    };
    if call.answer.is_error() {
        return None;
    }
    let sent = strings(&call.arguments).into_iter().find_map(|(_, text)| canary(text))?;
    texts.iter().any(|(_, text)| text.contains(&sent)).then_some(sent)
}

/// A call that repeats a word.
struct Echo<'e> {
    probe: &'e Probe,
    name: &'e str,
    arguments: &'e Value,
    canary: &'e str,
}

/// What one client was answered.
#[derive(Debug)]
struct Echoed {
    client: usize,
    canary: String,
    exchange: Exchange,
}

impl<'e> Echo<'e> {
    /// The call with a word of its own.
    fn request(
        &self,
        of: &impl Fn(usize, Value) -> Request<'e>,
        client: usize,
        id: &Value,
    ) -> Result<(Request<'e>, String), ProbeError> {
        let canary = self.probe.canary();
        let arguments = self.arguments.to_string().replace(self.canary, &canary);
        let arguments: Value =
            serde_json::from_str(&arguments).map_err(|error| ProbeError::Unreachable(error.to_string()))?;
        let params = serde_json::json!({ "name": self.name, "arguments": arguments });
        // With probing calls these count like those that look for limits: what a tool may be called is for its inputs.
        let kind = if self.probe.options().is_active() { CallKind::Burst } else { CallKind::Benign };
        Ok((of(client, params).kind(kind).id(id.clone()).burst(), canary))
    }

    /// Calls as two clients at the same time, each pair under the same id: who confuses clients most often confuses
    /// those whose requests have the same number.
    async fn interleave(&self, of: &impl Fn(usize, Value) -> Request<'e>) -> Result<Vec<Echoed>, ProbeError> {
        let mut answers = Vec::new();
        let started = Instant::now();
        for _ in 0..PAIRS {
            if started.elapsed() > LONGEST && answers.len() >= 2 * FEWEST {
                break;
            }
            if !self.probe.snapshot().loopback {
                // Two calls at once, at the pace of one after the other.
                self.probe.shared().budget.pace().await;
                self.probe.shared().budget.pace().await;
            }
            let id = self.probe.shared().next_id();
            let (first, canary) = self.request(of, 0, &id)?;
            let (second, other) = self.request(of, 1, &id)?;
            let (first, second) = tokio::join!(first.send(), second.send());
            let before = answers.len();
            let mut failure = None;
            for (client, canary, sent) in [(0, canary, first), (1, other, second)] {
                match sent {
                    Ok(exchange) => answers.push(Echoed { client, canary, exchange: exchange.worth_keeping() }),
                    Err(error) => failure = Some(error),
                }
            }
            match failure {
                // A tool that asks to be left alone, or hangs, is left alone; what was seen is judged.
                Some(ProbeError::Budget(_) | ProbeError::Timeout(_)) if before >= 2 * FEWEST => break,
                Some(error) => return Err(error),
                None => {}
            }
        }
        Ok(answers)
    }

    /// One call alone, after all others: whatever it repeats of them, the server keeps on purpose.
    async fn once(&self, of: &impl Fn(usize, Value) -> Request<'e>) -> Result<String, ProbeError> {
        let (request, _) = self.request(of, 0, &self.probe.shared().next_id())?;
        match request.send().await {
            Ok(exchange) => Ok(said(&exchange)),
            Err(ProbeError::Budget(_) | ProbeError::Timeout(_)) => Ok(String::new()),
            Err(error) => Err(error),
        }
    }
}

fn said(exchange: &Exchange) -> String {
    let answer = Answer { exchange: exchange.clone() };
    answer.texts().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

#[derive(Debug, PartialEq)]
struct Crossing {
    place: &'static str,
    text: String,
    matched: std::ops::Range<usize>,
    request: String,
    status: Option<u16>,
}

/// The first message in which one client reads a word of the other. `later` is what a single call was answered when all
/// others were done: words of earlier calls in it are a store that all clients share, and no confusion.
fn crossing(answers: &[Echoed], heard: &[Arc<Heard>; 2], later: &str) -> Option<Crossing> {
    let words =
        |of: usize| answers.iter().filter(move |answer| answer.client == of).map(|answer| answer.canary.as_str());
    let foreign = |client: usize, text: &str| {
        let word = words(1 - client).find(|word| text.contains(word))?;
        let at = text.find(word)?;
        Some(at..at + word.len())
    };
    let keeps = answers.iter().any(|answer| later.contains(&answer.canary));
    let in_answers = answers.iter().filter(|_| !keeps).find_map(|answer| {
        let text = said(&answer.exchange);
        let matched = foreign(answer.client, &text)?;
        Some(("answer", text, matched, answer))
    });
    let in_notices = || {
        answers.iter().find_map(|answer| {
            let beside = answer.exchange.messages.iter().filter(|message| !jsonrpc::is_response(message));
            let heard = heard[answer.client].since(0);
            let texts: BTreeSet<String> = beside.chain(&heard).map(Value::to_string).collect();
            texts.into_iter().find_map(|text| {
                let matched = foreign(answer.client, &text)?;
                Some(("notice", text, matched, answer))
            })
        })
    };
    let (place, text, matched, answer) = in_answers.or_else(in_notices)?;
    let (request, status) = (answer.exchange.request.clone(), answer.exchange.status);
    Some(Crossing { place, text, matched, request, status })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::answered;

    const OURS: &str = "mcpaAAAAAAAAAAAAAAAA";
    const THEIRS: &str = "mcpaBBBBBBBBBBBBBBBB";

    fn echoed(client: usize, canary: &str, text: &str) -> Echoed {
        let body = json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": text}]}});
        Echoed { client, canary: canary.to_owned(), exchange: answered(200, &body.to_string()) }
    }

    fn place(first: &str, later: &str, notice: Option<Value>) -> Option<&'static str> {
        let answers = [echoed(0, OURS, first), echoed(1, THEIRS, &format!("Nothing is called {THEIRS}."))];
        let heard = [Arc::new(Heard::default()), Arc::new(Heard::default())];
        if let Some(notice) = notice {
            heard[0].keep(&notice);
        }
        crossing(&answers, &heard, later).map(|crossing| crossing.place)
    }

    #[test]
    fn confusion_is_told_from_a_shared_store() {
        let own = format!("Nothing is called {OURS}.");
        assert_eq!(place(&own, "Nothing is called mcpaCCCCCCCCCCCCCCCC.", None), None);
        assert_eq!(place(&format!("Nothing is called {THEIRS}."), "Nothing.", None), Some("answer"));
        // Recent searches of everybody are what this tool is for: one sees them when nobody else calls as well.
        let recent = format!("{own} Searched before: {THEIRS}");
        assert_eq!(place(&recent, &format!("Nothing. Searched before: {OURS}, {THEIRS}"), None), None);
        assert_eq!(place(&recent, "Nothing.", None), Some("answer"));
        let log = json!({"method": "notifications/message", "params": {"data": format!("searching for {THEIRS}")}});
        assert_eq!(place(&own, "Nothing.", Some(log)), Some("notice"));
        let log = json!({"method": "notifications/message", "params": {"data": format!("searching for {OURS}")}});
        assert_eq!(place(&own, "Nothing.", Some(log)), None);
    }
}
