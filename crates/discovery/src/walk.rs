//! Reading a folder on all cores: only files that are sources, without following links, within bounds.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use detect::evidence::Masker;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::archive::{self, ArchiveError};
use crate::read::{Links, read, why};
use crate::surroundings::{leading_out, leads_to_known};
use crate::{Discovery, Meaning, code};

/// How deep folders may nest. Systems end a path long before, but a hostile archive may come close.
pub(crate) const MAX_DEPTH: usize = 64;
/// How many folders are entered.
const MAX_FOLDERS: u64 = 1_000_000;
/// How long a walk may take.
const MAX_TIME: Duration = Duration::from_mins(15);

/// Folders that hold what others wrote, or nothing to read. A repository may have them without ignoring them.
pub(crate) const PASSED_OVER: &[&str] =
    &[".git", ".hg", ".svn", "node_modules", ".venv", "site-packages", "__pycache__"];

/// Folders that clients have for themselves in a project. Many repositories ignore them; the clients do not.
const CLIENT_FOLDERS: &[&str] = &[
    ".agents",
    ".amazonq",
    ".claude",
    ".claude-plugin",
    ".codex",
    ".continue",
    ".copilot",
    ".crush",
    ".cursor",
    ".devcontainer",
    ".gemini",
    ".github",
    ".junie",
    ".kilo",
    ".kilocode",
    ".kiro",
    ".mcp",
    ".opencode",
    ".roo",
    ".vscode",
    ".warp",
    ".windsurf",
    ".zed",
];

/// How the names of sources end; a test compares them with the table.
const ENDINGS: &[&str] = &[
    "json",
    "jsonc",
    "yaml",
    "yml",
    "toml",
    "code-workspace",
    "md",
    "mdc",
    "sh",
    "bash",
    "zsh",
    "py",
    "js",
    "mjs",
    "ts",
    "rb",
    "ps1",
    "bat",
];
/// The names of sources without such an ending.
const WITHOUT_ENDING: &[&str] = &[
    "crushrc",
    ".crushrc",
    ".cursorrules",
    ".windsurfrules",
    ".clinerules",
    ".roorules",
    ".kilocoderules",
    ".rules",
    ".goosehints",
];

/// Why a folder cannot be walked.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// It is missing or no folder.
    #[error("`{0}` is no folder that can be read")]
    NotAFolder(String),
    /// A single file that no client reads.
    #[error("`{0}` is no file that an MCP client reads: give a folder, or a file such as `.mcp.json` or `AGENTS.md`")]
    NotASource(String),
    /// An archive that is not looked into.
    #[error("`{0}`: {1}")]
    Archive(String, ArchiveError),
}

/// How far a walk is, for whoever watches it, and the way to end it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Folders entered.
    pub folders: AtomicU64,
    /// Configuration files read.
    pub files: AtomicU64,
    /// Set it to end the walk early; what was found so far is returned.
    pub stop: AtomicBool,
}

/// Finds the configured servers below a folder, in one file, or in an archive.
///
/// Folders that git ignores are passed over, as are dependencies (`node_modules`). Files are not: clients read a
/// `.mcp.json` or the files of `.vscode` also where git ignores them, and those hold the secrets.
///
/// With a masker, the files around the servers are judged as well.
pub fn walk(root: &Path, masker: Option<Arc<Masker>>) -> Result<Discovery, WalkError> {
    watched_walk(root, masker, &Progress::default())
}

/// As [`walk`], while somebody watches.
pub fn watched_walk(root: &Path, masker: Option<Arc<Masker>>, progress: &Progress) -> Result<Discovery, WalkError> {
    search(root, masker, Code::PassedOver, progress)
}

/// As [`watched_walk`], and follows the arguments of tools through the code of the servers that are built there.
pub fn walk_with_code(root: &Path, masker: Arc<Masker>, progress: &Progress) -> Result<Discovery, WalkError> {
    search(root, Some(masker), Code::Judged, progress)
}

/// What is done with the code of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    PassedOver,
    Judged,
}

