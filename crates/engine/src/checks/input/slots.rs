//! Places in tools where a probing value may go: one free parameter, every other argument benign.

use std::pin::Pin;

use serde_json::Value;

use crate::check::{Draft, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::checks::subject::takes_string;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::Tool;
use crate::tool_class::{benign_arguments, benign_value};

/// Most parameters per tool and tools per check that are probed, so that budgets suffice for all checks.
const PARAMETERS: usize = 3;
const TOOLS: usize = 12;

/// A parameter that takes any text.
pub(crate) struct Slot<'p> {
    /// The tool.
    pub(crate) tool: &'p Tool,
    /// The parameter.
    pub(crate) parameter: &'p str,
    /// Its benign value, to which payloads are added.
    pub(crate) value: String,
    arguments: Value,
}

/// What a tool said to a value.
pub(crate) struct Reply {
    /// All its texts, one per line.
    pub(crate) text: String,
    /// Template of the request.
    pub(crate) request: String,
    /// HTTP status of the answer.
    pub(crate) status: Option<u16>,
}

/// The parameters that take free text and that `wanted` picks.
pub(crate) fn slots<'p>(probe: &'p Probe, wanted: impl Fn(&Tool, &str, &Value) -> bool) -> Vec<Slot<'p>> {
    let in_tool = |tool: &'p Tool| {
        let canary = probe.canary();
        let arguments = benign_arguments(tool, &canary);
        let free = |(name, schema): &(&str, &Value)| {
            takes_string(schema)
                && schema.get("enum").is_none()
                && schema.get("const").is_none()
                && wanted(tool, name, schema)
        };
        let slots: Vec<Slot<'p>> = tool
            .parameters()
            .filter(free)
            .filter_map(|(parameter, schema)| {
                let value = benign_value(tool, schema, &canary)?.as_str()?.to_owned();
                Some(Slot { tool, parameter, value, arguments: arguments.clone()? })
            })
            .take(PARAMETERS)
            .collect();
        (!slots.is_empty()).then_some(slots)
    };
    probe.snapshot().tools.iter().filter_map(in_tool).take(TOOLS).flatten().collect()
}

/// What probing one parameter came to.
pub(crate) enum Probed {
    /// The class table does not allow the tool to be called.
    NotPermitted,
    /// Nothing was proven.
    Sound,
    /// The weakness was proven.
    Proven(Box<Draft>),
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
    let mut drafts = Vec::new();
    let mut called = false;
    for slot in slots {
        match probe_slot(probe, slot).await {
            Ok(Probed::NotPermitted) => {}
            Ok(Probed::Sound) => called = true,
            Ok(Probed::Proven(draft)) => {
                called = true;
                drafts.push(*draft);
            }
            Err(_) if !drafts.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(match () {
        () if slots.is_empty() => Verdict::not_applicable(no_slot),
        () if !called => nothing_called(),
        () => Verdict::Decided(drafts),
    })
}

impl Slot<'_> {
    /// Calls the tool with this value. `None` where the class table does not allow it.
    pub(crate) async fn send(&self, probe: &Probe, value: &str, kind: CallKind) -> Result<Option<Reply>, ProbeError> {
        let mut arguments = self.arguments.clone();
        arguments[self.parameter] = Value::from(value);
        match probe.call(self.tool, arguments, kind).await {
            Ok(answer) => {
                let text = answer.texts().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
                Ok(Some(Reply { text, request: answer.exchange.request.clone(), status: answer.exchange.status }))
            }
            Err(ProbeError::NotPermitted) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where the parameter is declared.
    pub(crate) fn location(&self) -> String {
        self.tool.at(&format!("/inputSchema/properties/{}", self.parameter.replace('~', "~0").replace('/', "~1")))
    }
}
