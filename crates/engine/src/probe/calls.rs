//! Calls that many checks judge: made once, in a fixed order, and shared.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::probe::invalid_arguments::{Mutation, invalid_arguments};
use crate::probe::permission::Seen;
use crate::probe::{Answer, CallKind, Probe, ProbeError};
use crate::snapshot::Item;
use crate::tool_class::{ToolClass, benign_arguments, further_arguments};
use crate::wire::connection::FIRST_BYTE;
use crate::wire::record::{Exchange, lock};

/// Of what may be sent, the part that the benign and the invalid calls may each use: one over this.
const SHARE: u32 = 4;
/// How long each kind of sample may take in all: slow servers must leave time to the checks that wait.
const SAMPLING: Duration = Duration::from_secs(40);
/// After so many calls without an answer in a row a server is not asked further.
const SILENT_CALLS: u32 = 3;
/// Further benign calls of one tool: on this machine, and of a server whose calls are paced.
const FURTHER_LOCAL: usize = 5;
const FURTHER_PACED: usize = 2;
/// Resources and prompts that are read.
const MAX_READ: usize = 5;
/// Words in the address of a resource that is offered but should not be: it is reported, not read.
const NOT_READ: [&str; 10] =
    [".env", ".git", ".ssh", "id_rsa", "passw", "secret", "credential", "token", "private", ".pem"];

/// A call of a tool and its answer.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// The place of the tool in the snapshot.
    pub tool: usize,
    /// What it was called with.
    pub arguments: Value,
    /// What the call was for.
    pub kind: CallKind,
    /// How the arguments break the schema, for schema-invalid calls.
    pub mutation: Option<Mutation>,
    /// What it answered. Where nothing came in time, an exchange without messages.
    pub answer: Answer,
}

/// What a read item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A resource; `index` counts [`Snapshot::resources`](crate::snapshot::Snapshot::resources).
    Resource,
    /// A prompt; `index` counts [`Snapshot::prompts`](crate::snapshot::Snapshot::prompts).
    Prompt,
}

/// A resource or prompt that was read.
#[derive(Debug, Clone)]
pub struct ItemRead {
    /// What it is.
    pub kind: ItemKind,
    /// Its place in the snapshot.
    pub index: usize,
    /// `resource:<address>` or `prompt:<name>`.
    pub location: String,
    /// What the server answered.
    pub answer: Answer,
}

/// Samples in the making: what is complete, and what was gathered when a check ran out of time, so that the next one
/// goes on there and nothing is called twice.
#[derive(Default)]
pub(crate) struct Samples {
    benign: OnceCell<Vec<ToolCall>>,
    benign_so_far: tokio::sync::Mutex<Gathering<ToolCall>>,
    further: OnceCell<Vec<ToolCall>>,
    further_so_far: tokio::sync::Mutex<Gathering<ToolCall>>,
    invalid: OnceCell<Vec<ToolCall>>,
    invalid_so_far: tokio::sync::Mutex<Gathering<ToolCall>>,
    read: OnceCell<Vec<ItemRead>>,
    read_so_far: tokio::sync::Mutex<Gathering<ItemRead>>,
    seen: Mutex<Seen>,
}

struct Gathering<T> {
    items: Vec<T>,
    /// The next candidate.
    next: usize,
    silent: u32,
    spent: Duration,
}

impl<T> Default for Gathering<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: 0, silent: 0, spent: Duration::ZERO }
    }
}

impl<T> Gathering<T> {
    fn is_over(&self, requests_to_spare: bool) -> bool {
        self.silent >= SILENT_CALLS || self.spent >= SAMPLING || !requests_to_spare
    }
}

impl Samples {
    pub(crate) fn seen(&self) -> Seen {
        *lock(&self.seen)
    }
}

impl Probe {
    /// One benign call of every tool that the class table allows, made once and shared by all checks.
    pub async fn benign_calls(&self) -> Result<&[ToolCall], ProbeError> {
        let made = self.samples.benign.get_or_try_init(|| async {
            let mut so_far = self.samples.benign_so_far.lock().await;
            let reserve = self.shared().budget.requests_left().saturating_sub(self.share(so_far.items.len()));
            while so_far.next < self.snapshot.tools.len()
                && !so_far.is_over(self.shared().budget.requests_left() > reserve)
            {
                let index = so_far.next;
                let tool = &self.snapshot.tools[index];
                let arguments =
                    self.permits(tool, CallKind::Benign).then(|| benign_arguments(tool, &self.canary())).flatten();
                if let Some(arguments) = arguments {
                    self.sample(&mut so_far, index, arguments, CallKind::Benign, None).await?;
                }
                so_far.next += 1;
            }
            Ok(std::mem::take(&mut so_far.items))
        });
        made.await.map(Vec::as_slice)
    }

