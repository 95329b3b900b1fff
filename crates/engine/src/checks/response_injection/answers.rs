//! The answers that these checks read, and whose words they are.

use serde_json::Value;

use crate::capability::tags;
use crate::check::Sample;
use crate::probe::{Answer, Probe, ProbeError, ToolCall};
use crate::snapshot::{Snapshot, Tool, strings};

/// A text of an answer.
pub(super) struct Said<'p> {
    pub(super) tool: &'p Tool,
    pub(super) call: &'p ToolCall,
    /// `tool:<name>#/content/0/text`.
    pub(super) location: String,
    pub(super) text: String,
}

impl Said<'_> {
    /// A part of the text as evidence.
    pub(super) fn sample(&self, matched: std::ops::Range<usize>, detector: impl Into<String>) -> Sample {
        let exchange = &self.call.answer.exchange;
        Sample::part(self.text.clone(), matched, detector).after(exchange.request.clone(), exchange.status)
    }

    /// Whether a part of the text is what we sent.
    pub(super) fn is_ours(&self, matched: &std::ops::Range<usize>) -> bool {
        let part = self.text.get(matched.clone()).unwrap_or_default();
        part.len() >= 4 && strings(&self.call.arguments).iter().any(|(_, sent)| sent.contains(part))
    }
}

/// The texts of the benign calls that succeeded. An empty list of calls is no verdict.
pub(super) async fn results(probe: &Probe) -> Result<Option<Vec<Said<'_>>>, ProbeError> {
    let (calls, further) = (probe.benign_calls().await?, probe.further_calls().await?);
    let succeeded =
        calls.iter().chain(further).filter(|call| !call.answer.is_error() && call.answer.result().is_some());
    let said: Vec<_> = succeeded.flat_map(|call| texts(probe.snapshot(), call)).collect();
    Ok((!calls.is_empty()).then_some(said))
}

/// The texts of all errors: of schema-invalid calls, and of benign ones that failed.
pub(super) async fn errors(probe: &Probe) -> Result<Option<Vec<Said<'_>>>, ProbeError> {
    let (benign, invalid) = (probe.benign_calls().await?, probe.invalid_calls().await?);
    let failed = benign.iter().chain(probe.further_calls().await?).chain(invalid).filter(|call| call.answer.is_error());
    let said: Vec<_> = failed.flat_map(|call| texts(probe.snapshot(), call)).collect();
    Ok((!benign.is_empty() || !invalid.is_empty()).then_some(said))
}

/// The texts of all answers.
pub(super) async fn everything(probe: &Probe) -> Result<Option<Vec<Said<'_>>>, ProbeError> {
    let (benign, invalid) = (probe.benign_calls().await?, probe.invalid_calls().await?);
    let further = probe.further_calls().await?;
    let said: Vec<_> =
        benign.iter().chain(further).chain(invalid).flat_map(|call| texts(probe.snapshot(), call)).collect();
    Ok((!benign.is_empty() || !invalid.is_empty()).then_some(said))
}

fn texts<'p>(snapshot: &'p Snapshot, call: &'p ToolCall) -> Vec<Said<'p>> {
    let Some(tool) = snapshot.tools.get(call.tool) else { return Vec::new() };
    let said = |(pointer, text): (String, String)| Said { tool, call, location: tool.at(&pointer), text };
    call.answer.texts().into_iter().map(said).collect()
}

/// Whether a tool returns what third parties wrote; its publisher is then not their author.
pub(super) fn quotes_others(tool: &Tool) -> bool {
    tags(tool).u
}

/// All text of an answer, without pointers.
pub(super) fn all_text(answer: &Answer) -> Vec<String> {
    answer.texts().into_iter().map(|(_, text)| text).collect()
}

/// The string at a member of a message's parameters.
pub(super) fn parameter<'v>(message: &'v Value, name: &str) -> Option<&'v Value> {
    message.get("params")?.get(name)
}