fn search(root: &Path, masker: Option<Arc<Masker>>, code: Code, progress: &Progress) -> Result<Discovery, WalkError> {
    if root.is_file() {
        return one_file(root, masker, code);
    }
    let unreadable = |_| WalkError::NotAFolder(root.display().to_string());
    let walk = Walk { root, progress, begun: Instant::now(), masker, code, found: Mutex::default() };
    root.read_dir().map_err(unreadable)?;
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).parents(true).ignore(true).git_ignore(true).require_git(false);
    builder.overrides(wanted(code).map_err(|_| WalkError::NotAFolder(root.display().to_string()))?);
    builder.follow_links(false).max_depth(Some(MAX_DEPTH));
    let judging = walk.masker.clone();
    // Most files end here, before they are handed from thread to thread.
    builder.filter_entry(move |entry| {
        entry.file_type().is_some_and(|kind| kind.is_dir())
            || is_judged(entry, code)
            || meaning(entry, judging.as_ref()).is_some()
    });
    builder.threads(std::thread::available_parallelism().map_or(2, std::num::NonZero::get));
    builder.build_parallel().run(|| {
        let found = Discovery { masker: walk.masker.clone(), ..Discovery::default() };
        let mut own = Own { found, shared: &walk.found };
        let walk = &walk;
        Box::new(move |entry| walk.visit(&mut own.found, entry))
    });
    Ok(walk.found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).settle())
}

fn one_file(file: &Path, masker: Option<Arc<Masker>>, code: Code) -> Result<Discovery, WalkError> {
    let shown = file.display().to_string();
    if archive::is_named_so(&shown) {
        let found = File::open(file)
            .map_err(ArchiveError::Unreadable)
            .and_then(|archive| archive::read(BufReader::new(archive), masker, None, archive::Limits::default()));
        return found.map(|unpacked| unpacked.found).map_err(|error| WalkError::Archive(shown, error));
    }
    let whole = file.canonicalize().map_or_else(|_| shown.clone(), |whole| slashed(&whole));
    let judged = code == Code::Judged && code::is_code(file);
    let meaning = Meaning::of(&whole);
    let mut found = Discovery { masker, ..Discovery::default() };
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // The user named it: a link there is meant.
    if judged {
        code::judge(&mut found, file, &name, Links::Followed);
    }
    match meaning {
        Some(meaning) => read(&mut found, meaning, file, &name, Links::Followed),
        None if judged => {}
        None => return Err(WalkError::NotASource(shown)),
    }
    Ok(found.settle())
}

/// What is walked although git may ignore it: files that by their ending may be a source, and the clients' own folders.
/// Only endings and whole names: those are looked up in a table for each file, where patterns would be tried.
fn wanted(code: Code) -> Result<Override, ignore::Error> {
    // What names no folder before it needs no root, and to take one off every path costs more than to match it.
    let mut wanted = OverrideBuilder::new(".");
    let of_code = if code == Code::Judged { code::ENDINGS } else { &[] };
    for ending in ENDINGS.iter().chain(of_code) {
        wanted.add(&format!("*.{ending}"))?;
        wanted.add(&format!("*.{}", ending.to_uppercase()))?;
    }
    for name in WITHOUT_ENDING {
        wanted.add(name)?;
    }
    for folder in CLIENT_FOLDERS {
        wanted.add(&format!("{folder}/"))?;
    }
    for folder in PASSED_OVER {
        wanted.add(&format!("!{folder}/"))?;
    }
    wanted.build()
}

/// What an entry means by its path below the root.
fn meaning(entry: &DirEntry, masker: Option<&Arc<Masker>>) -> Option<Meaning> {
    let path = entry.path().to_string_lossy();
    Meaning::of_parts(path.rsplit(std::path::is_separator).take(entry.depth()))?.for_scan(masker)
}

/// Whether an entry is code that is to be judged.
fn is_judged(entry: &DirEntry, code: Code) -> bool {
    code == Code::Judged && code::is_code(entry.path())
}

/// What one thread found. It hands that over at its end.
struct Own<'w> {
    found: Discovery,
    shared: &'w Mutex<Discovery>,
}

impl Drop for Own<'_> {
    fn drop(&mut self) {
        let found = std::mem::take(&mut self.found);
        // A poisoned lock means that another thread panicked between two servers: what it handed over is whole.
        self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner).merge(found);
    }
}

