//! What a server sends besides the answers to what it was asked.

use serde_json::Value;

use crate::check::Sample;
use crate::probe::{Probe, ProbeError, ToolCall};
use crate::wire::Exchange;

/// Messages of one exchange that are looked at: a flood says no more than its beginning.
const SHOWN: usize = 5;

/// A message that came with the answer to a harmless call.
pub(super) struct Unasked<'p> {
    pub(super) method: &'p str,
    pub(super) message: &'p Value,
    exchange: &'p Exchange,
}

impl Unasked<'_> {
    pub(super) fn sample(&self, detector: &str) -> Sample {
        Sample::whole(self.message.to_string(), detector).after(self.exchange.request.clone(), self.exchange.status)
    }

    /// Whether it wants an answer.
    pub(super) fn is_request(&self) -> bool {
        self.message.get("id").is_some()
    }
}

/// Every request and notification that came with the answers to harmless calls; `None` where no tool may be called.
pub(super) async fn unasked(probe: &Probe) -> Result<Option<Vec<Unasked<'_>>>, ProbeError> {
    let calls = probe.benign_calls().await?;
    Ok((!calls.is_empty()).then(|| calls.iter().flat_map(of_call).collect()))
}

fn of_call(call: &ToolCall) -> Vec<Unasked<'_>> {
    let exchange = &call.answer.exchange;
    let said = exchange.messages.iter().filter_map(|message| {
        let method = message.get("method")?.as_str()?;
        Some(Unasked { method, message, exchange })
    });
    said.take(SHOWN).collect()
}

/// The capability that a request of a server to its client needs.
pub(super) fn capability(method: &str) -> Option<&'static str> {
    Some(match method {
        "sampling/createMessage" => "sampling",
        "elicitation/create" => "elicitation",
        "roots/list" => "roots",
        _ => return None,
    })
}
