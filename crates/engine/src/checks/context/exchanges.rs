//! The exchanges that the checks of streams look at: every harmless or invalid call, and what was read.

use crate::probe::{Exchange, Probe, ProbeError};

/// An exchange and its place: `tool:<name>`, `resource:<address>`, `prompt:<name>`.
pub(super) struct Seen<'p> {
    pub(super) location: String,
    pub(super) exchange: &'p Exchange,
}

/// All of them, in the order in which they were made.
pub(super) async fn exchanges(probe: &Probe) -> Result<Vec<Seen<'_>>, ProbeError> {
    let tools = &probe.snapshot().tools;
    let calls = probe.benign_calls().await?.iter().chain(probe.invalid_calls().await?);
    let calls = calls
        .filter_map(|call| Some(Seen { location: tools.get(call.tool)?.location(), exchange: &call.answer.exchange }));
    let read = probe.read_samples().await?.iter();
    Ok(calls
        .chain(read.map(|item| Seen { location: item.location.clone(), exchange: &item.answer.exchange }))
        .collect())
}
