//! What a server asks its client for, once the client says that it can be asked: harmless calls on a connection of its
//! own, whose questions are kept and declined. The other calls of a run declare no capability and are not asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::probe::{Answer, CallKind, LegacySession, Probe, ProbeError, Request, tools_of};
use crate::snapshot::Tool;
use crate::tool_class::benign_arguments;
use crate::wire::Exchange;
use crate::wire::heard::{Heard, declined};

/// Tools that are called.
const TOOLS: usize = 24;
/// How long one call may wait for what the client is asked, and all calls together.
const CALL: Duration = Duration::from_secs(8);
const LONGEST: Duration = Duration::from_secs(30);
/// After so many calls without an answer the server is not asked further.
const SILENT_CALLS: usize = 2;
/// Rounds of questions that one call may have: what comes later is asked in another way than what comes first.
const ROUNDS: usize = 3;
/// Questions that are kept.
const QUESTIONS: usize = 64;
/// Longer questions are told by the checks of sizes.
const MAX_QUESTION_BYTES: usize = 64 << 10;

/// What the server asked.
#[derive(Debug, Default)]
pub(crate) struct Dialog {
    /// Its questions, in order.
    pub(crate) questions: Vec<Question>,
    /// Calls that handed out a state to come back with (2026-07-28).
    pub(crate) flows: Vec<Flow>,
    /// How many tools were called.
    pub(crate) called: usize,
    /// How many of their calls were not answered in time.
    pub(crate) silent: usize,
}

/// A request of the server to its client.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// The tool whose call provoked it: `tool:<name>`.
    pub(crate) location: String,
    /// `elicitation/create` or `sampling/createMessage`.
    pub(crate) method: String,
    /// Its parameters.
    pub(crate) params: Value,
    /// Template of the call.
    pub(crate) request: String,
    /// HTTP status of the answer to the call.
    pub(crate) status: Option<u16>,
}

/// A call that handed out a state.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    /// The tool.
    pub(crate) tool: Tool,
    /// What it was called with.
    pub(crate) arguments: Value,
}

/// The capabilities of a client that can be asked: to fill in forms, to open addresses, to complete texts.
fn capabilities() -> Value {
    json!({ "elicitation": { "form": {}, "url": {} }, "sampling": { "context": {}, "tools": {} } })
}

impl Request<'_> {
    /// Declares that this client can be asked.
    pub(crate) fn askable(self) -> Self {
        self.capable(capabilities())
    }
}

impl Probe {
    /// The questions that harmless calls provoke, asked for once in a run.
    pub(crate) async fn dialog(&self) -> Result<&Dialog, ProbeError> {
        self.dialog.get_or_try_init(|| Box::pin(self.converse())).await
    }

    async fn converse(&self) -> Result<Dialog, ProbeError> {
        let calls = self.benign_calls().await?;
        let answered = calls.iter().filter(|call| call.answer.exchange.response().is_some());
        let answered: BTreeMap<&str, bool> =
            answered.map(|call| (self.snapshot().tools[call.tool].name.as_str(), call.answer.is_error())).collect();
        // Who answers nobody is not asked again.
        if answered.is_empty() && !calls.is_empty() {
            return Ok(Dialog { silent: calls.len(), ..Dialog::default() });
        }
        if self.is_modern() {
            return self.converse_in(&Place::Stateless(self), &answered).await;
        }
        let heard = Arc::new(Heard::declining());
        let session = self.open_session(|request| request.era(0).askable().hearing(&heard)).await?;
        if !session.accepted {
            return Err(ProbeError::Unreachable("the server takes no client that can be asked".to_owned()));
        }
        // Questions that belong to no request come on a stream of their own, where a server has one.
        let listening = async {
            if self.is_http() {
                let stream = session.request("", Value::Null).http_method("GET").read_for(LONGEST).burst();
                drop(stream.send().await);
            }
            std::future::pending::<()>().await;
        };
        let place = Place::Session(&session, &heard);
        let dialog = tokio::select! {
            dialog = self.converse_in(&place, &answered) => dialog,
            () = listening => unreachable!("listening never ends"),
        };
        if session.end().await.is_err() {
            tracing::debug!("the server did not let us end a session");
        }
        dialog
    }

