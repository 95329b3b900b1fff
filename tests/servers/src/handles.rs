//! What a server hands out and knows again: states of calls in several rounds, and ids of tasks.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::answer::{Caller, MINUTE_MS, Outcome, random_id};
use crate::flaw::Flaw;
use crate::server::Server;
use crate::tokens::Principal;
use crate::tool::Question;

/// The handles of one server, and whose they are.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    /// States of rounds that a client may come back with, each of one tool.
    states: Mutex<States>,
    tasks: Mutex<BTreeMap<String, Principal>>,
}

type States = BTreeMap<String, (Principal, String)>;

impl Handles {
    /// What a call is answered instead of its result: another round, or a task.
    pub(crate) fn instead(&self, server: &Server, caller: &Caller, params: &Value) -> Option<Outcome> {
        if server.two_rounds && caller.modern {
            return self.first_round(server, caller, params);
        }
        if server.has(Flaw::EndlessRounds) {
            return Some(self.another_round(params));
        }
        params.get("task")?;
        if server.tasks {
            let id = random_id();
            self.tasks().insert(id.clone(), caller.principal);
            return Some(Outcome::Result(json!({ "task": task(&id, "working") })));
        }
        server.has(Flaw::EndlessTasks).then(|| {
            let id = json!({ "taskId": random_id() });
            Outcome::Result(json!({ "task": endless_task(&id, "working") }))
        })
    }

    /// Asks the client, or looks at the state with which it comes back; `None` where the call may go on.
    pub(crate) fn ask(&self, server: &Server, question: &Question, params: &Value) -> Option<Outcome> {
        let is_readable = server.has(Flaw::ReadableState);
        let Some(state) = params.get("requestState").and_then(Value::as_str) else {
            let mut round = if is_readable {
                let state = STANDARD.encode(json!({ "account": "A-17", "step": 1 }).to_string());
                json!({ "resultType": "input_required", "requestState": state })
            } else {
                new_state(&mut self.states(), Principal::Owner, "")
            };
            round["inputRequests"] = json!({ "question": { "method": question.method, "params": question.params } });
            return Some(Outcome::Result(round));
        };
        let is_sound = if is_readable {
            let text = STANDARD.decode(state).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
            text.is_some_and(|state| state["account"].is_string() && state["step"] == 1)
        } else {
            self.states().contains_key(state)
        };
        (!is_sound).then(|| Outcome::invalid("this state is none of this server"))
    }

    /// Asks the client to come back with a state; made-up ones are refused.
    fn another_round(&self, params: &Value) -> Outcome {
        let mut states = self.states();
        let is_made_up = |state: &Value| !state.as_str().is_some_and(|state| states.contains_key(state));
        if params.get("requestState").is_some_and(is_made_up) {
            return Outcome::invalid("this state is none of this server");
        }
        Outcome::Result(new_state(&mut states, Principal::Owner, ""))
    }

    /// The first round of a call in two, and the refusal of a state that is not of this caller and this tool; `None` in
    /// the second round.
    fn first_round(&self, server: &Server, caller: &Caller, params: &Value) -> Option<Outcome> {
        let tool = params["name"].as_str().unwrap_or_default();
        let mut states = self.states();
        let Some(state) = params.get("requestState") else {
            return Some(Outcome::Result(new_state(&mut states, caller.principal, tool)));
        };
        let is_known = state.as_str().and_then(|state| states.get(state)).is_some_and(|(principal, of)| {
            (*principal == caller.principal || server.has(Flaw::StateOfAnybody))
                && (of == tool || server.has(Flaw::StateForAnyTool))
        });
        (!is_known).then(|| Outcome::invalid("this state is none of this call"))
    }

    /// How a task is, to whoever may know.
    pub(crate) fn task(&self, server: &Server, caller: &Caller, params: &Value, status: &str) -> Outcome {
        let id = params["taskId"].as_str().unwrap_or_default();
        let may_know = |principal: &Principal| *principal == caller.principal || server.has(Flaw::TasksOpen);
        if self.tasks().get(id).is_some_and(may_know) {
            return Outcome::Result(task(id, status));
        }
        Outcome::invalid("there is no such task")
    }

    fn states(&self) -> MutexGuard<'_, States> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<String, Principal>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wish for another round, with a state that is remembered.
fn new_state(states: &mut States, principal: Principal, tool: &str) -> Value {
    let state = random_id();
    states.insert(state.clone(), (principal, tool.to_owned()));
    json!({ "resultType": "input_required", "requestState": state })
}

/// A task that is kept for a minute.
fn task(id: &str, status: &str) -> Value {
    lasting(&json!(id), status, &json!(MINUTE_MS), 1_000)
}

/// A task that is kept for ever and may be asked about without a pause.
pub(crate) fn endless_task(params: &Value, status: &str) -> Value {
    lasting(&params["taskId"], status, &Value::Null, 10)
}

fn lasting(id: &Value, status: &str, ttl: &Value, poll_interval_ms: u64) -> Value {
    json!({
        "taskId": id,
        "status": status,
        "createdAt": "2026-08-01T12:00:00Z",
        "lastUpdatedAt": "2026-08-01T12:00:00Z",
        "ttl": ttl,
        "pollInterval": poll_interval_ms,
    })
}
