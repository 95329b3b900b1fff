//! The command `test` with several servers: their tests run side by side, and each gets a result of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contracts::audit::{Audit, display_url};
use engine::Target;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::Url;

use crate::arguments::{FailOn, Format, Test};
use crate::gate::{self, Exit};
use crate::interrupts::Interrupts;
use crate::progress::{Display, OneOfSeveral};
use crate::run::{Failure, Prepared, audit, internal, prepared, render, usage};
use crate::{installation, output, table};

/// How many tests run at the same time.
const AT_ONCE: usize = 8;

/// A test of several.
pub(crate) struct Planned {
    /// The server, for people.
    pub(crate) name: String,
    pub(crate) prepared: Prepared,
}

/// What became of one test, and whether it was cut short.
type Finished = Result<(Audit, bool), Failure>;

/// Tests several servers and shows the results.
pub(crate) async fn test(arguments: Test) -> Result<Exit, Failure> {
    refuse_what_is_for_one(&arguments)?;
    let folder = folder(&arguments)?;
    let key = installation::evidence_key();
    let planned = arguments.urls.iter().map(|url| {
        let target = Target::Http { url: url.clone(), headers: Vec::new() };
        Ok(Planned { name: display_url(url), prepared: prepared(&arguments, target, key.clone())? })
    });
    let planned = planned.collect::<Result<Vec<Planned>, Failure>>()?;
    let display = Arc::new(Display::new(arguments.quiet));
    let Some(finished) = run(planned, &display, &Arc::new(Interrupts::listen())).await? else {
        return Ok(Exit::Interrupted);
    };
    if let Some(folder) = folder {
        write_each(&arguments, &finished, &folder, &display)?;
    } else {
        show(&finished)?;
    }
    Ok(worst(&finished, arguments.fail_on, arguments.allow_incomplete))
}

/// Runs the tests, and says which came to nothing. `None` where somebody wanted to leave at once.
pub(crate) async fn run(
    planned: Vec<Planned>,
    display: &Arc<Display>,
    interrupts: &Arc<Interrupts>,
) -> Result<Option<Vec<Finished>>, Failure> {
    let names: Vec<String> = planned.iter().map(|planned| planned.name.clone()).collect();
    let finished = tokio::select! {
        finished = interrupts.telling(display, audits(planned, display, interrupts)) => Some(finished),
        // Somebody who presses Ctrl-C twice wants to leave, whatever is lost.
        () = interrupts.reach(2) => None,
    };
    display.clear();
    let finished = finished.transpose()?;
    for (name, finished) in names.iter().zip(finished.iter().flatten()) {
        if let Err(failure) = finished {
            output::complain(&format!("{name}: {}", failure.message));
        }
    }
    Ok(finished)
}

/// Shows all results in the terminal, one below the other.
pub(crate) fn show(finished: &[Finished]) -> Result<(), Failure> {
    let tables = finished.iter().flatten().map(|(audit, _)| table::render(audit, table::width()));
    output::write(tables.collect::<String>().as_bytes(), None).map_err(internal)
}

/// What belongs to one server must not reach another, or would be the same for both.
fn refuse_what_is_for_one(arguments: &Test) -> Result<(), Failure> {
    let for_one = [
        ("--header (or MCP_AUDIT_HEADER)", !arguments.headers.is_empty()),
        ("--credential2 (or MCP_AUDIT_CREDENTIAL2)", !arguments.second_credential.is_empty()),
        ("--expired-credential (or MCP_AUDIT_EXPIRED_CREDENTIAL)", !arguments.expired_credential.is_empty()),
        ("--foreign-credential (or MCP_AUDIT_FOREIGN_CREDENTIAL)", !arguments.foreign_credential.is_empty()),
        ("--baseline", arguments.baseline.is_some()),
        ("--approve", arguments.approve.is_some()),
        ("--set", arguments.set.is_some()),
        ("--source", arguments.source.is_some()),
        ("--callback", arguments.callback.is_some()),
    ];
    match for_one.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(usage(format!("{option} is for one server: test that one by itself"))),
        None => Ok(()),
    }
}

/// The folder for one file per server; `None` where the results are for the terminal.
fn folder(arguments: &Test) -> Result<Option<PathBuf>, Failure> {
    let Some(folder) = &arguments.output else {
        return if arguments.format == Format::Table {
            Ok(None)
        } else {
            Err(usage("several servers make several results: add `--output FOLDER`".to_owned()))
        };
    };
    fs::create_dir_all(folder)
        .map_err(|error| usage(format!("--output: {} cannot be a folder: {error}", folder.display())))?;
    Ok(Some(folder.clone()))
}

async fn audits(
    planned: Vec<Planned>,
    display: &Arc<Display>,
    interrupts: &Arc<Interrupts>,
) -> Result<Vec<Finished>, Failure> {
    let all = planned.len();
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for (at, Planned { name, prepared }) in planned.into_iter().enumerate() {
        let shown = OneOfSeveral { display: display.clone(), server: name };
        let (interrupts, permits) = (interrupts.clone(), permits.clone());
        running.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire_owned().await;
            (at, audit(prepared, &shown, &interrupts).await)
        });
    }
    let mut finished = BTreeMap::new();
    while let Some(joined) = running.join_next().await {
        let (at, result) = joined.map_err(|error| internal(format!("a test broke: {error}")))?;
        finished.insert(at, result);
        display.count(format!("{} of {all} servers tested", finished.len()));
    }
    Ok(finished.into_values().collect())
}

/// One file per server.
fn write_each(arguments: &Test, finished: &[Finished], folder: &Path, display: &Display) -> Result<(), Failure> {
    let mut taken = BTreeMap::new();
    for (url, finished) in arguments.urls.iter().zip(finished) {
        let Ok((audit, _)) = finished else { continue };
        let file = folder.join(file_name(url, arguments.format, &mut taken));
        output::write(&render(audit, arguments.format)?, Some(&file)).map_err(internal)?;
        display.say(&format!("wrote {}", file.display()));
    }
    Ok(())
}

/// A name of a file that tells the server, and is not that of another.
fn file_name(url: &Url, format: Format, taken: &mut BTreeMap<String, usize>) -> String {
    let place =
        format!("{}-{}{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0), url.path());
    let letters = place.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' });
    let stem = letters.collect::<String>().trim_matches(['-', '.']).to_owned();
    let number = taken.entry(stem.clone()).or_insert(0);
    *number += 1;
    let stem = if *number == 1 { stem } else { format!("{stem}-{number}") };
    format!("{stem}.{}", format.ending())
}

/// How the program ends: as the server that is worst off.
pub(crate) fn worst(finished: &[Finished], fail_on: FailOn, allow_incomplete: bool) -> Exit {
    gate::worst(finished.iter().map(|finished| match finished {
        Ok((_, true)) => Exit::Interrupted,
        Ok((audit, false)) => gate::judge(audit, fail_on.severity(), allow_incomplete),
        Err(failure) => failure.exit,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_their_server_and_no_two_alike() {
        let mut taken = BTreeMap::new();
        let mut of = |url: &str| file_name(&url.parse().expect("a URL"), Format::Sarif, &mut taken);
        assert_eq!(of("https://a.example/mcp?key=1"), "a.example-443-mcp.sarif");
        assert_eq!(of("https://a.example/mcp?key=2"), "a.example-443-mcp-2.sarif");
        assert_eq!(of("http://[::1]:8080/../x"), "1--8080-x.sarif");
    }
}
