//! Places in tools where a probing value may go: one free parameter, every other argument benign.
//!
//! A tool may be called 60 times in a test, and the families of payloads share that with the checks that look at its
//! behaviour. Each family therefore picks the parameters that it makes sense for, takes few of them per tool, and asks
//! for what several need, such as the answer to a harmless value, only once.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::check::{Draft, Sample, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::checks::input::values::example_of;
use crate::checks::subject::{is_url, takes_string};
use crate::probe::{CallKind, Probe, ProbeError, Request};
use crate::snapshot::Tool;
use crate::tool_class::{benign_arguments, benign_value, split};
use crate::wire::record::lock;

/// Most parameters of one tool that a family probes.
const PARAMETERS: usize = 2;
/// Most tools that a family probes: of a server on this machine, and of one whose calls are paced.
const TOOLS_LOCAL: usize = 12;
const TOOLS_PACED: usize = 6;
/// Calls of one tool after which no more values are injected: the rest of its 60 is for the checks of its behaviour.
const MOST_CALLS: u32 = 44;
/// After so many parameters that hang or crash the server is not probed further by this family.
const MOST_FAILURES: usize = 2;
/// How long one tool, and all together, may take to answer injected values: a server that is slow on purpose must not hold
/// the audit.
const LONGEST_OF_TOOL: Duration = Duration::from_secs(20);
const LONGEST: Duration = Duration::from_secs(45);

/// A parameter that takes any text.
pub(crate) struct Slot<'p> {
    /// The tool.
    pub(crate) tool: &'p Tool,
    /// The parameter.
    pub(crate) parameter: &'p str,
    /// Its schema.
    pub(crate) schema: &'p Value,
    /// Its benign value, to which payloads are added.
    pub(crate) value: String,
    arguments: Value,
}

/// What a tool said to a value.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// All its texts, one per line.
    pub(crate) text: String,
    /// `result` of the response, where there is one.
    pub(crate) result: Option<Value>,
    /// Header fields of the answer.
    pub(crate) headers: Vec<(String, String)>,
    /// Template of the request.
    pub(crate) request: String,
    /// HTTP status of the answer.
    pub(crate) status: Option<u16>,
    /// Whether the call failed, as a tool error or as a JSON-RPC error.
    pub(crate) is_error: bool,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Reply {
    /// A sample of a part of what was said.
    pub(crate) fn sample(&self, matched: std::ops::Range<usize>, detector: impl Into<String>) -> Sample {
        Sample::part(self.text.clone(), matched, detector).after(self.request.clone(), self.status)
    }
}

/// What the checks of injected values share: harmless answers, and which parameters are known to be weak.
#[derive(Default)]
pub(crate) struct Injected {
    baselines: Mutex<BTreeMap<String, [Reply; 2]>>,
    proven: Mutex<BTreeSet<(&'static str, String)>>,
    spent: Mutex<BTreeMap<String, Duration>>,
    canary: std::sync::OnceLock<String>,
}

impl Injected {
    /// Whether a check proved a weakness of a parameter.
    pub(crate) fn is_proven(&self, check: &'static str, slot: &Slot<'_>) -> bool {
        lock(&self.proven).contains(&(check, slot.location()))
    }

    /// Remembers that a check proved a weakness of a parameter.
    pub(crate) fn prove(&self, check: &'static str, slot: &Slot<'_>) {
        lock(&self.proven).insert((check, slot.location()));
    }

    fn is_too_slow(&self, tool: &Tool) -> bool {
        let spent = lock(&self.spent);
        spent.get(&tool.name).is_some_and(|&spent| spent >= LONGEST_OF_TOOL)
            || spent.values().sum::<Duration>() >= LONGEST
    }

