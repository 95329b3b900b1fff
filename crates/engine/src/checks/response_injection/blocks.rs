//! The content blocks of the answers, as they came.

use serde_json::Value;

use crate::check::Sample;
use crate::probe::{ItemKind, Probe, ProbeError};
use crate::wire::Exchange;

/// A content block of a tool's result, a resource or a prompt.
pub(super) struct Block<'p> {
    /// `tool:<name>#/content/0`.
    pub(super) location: String,
    pub(super) value: &'p Value,
    exchange: &'p Exchange,
}

impl Block<'_> {
    /// A text of the block as evidence.
    pub(super) fn sample(&self, text: impl Into<String>, detector: impl Into<String>) -> Sample {
        Sample::whole(text, detector).after(self.exchange.request.clone(), self.exchange.status)
    }

    /// A member that is a string.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.value.pointer(pointer)?.as_str()
    }
}

/// A result of a tool that was no error.
pub(super) struct ToolResult<'p> {
    pub(super) tool: &'p crate::snapshot::Tool,
    pub(super) result: &'p Value,
    pub(super) exchange: &'p Exchange,
}

/// The results of the benign calls that succeeded; `None` where no tool may be called.
pub(super) async fn tool_results(probe: &Probe) -> Result<Option<Vec<ToolResult<'_>>>, ProbeError> {
    let calls = probe.benign_calls().await?;
    let succeeded = calls.iter().filter(|call| !call.answer.is_error());
    let results = succeeded.filter_map(|call| {
        let exchange = &call.answer.exchange;
        Some(ToolResult { tool: probe.snapshot().tools.get(call.tool)?, result: exchange.result()?, exchange })
    });
    let results: Vec<_> = results.collect();
    Ok((!calls.is_empty()).then_some(results))
}

/// All blocks of successful calls and of what was read; `None` where nothing may be called and nothing can be read.
pub(super) async fn blocks(probe: &Probe) -> Result<Option<Vec<Block<'_>>>, ProbeError> {
    let results = tool_results(probe).await?;
    let nothing_called = results.is_none();
    let mut blocks = Vec::new();
    for ToolResult { tool, result, exchange } in results.into_iter().flatten() {
        for (index, value) in members(result, "/content") {
            blocks.push(Block { location: tool.at(&format!("/content/{index}")), value, exchange });
        }
    }
    let read = probe.read_samples().await?;
    for item in read.iter().filter(|item| !item.answer.is_error()) {
        let exchange = &item.answer.exchange;
        let Some(result) = exchange.result() else { continue };
        let pointer = if item.kind == ItemKind::Resource { "/contents" } else { "/messages" };
        for (index, value) in members(result, pointer) {
            let value = if item.kind == ItemKind::Prompt { value.get("content").unwrap_or(value) } else { value };
            blocks.push(Block { location: format!("{}#{pointer}/{index}", item.location), value, exchange });
        }
    }
    Ok((!nothing_called || !read.is_empty()).then_some(blocks))
}

fn members<'v>(result: &'v Value, pointer: &str) -> impl Iterator<Item = (usize, &'v Value)> {
    result.pointer(pointer).and_then(Value::as_array).into_iter().flatten().enumerate()
}
