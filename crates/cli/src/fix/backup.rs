//! What files were before they were mended, readable by their owner alone. The only copy: it holds the secrets that were moved.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::file::Opened;

/// Where backups are: a folder for each run, a pair of files for each mended file.
pub(super) struct Backups {
    folder: PathBuf,
}

/// One run that mends.
pub(super) struct Run {
    folder: PathBuf,
    files: usize,
}

/// What became of one file.
pub(super) struct Restored {
    pub(super) path: PathBuf,
    pub(super) outcome: Result<(), String>,
}

/// What a backup says about its file.
#[derive(Serialize, Deserialize)]
struct Record {
    path: PathBuf,
    /// The mode that the file had.
    mode: u32,
    /// The mode that it got.
    new_mode: u32,
    /// SHA-256 of what was written, to see whether anybody changed it since.
    written: String,
}

impl Backups {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Begins a run. Its folder is made with its first backup; names sort by time.
    pub(super) fn begin(&self) -> Run {
        let name = format!("{:020}-{}", Timestamp::now().as_microsecond(), std::process::id());
        Run { folder: self.folder.join(name), files: 0 }
    }

    /// Restores the files of the last run. What cannot be restored keeps its backup.
    pub(super) fn undo(&self, stop: &AtomicBool) -> Result<Vec<Restored>, String> {
        let told = |error: io::Error| format!("cannot read the backups in {}: {error}", self.folder.display());
        let runs = match fs::read_dir(&self.folder) {
            Ok(runs) => runs.collect::<io::Result<Vec<_>>>().map_err(told)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(told(error)),
        };
        let Some(last) = runs.into_iter().map(|run| run.path()).max() else { return Ok(Vec::new()) };
        let files = fs::read_dir(&last).map_err(told)?.collect::<io::Result<Vec<_>>>().map_err(told)?;
        let mut records: Vec<PathBuf> = files.into_iter().map(|file| file.path()).collect();
        records.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        records.sort();
        let mut restored = Vec::new();
        for path in records {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let record: Record = fs::read(&path).map_err(told).and_then(|bytes| {
                serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
            })?;
            let outcome = restore(&record, &path.with_extension("original"));
            if outcome.is_ok() {
                fs::remove_file(path.with_extension("original")).and_then(|()| fs::remove_file(&path)).map_err(told)?;
            }
            restored.push(Restored { path: record.path, outcome });
        }
        // Fails where a file could not be restored, whose backup stays.
        let _ = fs::remove_dir(&last);
        Ok(restored)
    }
}

fn restore(record: &Record, original: &Path) -> Result<(), String> {
    let text = fs::read_to_string(original).map_err(|error| format!("its backup cannot be read: {error}"))?;
    let now = Opened::read(&record.path)?;
    let mode_kept = cfg!(not(unix)) || now.mode() == record.new_mode;
    if digest(&now.text) != record.written || !mode_kept {
        return Err(format!("it was changed since; what it was stands in {}", original.display()));
    }
    now.replace(&text, record.mode)
}

impl Run {
    /// Keeps what a file is and puts the new text in its place. Where that fails, no backup stays.
    pub(super) fn apply(&mut self, opened: &Opened, text: &str, mode: Option<u32>) -> Result<(), String> {
        let new_mode = mode.unwrap_or(opened.mode());
        let path = fs::canonicalize(&opened.path).map_err(|error| format!("cannot be found: {error}"))?;
        let record = Record { path, mode: opened.mode(), new_mode, written: digest(text) };
        let name = format!("{:05}", self.files);
        let (original, description) =
            (self.folder.join(format!("{name}.original")), self.folder.join(format!("{name}.json")));
        let kept = private_folder(&self.folder)
            .and_then(|()| private_file(&original, opened.text.as_bytes()))
            .and_then(|()| private_file(&description, &serde_json::to_vec(&record)?));
        let applied = kept
            .map_err(|error| format!("no backup can be kept in {}: {error}", self.folder.display()))
            .and_then(|()| opened.replace(text, new_mode));
        if applied.is_err() {
            // Nothing was mended, so nothing is to be undone; what is not there need not be removed.
            let _ = fs::remove_file(&original);
            let _ = fs::remove_file(&description);
            let _ = fs::remove_dir(&self.folder);
        }
        self.files += 1;
        applied
    }
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