    fn note(&self, tool: &Tool, sent: &Result<Option<Reply>, ProbeError>) {
        let waited = match sent {
            Ok(Some(reply)) => reply.took,
            Err(ProbeError::Timeout(limit)) => *limit,
            _ => return,
        };
        *lock(&self.spent).entry(tool.name.clone()).or_default() += waited;
    }
}

/// The parameters that take free text and that `wanted` picks: required ones first, prose last.
pub(crate) fn slots<'p>(probe: &'p Probe, wanted: impl Fn(&Tool, &str, &Value) -> bool) -> Vec<Slot<'p>> {
    let canary = probe.memo().injected().canary.get_or_init(|| probe.canary());
    let in_tool = |tool: &'p Tool| {
        let arguments = benign_arguments(tool, canary)?;
        let free = |(name, schema): &(&str, &Value)| {
            takes_string(schema)
                && schema.get("enum").is_none()
                && schema.get("const").is_none()
                && wanted(tool, name, schema)
        };
        let slot = |(parameter, schema): (&'p str, &'p Value)| {
            let benign = benign_value(tool, schema, canary)?.as_str()?.to_owned();
            // Made-up values are found nowhere; one that the server gives itself is answered with content. What is no
            // address at all is refused before anything is done with it.
            let value = match example_of(tool, parameter, schema) {
                Some(example) if benign == *canary => example,
                None if benign == *canary && is_url(parameter, schema) => format!("https://example.com/{canary}"),
                _ => benign,
            };
            Some(Slot { tool, parameter, schema, value, arguments: arguments.clone() })
        };
        let mut parameters: Vec<_> = tool.parameters().filter(free).collect();
        parameters.sort_by_key(|(name, _)| (is_prose(name), !tool.required().any(|required| required == *name)));
        let slots: Vec<Slot<'p>> = parameters.into_iter().filter_map(slot).take(PARAMETERS).collect();
        (!slots.is_empty()).then_some(slots)
    };
    let most = if probe.snapshot().loopback { TOOLS_LOCAL } else { TOOLS_PACED };
    // Tools that may not be called must not take the places of others; one of them tells that there was something.
    let (callable, others): (Vec<&Tool>, Vec<&Tool>) =
        probe.snapshot().tools.iter().partition(|tool| probe.permits(tool, CallKind::Probing));
    callable.into_iter().chain(others).filter_map(in_tool).take(most).flatten().collect()
}

/// Whether a parameter holds text for people, which rarely reaches an interpreter.
fn is_prose(name: &str) -> bool {
    let prose = ["text", "message", "body", "content", "comment", "prompt", "question", "title", "description", "note"];
    split(name).iter().any(|word| prose.contains(&word.as_str()))
}

/// What probing one parameter came to.
pub(crate) enum Probed {
    /// The class table does not allow the tool to be called.
    NotPermitted,
    /// Nothing was proven.
    Sound,
    /// The same call is answered differently each time, so that nothing can be compared.
    Unstable,
    /// The weakness was proven.
    Proven(Box<Draft>),
}

impl Probed {
    /// A proof.
    pub(crate) fn proven(draft: Draft) -> Self {
        Self::Proven(Box::new(draft))
    }
}

/// Probes one parameter. Write it as `|probe, slot| Box::pin(probe_slot(probe, slot))`.
pub(crate) type ProbeSlot = for<'s> fn(&'s Probe, &'s Slot<'s>) -> Probing<'s>;
type Probing<'s> = Pin<Box<dyn Future<Output = Result<Probed, ProbeError>> + Send + 's>>;

