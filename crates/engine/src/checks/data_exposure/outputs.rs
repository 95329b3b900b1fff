//! All that the server said in results and errors, with where it came from.

use contracts::audit::Need;

use crate::check::Verdict;
use crate::probe::{Answer, Probe, ProbeError};
use crate::snapshot::Tool;

/// One text of an answer.
pub(crate) struct Output {
    /// `tool:<name>#<pointer into the result>`, or a resource or prompt.
    pub(crate) location: String,
    /// The text.
    pub(crate) text: String,
    /// Template of the request.
    pub(crate) request: String,
    /// HTTP status of the answer.
    pub(crate) status: Option<u16>,
    /// Whether it belongs to an error.
    pub(crate) is_error: bool,
    /// Whether the call was one that should work.
    pub(crate) is_benign: bool,
}

impl Output {
    /// The tool, resource or prompt that said it, without the place in its answer.
    pub(crate) fn item(&self) -> &str {
        self.location.split('#').next().unwrap_or_default()
    }

    /// A short value behind its name: what a bare value is for stands in its key.
    pub(crate) fn named(&self) -> Option<String> {
        let (_, key) = self.location.rsplit_once('/')?;
        let is_name = !matches!(key, "text" | "message") && key.bytes().any(|byte| byte.is_ascii_alphabetic());
        (is_name && !self.text.contains('\n')).then(|| format!("{key}={}", self.text))
    }
}

/// The texts of all answers: benign calls, further ones, invalid ones, resources, prompts. What may not be called is left out; it is
/// an error only if nothing could be asked at all.
pub(crate) async fn outputs(probe: &Probe) -> Result<Vec<Output>, ProbeError> {
    let tools = &probe.snapshot().tools;
    let tool = |index: usize| tools.get(index).map_or_else(|| "server".to_owned(), Tool::location);
    let mut found = Vec::new();
    let mut failure = None;
    let benign = [probe.benign_calls().await, probe.further_calls().await].map(|calls| (calls, true));
    for (calls, is_benign) in benign.into_iter().chain([(probe.invalid_calls().await, false)]) {
        match calls {
            Ok(calls) => calls.iter().for_each(|call| push(&mut found, &tool(call.tool), &call.answer, is_benign)),
            Err(error) => failure = Some(error),
        }
    }
    match probe.read_samples().await {
        Ok(reads) => reads.iter().for_each(|read| push(&mut found, &read.location, &read.answer, true)),
        Err(error) => failure = Some(error),
    }
    match failure {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// The verdict of probing calls where no tool may be called.
pub(crate) fn nothing_called() -> Verdict {
    Verdict::needs(
        Need::AllowedTool,
        "no tool of this server may be called without its exact name: use --active with --allow-tool",
    )
}

/// The verdict of harmless calls where no tool may be called.
pub(crate) fn nothing_read() -> Verdict {
    Verdict::needs(Need::Active, "no tool may be called in this mode; `--active` would allow more tools")
}

fn push(found: &mut Vec<Output>, location: &str, answer: &Answer, is_benign: bool) {
    for (pointer, text) in answer.texts() {
        found.push(Output {
            location: format!("{location}#{pointer}"),
            text,
            request: answer.exchange.request.clone(),
            status: answer.exchange.status,
            is_error: answer.is_error(),
            is_benign,
        });
    }
}