    async fn converse_in(&self, place: &Place<'_, '_>, answered: &BTreeMap<&str, bool>) -> Result<Dialog, ProbeError> {
        let started = Instant::now();
        let mut dialog = Dialog::default();
        for tool in self.callable(place, answered).await? {
            if dialog.silent >= SILENT_CALLS || started.elapsed() > LONGEST || dialog.questions.len() >= QUESTIONS {
                break;
            }
            let Some(arguments) = benign_arguments(&tool, &self.canary()) else { continue };
            match timeout(CALL, call(place, &tool, &arguments, &mut dialog)).await {
                Ok(Ok(())) => dialog.called += 1,
                // What was asked so far is judged; a tool that asks to be left alone, or hangs, is left alone.
                Ok(Err(ProbeError::Budget(_) | ProbeError::NotPermitted)) => {}
                Ok(Err(ProbeError::Timeout(_))) | Err(_) => dialog.silent += 1,
                Ok(Err(ProbeError::Unreachable(_))) if dialog.called > 0 => break,
                Ok(Err(error)) => return Err(error),
            }
        }
        Ok(dialog)
    }

    /// The tools that may be called, those first that are only there for clients that can be asked, then those whose
    /// call failed for others. `answered` tells which tools answered a call before, and whether with a failure.
    async fn callable(&self, place: &Place<'_, '_>, answered: &BTreeMap<&str, bool>) -> Result<Vec<Tool>, ProbeError> {
        let listed = place.request("tools/list", Value::Null).send().await?;
        let listed = listed.result().and_then(|result| result.get("tools")?.as_array().map(|tools| tools_of(tools)));
        let mut tools = listed.unwrap_or_else(|| self.snapshot().tools.clone());
        let is_new = |tool: &Tool| self.listed_tool(&tool.name).is_none();
        tools.retain(|tool| {
            self.permits(tool, CallKind::Benign) && (is_new(tool) || answered.contains_key(tool.name.as_str()))
        });
        tools.sort_by_key(|tool| match answered.get(tool.name.as_str()) {
            _ if is_new(tool) => 0,
            Some(true) => 1,
            _ => 2,
        });
        tools.truncate(TOOLS);
        Ok(tools)
    }
}

/// Where the calls are made.
enum Place<'s, 'p> {
    /// In requests that stand alone (2026-07-28).
    Stateless(&'p Probe),
    /// In a session.
    Session(&'s LegacySession<'p>, &'s Heard),
}

impl<'p> Place<'_, 'p> {
    fn request(&self, method: &str, params: Value) -> Request<'p> {
        match self {
            Self::Stateless(probe) => probe.request(method, params).askable(),
            Self::Session(session, _) => session.request(method, params),
        }
    }

    fn probe(&self) -> &'p Probe {
        match self {
            Self::Stateless(probe) => probe,
            Self::Session(session, _) => session.probe(),
        }
    }

    fn heard(&self) -> usize {
        if let Self::Session(_, heard) = self { heard.count() } else { 0 }
    }

    /// What the server asked besides its answer since then.
    fn heard_since(&self, count: usize, exchange: &Exchange) -> Vec<Value> {
        match self {
            Self::Session(_, heard) => heard.since(count),
            Self::Stateless(_) => exchange.messages.clone(),
        }
    }
}

/// Makes one call and declines what it asks, round by round.
async fn call(place: &Place<'_, '_>, tool: &Tool, arguments: &Value, dialog: &mut Dialog) -> Result<(), ProbeError> {
    let mut params = json!({ "name": tool.name, "arguments": arguments });
    for round in 0..ROUNDS {
        let before = place.heard();
        let sent = place.request("tools/call", params).kind(CallKind::Benign).send().await;
        let exchange = match sent {
            Ok(exchange) => exchange,
            // The question may have come before the silence.
            Err(error) => {
                let silent = Exchange::silent(String::new(), None, Duration::ZERO);
                dialog.keep(tool, &silent, place.heard_since(before, &silent).iter());
                return Err(error);
            }
        };
        dialog.keep(tool, &exchange, place.heard_since(before, &exchange).iter());
        let answer = Answer { exchange };
        dialog.keep(tool, &answer.exchange, required(&answer).iter());
        let Some(next) = answer.result().and_then(|result| next_round(result, &tool.name, arguments)) else { break };
        let state = next.get("requestState").and_then(Value::as_str);
        if let Some(state) = state {
            hide_state(place.probe(), state);
        }
        if round == 0 && state.is_some() {
            dialog.flows.push(Flow { tool: tool.clone(), arguments: arguments.clone() });
        }
        params = next;
    }
    Ok(())
}

/// Lets nothing show a state from now on. A short one would turn every text into a riddle, and one that fills memory is
/// shown by its name only, which masks it as well.
pub(crate) fn hide_state(probe: &Probe, state: &str) {
    const LENGTHS: std::ops::RangeInclusive<usize> = 6..=16 << 10;
    if LENGTHS.contains(&state.len()) {
        probe.shared().masker.hide(state, "{{handle}}");
    }
}