    /// Benign calls with other values than the first ones: those that a tool lists for its parameters, and one that it
    /// does not know. Made once.
    pub async fn further_calls(&self) -> Result<&[ToolCall], ProbeError> {
        let made = self.samples.further.get_or_try_init(|| async {
            let mut so_far = self.samples.further_so_far.lock().await;
            let reserve = self.shared().budget.requests_left().saturating_sub(self.share(so_far.items.len()));
            let most = if self.snapshot.loopback { FURTHER_LOCAL } else { FURTHER_PACED };
            let canary = self.canary();
            let callable =
                self.snapshot.tools.iter().enumerate().filter(|(_, tool)| self.permits(tool, CallKind::Benign));
            let candidates: Vec<(usize, Value)> = callable
                .flat_map(|(index, tool)| {
                    further_arguments(tool, &canary, most).into_iter().map(move |arguments| (index, arguments))
                })
                .collect();
            while let Some((index, arguments)) = candidates.get(so_far.next) {
                if so_far.is_over(self.shared().budget.requests_left() > reserve) {
                    break;
                }
                self.sample(&mut so_far, *index, arguments.clone(), CallKind::Benign, None).await?;
                so_far.next += 1;
            }
            Ok(std::mem::take(&mut so_far.items))
        });
        made.await.map(Vec::as_slice)
    }

    /// Calls that the tools' own schemas forbid, made once: of reading tools first, because whether those validate
    /// decides whether others are called so at all.
    pub async fn invalid_calls(&self) -> Result<&[ToolCall], ProbeError> {
        let made = self.samples.invalid.get_or_try_init(|| async {
            let mut so_far = self.samples.invalid_so_far.lock().await;
            let reserve = self.shared().budget.requests_left().saturating_sub(self.share(so_far.items.len()));
            // The order is fixed, and so is what each tool is asked, except for its canary.
            let mut tools: Vec<usize> = (0..self.snapshot.tools.len()).collect();
            tools.sort_by_key(|&index| match self.snapshot.tools[index].class {
                ToolClass::Read => 0,
                ToolClass::Unknown => 1,
                _ => 2,
            });
            let candidates: Vec<(usize, Mutation)> = tools
                .into_iter()
                .flat_map(|index| Mutation::ALL.into_iter().map(move |mutation| (index, mutation)))
                .collect();
            while let Some(&(index, mutation)) = candidates.get(so_far.next) {
                if so_far.is_over(self.shared().budget.requests_left() > reserve) {
                    break;
                }
                let tool = &self.snapshot.tools[index];
                let allowed = self.permits(tool, CallKind::SchemaInvalid);
                if let Some(arguments) = allowed.then(|| invalid_arguments(tool, mutation, &self.canary())).flatten() {
                    self.sample(&mut so_far, index, arguments, CallKind::SchemaInvalid, Some(mutation)).await?;
                    self.learn(&so_far.items);
                }
                so_far.next += 1;
            }
            Ok(std::mem::take(&mut so_far.items))
        });
        made.await.map(Vec::as_slice)
    }

    /// At most five text resources and five prompts without required arguments, read once.
    pub async fn read_samples(&self) -> Result<&[ItemRead], ProbeError> {
        let read = self.samples.read.get_or_try_init(|| async {
            let mut so_far = self.samples.read_so_far.lock().await;
            let resources = readable(&self.snapshot.resources, is_text).map(|index| (ItemKind::Resource, index));
            let prompts = readable(&self.snapshot.prompts, needs_no_argument).map(|index| (ItemKind::Prompt, index));
            let candidates: Vec<(ItemKind, usize)> = resources.chain(prompts).collect();
            while let Some(&(kind, index)) = candidates.get(so_far.next) {
                if so_far.is_over(true) {
                    break;
                }
                let (method, params, location) = match kind {
                    ItemKind::Resource => {
                        let uri = &self.snapshot.resources[index].uri;
                        ("resources/read", json!({ "uri": uri }), format!("resource:{uri}"))
                    }
                    ItemKind::Prompt => {
                        let name = &self.snapshot.prompts[index].name;
                        ("prompts/get", json!({ "name": name }), format!("prompt:{name}"))
                    }
                };
                let started = Instant::now();
                let answer = Answer { exchange: self.answered(self.request(method, params).send().await)? };
                so_far.silent = if answer.exchange.messages.is_empty() { so_far.silent + 1 } else { 0 };
                so_far.spent += started.elapsed();
                so_far.items.push(ItemRead { kind, index, location, answer });
                so_far.next += 1;
            }
            Ok(std::mem::take(&mut so_far.items))
        });
        read.await.map(Vec::as_slice)
    }