struct Walk<'w> {
    root: &'w Path,
    progress: &'w Progress,
    begun: Instant,
    masker: Option<Arc<Masker>>,
    code: Code,
    found: Mutex<Discovery>,
}

impl Walk<'_> {
    fn visit(&self, found: &mut Discovery, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.unreadable(found, &error);
                return WalkState::Continue;
            }
        };
        if self.progress.stop.load(Ordering::Relaxed) {
            return WalkState::Quit;
        }
        let path = || slashed(entry.path().strip_prefix(self.root).unwrap_or(entry.path()));
        match entry.file_type() {
            Some(kind) if kind.is_dir() => {
                if entry.depth() == MAX_DEPTH {
                    found.skip(&path(), format!("below {MAX_DEPTH} folders: scan it on its own"));
                }
                self.enter(found)
            }
            Some(kind) => {
                let is_code = kind.is_file() && is_judged(&entry, self.code);
                let meaning = meaning(&entry, self.masker.as_ref());
                if !is_code && meaning.is_none() {
                    return WalkState::Continue;
                }
                let path = path();
                if kind.is_file() {
                    self.progress.files.fetch_add(1, Ordering::Relaxed);
                }
                if is_code {
                    code::judge(found, entry.path(), &path, Links::Refused);
                }
                let Some(meaning) = meaning else { return WalkState::Continue };
                if kind.is_file() {
                    read(found, meaning, entry.path(), &path, Links::Refused);
                } else if kind.is_symlink() {
                    self.link(found, meaning, entry.path(), &path);
                } else if !meaning.is_broad() {
                    found.skip(&path, "no regular file");
                }
                WalkState::Continue
            }
            None => WalkState::Continue,
        }
    }

    /// A link is not followed. One to another file that is read here anyway needs no word: projects keep one text for several
    /// agents so.
    fn link(&self, found: &mut Discovery, meaning: Meaning, link: &Path, path: &str) {
        if meaning.is_broad() {
            return;
        }
        if let Some(masker) = &self.masker {
            if let Some(finding) = leading_out(self.root, link, path, masker) {
                found.findings.push(finding);
            }
            if leads_to_known(self.root, link) {
                return;
            }
        }
        found.skip(path, "a link: links are not followed");
    }

    fn enter(&self, found: &mut Discovery) -> WalkState {
        let entered = self.progress.folders.fetch_add(1, Ordering::Relaxed);
        let too_many = entered >= MAX_FOLDERS;
        if !too_many && self.begun.elapsed() < MAX_TIME {
            return WalkState::Continue;
        }
        // The first thread that sees it tells; the others only stop.
        if !self.progress.stop.swap(true, Ordering::Relaxed) {
            let bound = if too_many {
                format!("{MAX_FOLDERS} folders")
            } else {
                format!("{} minutes", MAX_TIME.as_secs() / 60)
            };
            found.skip(".", format!("the scan ended after {bound}: scan smaller folders one by one"));
        }
        WalkState::Quit
    }

    fn unreadable(&self, found: &mut Discovery, error: &ignore::Error) {
        let mut path = ".".to_owned();
        let mut cause = error;
        while let ignore::Error::WithPath { err, .. } | ignore::Error::WithDepth { err, .. } = cause {
            if let ignore::Error::WithPath { path: at, .. } = cause {
                path = slashed(at.strip_prefix(self.root).unwrap_or(at));
            }
            cause = err;
        }
        match cause.io_error() {
            Some(error) => found.skip(&path, why(error)),
            None => found.skip(&path, "cannot be read"),
        }
    }
}

/// The path with `/`, on every system.
pub(crate) fn slashed(path: &Path) -> String {
    let path = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{SOURCES, choices};
    use crate::surroundings::SURROUNDINGS;

    #[test]
    fn every_file_that_means_something_is_walked() {
        let places = SOURCES.iter().flat_map(|source| source.places);
        let places = places.chain(SURROUNDINGS.iter().flat_map(|surrounding| surrounding.places));
        for pattern in places.flat_map(|place| place.patterns()).flat_map(|pattern| choices(&pattern)) {
            let name = pattern.rsplit('/').next().expect("a name");
            let ending = name.rsplit('.').next().expect("an ending");
            assert!(ENDINGS.contains(&ending) || WITHOUT_ENDING.contains(&name), "{pattern}");
        }
    }
}
