//! The command `fix`: proposes how to mend what a scan found and, with `--write`, mends it. What was there before is kept, and
//! `--undo` brings it back.

mod backup;
mod file;
mod shown;
mod versions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use detect::evidence::Masker;
use discovery::{Discovery, Installation};

use crate::arguments::Fix;
use crate::gate::Exit;
use crate::installation::{evidence_key, folder};
use crate::interrupts::Interrupts;
use crate::output;
use crate::run::{Failure, internal, usage};
use backup::Backups;
use file::Opened;
use versions::Versions;

/// The check that a file which everybody may change raises.
const OTHERS_MAY_WRITE: &str = "MCPA-CFG-010";
/// The check that a secret raises.
const SECRET: &str = "MCPA-CFG-011";

/// Proposes, mends or takes back.
pub(crate) async fn fix(arguments: &Fix) -> Result<Exit, Failure> {
    // From here on Ctrl-C ends the work between two files, never inside one.
    let interrupts = Interrupts::listen();
    let stop = Arc::new(AtomicBool::new(false));
    let (arguments, watched) = (arguments.clone(), Arc::clone(&stop));
    let mut work =
        tokio::task::spawn_blocking(move || if arguments.undo { undo(&watched) } else { mend(&arguments, &watched) });
    let ended = tokio::select! {
        ended = &mut work => ended,
        () = interrupts.reach(1) => {
            stop.store(true, Ordering::Relaxed);
            work.await
        }
    };
    let (text, exit) = ended.map_err(|_| internal("mending stopped by a fault of this program".to_owned()))??;
    output::write(text.as_bytes(), None).map_err(internal)?;
    Ok(if stop.load(Ordering::Relaxed) { Exit::Interrupted } else { exit })
}

fn backups() -> Result<Backups, Failure> {
    let folder = folder().ok_or_else(|| usage("nowhere to keep backups: set HOME or XDG_DATA_HOME".to_owned()))?;
    Ok(Backups::new(folder.join("backups")))
}

fn undo(stop: &AtomicBool) -> Result<(String, Exit), Failure> {
    let restored = backups()?.undo(stop).map_err(internal)?;
    if restored.is_empty() {
        return Ok(("nothing to undo\n".to_owned(), Exit::Clean));
    }
    let line = |file: &backup::Restored| match &file.outcome {
        Ok(()) => format!("{}: as it was\n", shown::path(&file.path)),
        Err(reason) => format!("{}: not restored: {reason}\n", shown::path(&file.path)),
    };
    let refused = restored.iter().any(|file| file.outcome.is_err());
    Ok((restored.iter().map(line).collect(), if refused { Exit::Incomplete } else { Exit::Clean }))
}

fn mend(arguments: &Fix, stop: &AtomicBool) -> Result<(String, Exit), Failure> {
    if arguments.path.is_file() && discovery::archive::is_named_so(&arguments.path.to_string_lossy()) {
        return Err(usage("an archive is not mended: unpack it, mend the folder and pack it again".to_owned()));
    }
    let masker = Arc::new(Masker::new(evidence_key()));
    let found = if arguments.machine {
        discovery::machine(&Installation::of_this_computer(), Some(&masker))
    } else {
        discovery::walk(&arguments.path, Some(Arc::clone(&masker))).map_err(|error| usage(error.to_string()))?
    };
    let root = (!arguments.machine && arguments.path.is_dir()).then_some(arguments.path.as_path());
    let mut run = if arguments.write { Some(backups()?.begin()) } else { None };
    let mut report = shown::Report::new(&masker);
    for file in &found.skipped {
        report.left(&file.path, &format!("not read: {}", file.reason));
    }
    for name in mendable(&found) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let path = root.map_or_else(|| whole(arguments, &name), |root| root.join(&name));
        match one(&path, &name, root, arguments, &found) {
            Ok(Some(work)) => {
                let outcome = run.as_mut().map(|run| run.apply(&work.opened, &work.text, work.mode));
                report.file(&name, &work, outcome);
            }
            Ok(None) => {}
            Err(reason) => report.left(&name, &reason),
        }
    }
    Ok(report.finish(arguments.write))
}

/// A single file that was named is its own path; those of a machine are whole.
fn whole(arguments: &Fix, name: &str) -> PathBuf {
    if arguments.machine { PathBuf::from(name) } else { arguments.path.clone() }
}

/// The files with something to mend, by the paths that the scan gave them.
fn mendable(found: &Discovery) -> BTreeSet<String> {
    let reasons = |reasons: &[String]| reasons.iter().any(|reason| reason == "unpinned" || reason == "inline secret");
    let configured = found.mcps.iter().filter(|mcp| reasons(&mcp.risk_reasons)).map(|mcp| mcp.config_path.clone());
    let open = found.findings.iter().filter(|found| matches!(found.finding.check.as_str(), OTHERS_MAY_WRITE | SECRET));
    configured.chain(open.map(|found| found.path.clone())).collect()
}

/// What is to be done with one file.
struct Work {
    opened: Opened,
    text: String,
    /// The mode that it gets, where that changes.
    mode: Option<u32>,
    proposal: discovery::Proposal,
}

fn one(
    path: &Path,
    name: &str,
    root: Option<&Path>,
    arguments: &Fix,
    found: &Discovery,
) -> Result<Option<Work>, String> {
    let opened = Opened::read(path)?;
    let versions = Versions::new(root.unwrap_or(Path::new("/")), path, &arguments.pins);
    let mut proposal = discovery::propose(&shown::path(path), &opened.text, &|package| versions.of(package))?;
    proposal.holds_secret |=
        found.findings.iter().any(|found| found.path == name && found.finding.check.as_str() == SECRET);
    let mode = opened.narrower_mode(proposal.holds_secret);
    let text = if proposal.changes.is_empty() { opened.text.clone() } else { proposal.text.clone() };
    let nothing = proposal.changes.is_empty() && proposal.needed.is_empty() && mode.is_none();
    Ok((!nothing).then_some(Work { opened, text, mode, proposal }))
}