    /// Requests that a kind of sample may still use.
    fn share(&self, used: usize) -> u32 {
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        (self.shared().budget.requests_left().saturating_add(used) / SHARE).saturating_sub(used)
    }

    async fn sample(
        &self,
        so_far: &mut Gathering<ToolCall>,
        index: usize,
        arguments: Value,
        kind: CallKind,
        mutation: Option<Mutation>,
    ) -> Result<(), ProbeError> {
        let started = Instant::now();
        let called = self.call(&self.snapshot.tools[index], arguments.clone(), kind).await;
        let exchange = match called {
            // A tool that is left alone is no reason to leave out the others.
            Err(ProbeError::Budget(_)) if self.shared().budget.requests_left() > 0 => return Ok(()),
            called => self.answered(called.map(|answer| answer.exchange))?,
        };
        // What goes on up to a limit and holds no response is no answer either, however much it is.
        let is_silent = exchange.messages.is_empty() && exchange.status.is_none()
            || exchange.truncated.is_some() && exchange.response().is_none();
        so_far.silent = if is_silent { so_far.silent + 1 } else { 0 };
        so_far.spent += started.elapsed();
        so_far.items.push(ToolCall { tool: index, arguments, kind, mutation, answer: Answer { exchange } });
        Ok(())
    }

    /// An exchange in any case where only this one call went wrong.
    fn answered(&self, exchange: Result<Exchange, ProbeError>) -> Result<Exchange, ProbeError> {
        match exchange {
            Ok(exchange) => Ok(exchange.worth_keeping()),
            Err(ProbeError::Timeout(waited)) => Ok(Exchange::silent(String::new(), None, waited)),
            // A crash on one call: the connection is opened again for the next one.
            Err(ProbeError::Unreachable(_)) if !self.is_http() => Ok(Exchange::silent(String::new(), None, FIRST_BYTE)),
            other => other,
        }
    }

    /// Notes what the answers say about validation.
    fn learn(&self, calls: &[ToolCall]) {
        let accepted = |call: &&ToolCall| !call.answer.is_error() && call.answer.result().is_some();
        let accepted_kinds = |tool: usize| calls.iter().filter(|call| call.tool == tool).filter(accepted).count();
        let reads = |call: &&ToolCall| self.snapshot.tools[call.tool].class == ToolClass::Read;
        *lock(&self.samples.seen) = Seen {
            validates: calls.iter().filter(reads).any(|call| call.answer.is_error()),
            ignores_schema: calls.iter().any(|call| accepted_kinds(call.tool) >= 2),
        };
    }
}

/// Places of the items that may be read, at most five.
fn readable(items: &[Item], suits: fn(&Item) -> bool) -> impl Iterator<Item = usize> {
    items.iter().enumerate().filter(move |(_, item)| suits(item)).map(|(index, _)| index).take(MAX_READ)
}

/// Whether a resource is text that may be read: what sounds secret is reported, not read.
pub(crate) fn is_text(resource: &Item) -> bool {
    let kind = resource.raw.get("mimeType").and_then(Value::as_str).unwrap_or("text/plain").to_ascii_lowercase();
    let textual =
        kind.starts_with("text/") || ["json", "xml", "yaml", "javascript"].iter().any(|word| kind.contains(word));
    let address = format!("{} {}", resource.uri, resource.name).to_ascii_lowercase();
    textual && !resource.uri.is_empty() && !NOT_READ.iter().any(|word| address.contains(word))
}

fn needs_no_argument(prompt: &Item) -> bool {
    let arguments = prompt.raw.get("arguments").and_then(Value::as_array);
    let required = |argument: &Value| argument.get("required") == Some(&Value::Bool(true));
    !prompt.name.is_empty() && !arguments.is_some_and(|arguments| arguments.iter().any(required))
}
