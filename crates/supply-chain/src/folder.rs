//! The manifests and lock files of a folder on this machine.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::{MAX_FILE_BYTES, Problem, Resolved, is_wanted, resolve};

/// How deep folders may nest.
const MAX_DEPTH: usize = 64;
/// How many entries of folders are looked at.
const MAX_ENTRIES: usize = 2_000_000;
/// How many bytes of files are kept; [`resolve`] reads no more of one tree.
const MAX_BYTES: usize = crate::resolve::MAX_TREE_BYTES;
/// Folders that hold what was installed or built, not what is asked for.
const PASSED_OVER: [&str; 8] =
    [".git", ".hg", ".svn", "node_modules", ".venv", "site-packages", "__pycache__", "target"];

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is missing, is no folder, or may not be read.
    #[error("cannot read the folder `{}` ({source}); give the one with the server's package.json, pyproject.toml or the like", path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Nothing in it is a manifest or lock file.
    #[error(
        "`{}` holds no manifest or lock file that is known, such as package.json, uv.lock or Cargo.lock; give the folder with the server's code",
        .0.display()
    )]
    Nothing(PathBuf),
}

/// Reads a folder and what is below it. Links are not followed, and what git ignores counts too: lock files are often
/// not committed, and `.npmrc` should not be.
pub fn read_folder(root: &Path) -> Result<Resolved, FolderError> {
    let FolderFiles { files, problems } = files_of_folder(root, is_wanted)?;
    let known = files.iter().any(|(path, _)| crate::is_manifest(path));
    if !known && problems.is_empty() {
        return Err(FolderError::Nothing(root.to_owned()));
    }
    let mut resolved = resolve(files);
    resolved.problems.extend(problems);
    Ok(resolved)
}

/// Files of a folder. They may hold secrets, so they cannot be printed.
pub struct FolderFiles {
    /// Path below the folder, with `/`, and text.
    pub files: Vec<(String, String)>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// The manifests and lock files of a folder and of what is below it, as [`read_folder`] reads them, without reading what
/// they say. `wanted` is [`is_wanted`] or less.
pub fn files_of_folder(root: &Path, wanted: fn(&str) -> bool) -> Result<FolderFiles, FolderError> {
    let unreadable = |source| FolderError::Unreadable { path: root.to_owned(), source };
    root.read_dir().map_err(unreadable)?;
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).follow_links(false).max_depth(Some(MAX_DEPTH));
    builder.sort_by_file_name(Ord::cmp).filter_entry(|entry| !is_passed_over(entry));
    let mut files = Vec::new();
    let mut problems = Vec::new();
    let mut bytes = 0;
    for (number, entry) in builder.build().enumerate() {
        let problem = |file: String, reason: &str| Problem { file, reason: reason.to_owned() };
        if number >= MAX_ENTRIES {
            problems.push(problem(".".to_owned(), "the folder holds more than 2 million entries; give a part of it"));
            break;
        }
        let Ok(entry) = entry else {
            problems.push(problem(".".to_owned(), "a folder in it cannot be read"));
            continue;
        };
        let path = shown(root, entry.path());
        let kind = entry.file_type();
        if kind.is_none_or(|kind| kind.is_dir()) || !wanted(&path) {
            continue;
        }
        match read(entry.path()) {
            Ok(text) if bytes + text.len() > MAX_BYTES => {
                problems.push(problem(path, "the files before it fill the limit; give its folder separately"));
            }
            Ok(text) => {
                bytes += text.len();
                files.push((path, text));
            }
            // Files that manifests may take in are mostly something else: what they miss is told where it is missed.
            Err(_) if !crate::is_manifest(&path) => {}
            Err(reason) => problems.push(problem(path, &reason)),
        }
    }
    Ok(FolderFiles { files, problems })
}

fn is_passed_over(entry: &DirEntry) -> bool {
    let is_folder = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
    is_folder && entry.file_name().to_str().is_some_and(|name| PASSED_OVER.contains(&name))
}

/// The path below the root, with `/`.
fn shown(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| format!("the file cannot be read: {error}");
    let file = open(path).map_err(|error| match std::fs::symlink_metadata(path) {
        Ok(kind) if kind.is_symlink() => {
            "the file is a link and was not followed; give the folder it leads to".to_owned()
        }
        _ => unreadable(error),
    })?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err("the file is no regular file and was not read".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > MAX_FILE_BYTES {
        return Err(format!("the file is larger than {} MiB and was not read", MAX_FILE_BYTES >> 20));
    }
    String::from_utf8(bytes).map_err(|_| "the file is no UTF-8 text and was not read".to_owned())
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;

    // Without blocking, since a pipe may stand where a file was a moment ago.
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if std::fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    File::open(path)
}
