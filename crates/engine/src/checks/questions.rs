//! What a server asks its client, for the checks that judge it.

use crate::check::Verdict;
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::dialog::Dialog;
use crate::probe::{Probe, ProbeError};

/// The questions that harmless calls provoke, or the verdict where nothing could be called to provoke them.
pub(crate) async fn dialog(probe: &Probe) -> Result<Result<&Dialog, Verdict>, ProbeError> {
    let dialog = probe.dialog().await?;
    Ok(match (dialog.called, dialog.questions.is_empty(), dialog.silent) {
        (0, true, 0) => Err(nothing_read()),
        (0, true, _) => Err(Verdict::not_assessed("no tool answers a client that can be asked in time")),
        _ => Ok(dialog),
    })
}