/// Probes one parameter after the other. What was proven stays proven when a later call fails.
pub(crate) async fn probe_each(
    probe: &Probe,
    slots: &[Slot<'_>],
    no_slot: &str,
    probe_slot: ProbeSlot,
) -> Result<Verdict, ProbeError> {
    let mut tally = Tally::default();
    for slot in slots {
        if !tally.count(probe_slot(probe, slot).await)? {
            break;
        }
    }
    tally.verdict(slots, no_slot)
}

/// What probing several parameters came to.
#[derive(Default)]
pub(crate) struct Tally {
    drafts: Vec<Draft>,
    sound: bool,
    unstable: bool,
    failures: usize,
    failure: Option<ProbeError>,
}

impl Tally {
    /// Counts one; false where it makes no sense to go on.
    pub(crate) fn count(&mut self, probed: Result<Probed, ProbeError>) -> Result<bool, ProbeError> {
        match probed {
            Ok(Probed::NotPermitted) => {}
            Ok(Probed::Sound) => self.sound = true,
            Ok(Probed::Unstable) => self.unstable = true,
            Ok(Probed::Proven(draft)) => self.drafts.push(*draft),
            // A tool that is used up, hangs or crashes is no reason to leave out the others.
            Err(error @ ProbeError::Budget(_)) => self.failure = Some(error),
            Err(error @ (ProbeError::Timeout(_) | ProbeError::Unreachable(_))) => {
                self.failures += 1;
                self.failure = Some(error);
            }
            Err(_) if !self.drafts.is_empty() => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(self.failures < MOST_FAILURES)
    }

    /// The conclusion over all parameters that were picked.
    pub(crate) fn verdict(self, slots: &[Slot<'_>], no_slot: &str) -> Result<Verdict, ProbeError> {
        if slots.is_empty() { Ok(Verdict::not_applicable(no_slot)) } else { self.conclude() }
    }

    /// The conclusion over all that was tried.
    pub(crate) fn conclude(self) -> Result<Verdict, ProbeError> {
        match self.failure {
            _ if self.sound || !self.drafts.is_empty() => Ok(Verdict::Decided(self.drafts)),
            _ if self.unstable => Ok(unstable()),
            Some(error) => Err(error),
            None => Ok(nothing_called()),
        }
    }
}

/// The verdict where a comparison is not possible.
pub(crate) fn unstable() -> Verdict {
    Verdict::not_assessed("unstable: the same call is answered differently each time, so that nothing can be compared")
}

impl Slot<'_> {
    /// Calls the tool with this value. `None` where the class table does not allow it.
    pub(crate) async fn send(
        &self,
        probe: &Probe,
        value: impl Into<Value>,
        kind: CallKind,
    ) -> Result<Option<Reply>, ProbeError> {
        self.send_changed(probe, value, kind, |request| request).await
    }

    /// Calls the tool with this value in a request that is changed in one more thing.
    pub(crate) async fn send_changed<'r>(
        &self,
        probe: &'r Probe,
        value: impl Into<Value>,
        kind: CallKind,
        change: impl FnOnce(Request<'r>) -> Request<'r>,
    ) -> Result<Option<Reply>, ProbeError> {
        let mut arguments = self.arguments.clone();
        arguments[self.parameter] = value.into();
        call(probe, self.tool, arguments, kind, change).await
    }

    /// Calls the tool with a value that asks it to be slow, for which it must not be left alone.
    pub(crate) async fn send_delay(&self, probe: &Probe, value: String) -> Result<Option<Reply>, ProbeError> {
        let mut arguments = self.arguments.clone();
        arguments[self.parameter] = value.into();
        send(probe, self.tool, arguments, CallKind::Executing, |request| request).await
    }

    /// Calls the tool with this value, and with another one for a second parameter of it.
    pub(crate) async fn send_beside(
        &self,
        probe: &Probe,
        other: &Slot<'_>,
        other_value: &str,
        value: String,
    ) -> Result<Option<Reply>, ProbeError> {
        let mut arguments = self.arguments.clone();
        arguments[self.parameter] = value.into();
        arguments[other.parameter] = other_value.into();
        call(probe, self.tool, arguments, CallKind::Probing, |request| request).await
    }

    /// What the tool says to the benign value, asked once for all checks.
    pub(crate) async fn baseline(&self, probe: &Probe) -> Result<Option<Reply>, ProbeError> {
        Ok(self.control(probe).await?.map(|[first, _]| first))
    }

    /// What the tool says to the benign value, two times in a row: the control of whatever is concluded from a
    /// difference. Asked once for all checks.
    pub(crate) async fn control(&self, probe: &Probe) -> Result<Option<[Reply; 2]>, ProbeError> {
        let baselines = &probe.memo().injected().baselines;
        if let Some(known) = lock(baselines).get(&self.location()) {
            return Ok(Some(known.clone()));
        }
        let ask = async || self.send(probe, self.value.as_str(), CallKind::Probing).await;
        let (Some(first), Some(second)) = (ask().await?, ask().await?) else { return Ok(None) };
        let replies = [first, second];
        lock(baselines).insert(self.location(), replies.clone());
        Ok(Some(replies))
    }

    /// Where the parameter is declared.
    pub(crate) fn location(&self) -> String {
        self.tool.at(&format!("/inputSchema/properties/{}", self.parameter.replace('~', "~0").replace('/', "~1")))
    }

    /// Whether its schema takes a text of this length.
    pub(crate) fn takes(&self, text: &str) -> bool {
        let most = self.schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
        text.chars().count() as u64 <= most
    }
}

/// Calls a tool with injected arguments. `None` where the class table does not allow it.
pub(crate) async fn call<'r>(
    probe: &'r Probe,
    tool: &Tool,
    arguments: Value,
    kind: CallKind,
    change: impl FnOnce(Request<'r>) -> Request<'r>,
) -> Result<Option<Reply>, ProbeError> {
    let sent = send(probe, tool, arguments, kind, change).await;
    probe.memo().injected().note(tool, &sent);
    sent
}

async fn send<'r>(
    probe: &'r Probe,
    tool: &Tool,
    arguments: Value,
    kind: CallKind,
    change: impl FnOnce(Request<'r>) -> Request<'r>,
) -> Result<Option<Reply>, ProbeError> {
    if !probe.permits(tool, kind) {
        return Ok(None);
    }
    if probe.calls_of(tool) >= MOST_CALLS {
        return Err(ProbeError::Budget(format!(
            "tool `{}` was called {MOST_CALLS} times; what is left of its calls is for other checks",
            tool.name
        )));
    }
    if probe.memo().injected().is_too_slow(tool) {
        return Err(ProbeError::Budget(format!("tool `{}`, or the server, needs too long for its answers", tool.name)));
    }
    let params = serde_json::json!({ "name": tool.name, "arguments": arguments });
    let exchange = change(probe.request("tools/call", params).kind(kind)).send().await?;
    let answer = crate::probe::Answer { exchange };
    let text = answer.texts().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    Ok(Some(Reply {
        text,
        result: answer.result().cloned(),
        is_error: answer.is_error(),
        headers: answer.exchange.headers,
        request: answer.exchange.request,
        status: answer.exchange.status,
        took: answer.exchange.total,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(probed: Vec<Result<Probed, ProbeError>>) -> (usize, Tally) {
        let mut tally = Tally::default();
        let mut number = 0;
        for probed in probed {
            number += 1;
            if !tally.count(probed).expect("no other failure") {
                break;
            }
        }
        (number, tally)
    }

    #[test]
    fn a_server_that_hangs_twice_is_left_alone_and_a_used_up_tool_is_passed_over() {
        let hangs = || Err(ProbeError::Timeout(Duration::from_secs(10)));
        let used_up = || Err(ProbeError::Budget("used up".to_owned()));
        assert_eq!(counted(vec![hangs(), Ok(Probed::Sound), hangs(), Ok(Probed::Sound)]).0, 3);
        let (number, tally) = counted(vec![used_up(), used_up(), used_up(), Ok(Probed::Sound)]);
        assert!(number == 4 && tally.sound);
        assert!(matches!(counted(vec![used_up()]).1.failure, Some(ProbeError::Budget(_))));
    }
}
