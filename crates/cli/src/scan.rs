//! The command `scan`: find, show. Nothing that is found is started or contacted before somebody agreed.

mod github;
mod table;
mod testing;

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contracts::api::Status;
use contracts::api::scans::Scan as Scanned;
use contracts::ids::ScanId;
use detect::evidence::Masker;
use discovery::{Discovery, Installation, Progress};
use jiff::Timestamp;

use crate::arguments::{Scan, ScanFormat};
use crate::gate::{self, Exit};
use crate::installation::evidence_key;
use crate::interrupts::{Interrupts, STOPPING};
use crate::output;
use crate::progress::Display;
use crate::run::{Failure, internal, usage};

/// How often a terminal is told how far the scan is.
const TICK: Duration = Duration::from_millis(120);

/// What a scan found, and why that may not be all.
struct Searched {
    found: Discovery,
    /// Why it ended before its end.
    failure: Option<String>,
    interrupted: bool,
}

/// Runs a scan and shows its result.
pub(crate) async fn scan(arguments: &Scan) -> Result<Exit, Failure> {
    testing::check(arguments)?;
    let interrupts = Arc::new(Interrupts::listen());
    let display = Display::new(arguments.quiet);
    let searched = tokio::select! {
        searched = search(arguments, &display, &interrupts) => searched,
        // Somebody who presses Ctrl-C twice wants to leave, whatever is lost.
        () = interrupts.reach(2) => {
            display.clear();
            return Ok(Exit::Interrupted);
        }
    };
    display.clear();
    let Searched { found, failure, interrupted } = searched?;
    let scanned = Scanned {
        scan_id: ScanId::random(),
        name: name(arguments),
        status: Status::Completed,
        created_at: Timestamp::now(),
        discovered: found.mcps,
        skipped: found.skipped,
        findings: found.findings,
        changes: None,
        finding_count: None,
        failure: if interrupted { Some("stopped before its end".to_owned()) } else { failure },
    };
    let bytes = render(&scanned, arguments.format)?;
    output::write(&bytes, arguments.output.as_deref()).map_err(internal)?;
    if let Some(path) = &arguments.output {
        display.say(&format!("wrote {}", path.display()));
    }
    let findings = scanned.findings.iter().map(|found| found.finding.severity);
    let severities = scanned.discovered.iter().map(|mcp| report::severity_of(mcp.risk)).chain(findings);
    let whole = scanned.skipped.is_empty() && scanned.failure.is_none();
    let complete = whole || arguments.allow_incomplete;
    if interrupted {
        return Ok(Exit::Interrupted);
    }
    let exit = gate::decide(severities, arguments.fail_on.severity(), complete);
    if !arguments.test {
        return Ok(exit);
    }
    let tested = testing::go_on(arguments, &scanned.discovered, &interrupts).await?;
    Ok(gate::worst([exit, tested].into_iter()))
}

async fn search(arguments: &Scan, display: &Display, interrupts: &Interrupts) -> Result<Searched, Failure> {
    if let Some(target) = &arguments.github {
        return github::search(arguments, target, display, interrupts).await;
    }
    let progress = Arc::new(Progress::default());
    let interrupted = AtomicBool::new(false);
    let found = tokio::select! {
        found = search_files(arguments, &progress) => found?,
        never = watch(&progress, display, interrupts, &interrupted) => match never {},
    };
    Ok(Searched { found, failure: None, interrupted: interrupted.into_inner() })
}

async fn search_files(arguments: &Scan, progress: &Arc<Progress>) -> Result<Discovery, Failure> {
    let progress = Arc::clone(progress);
    let path = arguments.path.clone();
    let (machine, source) = (arguments.machine, arguments.source);
    let masker = Arc::new(Masker::new(evidence_key()));
    let searched = tokio::task::spawn_blocking(move || {
        if machine {
            return Ok(discovery::machine(&Installation::of_this_computer(), Some(&masker)));
        }
        let walked = if source {
            discovery::walk_with_code(&path, masker, &progress)
        } else {
            discovery::watched_walk(&path, Some(masker), &progress)
        };
        walked.map_err(|error| usage(error.to_string()))
    });
    searched.await.map_err(|_| internal("the scan stopped by a fault of this program".to_owned()))?
}

/// Tells how far the scan is and, on Ctrl-C, tells the scan to end. Never ends by itself.
async fn watch(
    progress: &Progress,
    display: &Display,
    interrupts: &Interrupts,
    interrupted: &AtomicBool,
) -> Infallible {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                let (folders, files) = (progress.folders.load(Ordering::Relaxed), progress.files.load(Ordering::Relaxed));
                display.update(format!("Searching: {folders} folders, {files} files read"));
            }
            () = interrupts.reach(1) => {
                interrupted.store(true, Ordering::Relaxed);
                progress.stop.store(true, Ordering::Relaxed);
                display.say(STOPPING);
                std::future::pending::<()>().await;
            }
        }
    }
}

/// What was scanned, for people: the name of the folder rather than `.`.
fn name(arguments: &Scan) -> String {
    if let Some(target) = &arguments.github {
        return target.to_string();
    }
    if arguments.machine {
        return "this machine".to_owned();
    }
    let whole = arguments.path.canonicalize().unwrap_or_else(|_| arguments.path.clone());
    whole.file_name().map_or_else(|| Path::new("/").display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn render(scanned: &Scanned, format: ScanFormat) -> Result<Vec<u8>, Failure> {
    let format = match format {
        ScanFormat::Table => return Ok(table::render(scanned, crate::table::width()).into_bytes()),
        ScanFormat::Json => report::ScanFormat::Json,
        ScanFormat::Sarif => report::ScanFormat::Sarif,
        ScanFormat::Markdown => report::ScanFormat::Markdown,
        ScanFormat::CycloneDx => report::ScanFormat::CycloneDx,
    };
    report::render_scan(scanned, format).map_err(|error| internal(format!("cannot make the report: {error}")))
}