impl Dialog {
    /// Keeps those of some messages that ask the client for something.
    fn keep<'m>(&mut self, tool: &Tool, exchange: &Exchange, messages: impl Iterator<Item = &'m Value>) {
        for message in messages {
            let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
            let params = message.get("params").unwrap_or(&Value::Null);
            let asks = matches!(method, "elicitation/create" | "sampling/createMessage");
            let is_known = |known: &Question| known.method == method && known.params == *params;
            if !asks
                || self.questions.len() >= QUESTIONS
                || self.questions.iter().any(|known| known.location == tool.location() && is_known(known))
                || params.to_string().len() > MAX_QUESTION_BYTES
            {
                continue;
            }
            self.questions.push(Question {
                location: tool.location(),
                method: method.to_owned(),
                params: params.clone(),
                request: exchange.request.clone(),
                status: exchange.status,
            });
        }
    }
}

/// What an answer demands before the call can be done: input (2026-07-28), or a visit to an address (2025-11-25).
fn required(answer: &Answer) -> Vec<Value> {
    let inputs = answer
        .result()
        .filter(|result| result.get("resultType").and_then(Value::as_str) == Some("input_required"))
        .and_then(|result| result.get("inputRequests")?.as_object())
        .into_iter()
        .flat_map(|requests| requests.values().cloned());
    let error = answer.exchange.response().and_then(|response| response.get("error"));
    let visits = error
        .filter(|error| error.get("code").and_then(Value::as_i64) == Some(-32042))
        .and_then(|error| error.pointer("/data/elicitations")?.as_array())
        .into_iter()
        .flatten()
        .map(|visit| json!({ "method": "elicitation/create", "params": visit }));
    inputs.chain(visits).collect()
}

/// Whether a result is the whole answer, and neither asks for input nor announces a task.
pub(crate) fn is_complete(result: &Value) -> bool {
    result.get("resultType").and_then(Value::as_str).is_none_or(|kind| kind == "complete")
}

/// The parameters of the call that declines a demand for input; `None` where the result is none. Questions to the user
/// are declined, so that no round waits for a person.
pub(crate) fn next_round(result: &Value, tool: &str, arguments: &Value) -> Option<Value> {
    if result.get("resultType").and_then(Value::as_str) != Some("input_required") {
        return None;
    }
    let respond = |request: &Value| {
        let method = request.get("method").and_then(Value::as_str).unwrap_or_default();
        declined(method).unwrap_or_else(|| json!({}))
    };
    let asked = result.get("inputRequests").and_then(Value::as_object).into_iter().flatten();
    let responses: Value = asked.map(|(key, request)| (key.clone(), respond(request))).collect();
    let mut params = json!({ "name": tool, "arguments": arguments, "inputResponses": responses });
    if let Some(state) = result.get("requestState") {
        params["requestState"] = state.clone();
    }
    Some(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{answered, server, tool};

    #[test]
    fn questions_are_declined_and_the_state_is_returned() {
        let asked = json!({"resultType": "input_required", "requestState": "opaque",
            "inputRequests": {"a": {"method": "elicitation/create"}, "b": {"method": "roots/list"}}});
        let arguments = json!({"place": "Ystad"});
        assert_eq!(
            next_round(&asked, "get_tide", &arguments),
            Some(json!({"name": "get_tide", "arguments": {"place": "Ystad"}, "requestState": "opaque",
                "inputResponses": {"a": {"action": "decline"}, "b": {"roots": []}}}))
        );
        assert_eq!(next_round(&json!({"resultType": "complete"}), "get_tide", &arguments), None);
    }

    #[test]
    fn every_form_of_a_question_is_kept_once() {
        let snapshot = server(&[tool("get_tide", "Returns the tide", "place")]);
        let visit = json!({"mode": "url", "url": "https://login.example.com/", "message": "Sign in."});
        let error = json!({"jsonrpc": "2.0", "id": 1,
            "error": {"code": -32042, "message": "sign in first", "data": {"elicitations": [visit]}}});
        let answer = Answer { exchange: answered(200, &error.to_string()) };
        let on_stream = json!({"jsonrpc": "2.0", "id": "q", "method": "elicitation/create", "params": visit});
        let notice = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {}});
        let mut dialog = Dialog::default();
        for messages in [required(&answer), vec![on_stream, notice]] {
            dialog.keep(&snapshot.tools[0], &answer.exchange, messages.iter());
        }
        assert_eq!(dialog.questions.len(), 1);
        assert_eq!((dialog.questions[0].location.as_str(), &dialog.questions[0].params), ("tool:get_tide", &visit));
    }
}
