//! Opening one file: a regular one, bounded, whatever else stands at its path.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use contracts::audit::Severity;

use crate::surroundings::writable_by_others;
use crate::{Discovery, MAX_FILE_BYTES, Meaning, names_the_protocol};

/// Reads a file that means something. `path` is what people see.
pub(crate) fn read(discovery: &mut Discovery, meaning: Meaning, file: &Path, path: &str, links: Links) {
    let (metadata, content) = match content(file, links) {
        Ok(read) => read,
        Err(reason) => return discovery.skip(path, reason),
    };
    let mode = matches!(content, Content::Text(_)).then_some(metadata);
    take(discovery, meaning, path, content);
    if let Some(metadata) = mode {
        judge_mode(discovery, meaning, &metadata, path, links);
    }
}

/// A regular text file with its metadata, never through a link; or why it is none, for people.
pub fn read_file(path: &Path) -> Result<(Metadata, String), String> {
    match content(path, Links::Refused)? {
        (metadata, Content::Text(text)) => Ok((metadata, text)),
        (_, Content::TooLarge(_)) => Err(TOO_LARGE.to_owned()),
        (_, Content::NoText(_)) => Err("not UTF-8 text".to_owned()),
    }
}

/// Takes what a file that means something holds.
pub(crate) fn take(discovery: &mut Discovery, meaning: Meaning, path: &str, content: Content) {
    match content {
        Content::Text(text) => discovery.read_as(meaning, path, &text),
        // Files that seldom are about MCP are passed over for these reasons only where they are.
        Content::TooLarge(beginning) if !meaning.is_broad() || names_the_protocol(&beginning) => {
            discovery.skip(path, TOO_LARGE);
        }
        Content::NoText(bytes) if !meaning.is_broad() || names_the_protocol(&bytes) => {
            discovery.skip(path, "not UTF-8 text");
        }
        Content::TooLarge(_) | Content::NoText(_) => {}
    }
}

/// Why a file above [`MAX_FILE_BYTES`] is not read.
pub(crate) const TOO_LARGE: &str = "larger than 1 MiB";

/// Whether a link may stand at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// Never: a repository may be hostile.
    Refused,
    /// In a home folder people keep their configuration in another place and link to it; clients follow.
    Followed,
}

/// What a file holds, as far as it was read.
pub(crate) enum Content {
    Text(String),
    /// It goes on after this beginning.
    TooLarge(Vec<u8>),
    NoText(Vec<u8>),
}

impl Content {
    /// Judges the first bytes of a file, at most one more than [`MAX_FILE_BYTES`].
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) if text.len() as u64 > MAX_FILE_BYTES => Self::TooLarge(text.into_bytes()),
            Ok(text) => Self::Text(text),
            Err(error) if error.as_bytes().len() as u64 > MAX_FILE_BYTES => Self::TooLarge(error.into_bytes()),
            Err(error) => Self::NoText(error.into_bytes()),
        }
    }
}

/// Tells of a file that others may change. In a home that is worse than in a working copy, where the mode often is an accident
/// of the disk or the container.
#[cfg(unix)]
fn judge_mode(discovery: &mut Discovery, meaning: Meaning, metadata: &Metadata, path: &str, links: Links) {
    use std::os::unix::fs::PermissionsExt as _;

    let Some(masker) = discovery.masker.clone().filter(|_| !meaning.is_broad()) else { return };
    let severity = if links == Links::Followed { Severity::Medium } else { Severity::Low };
    // Disks of Windows have no modes; their mounts show all as open to everybody.
    let mode = if path.starts_with("/mnt/") { 0 } else { metadata.permissions().mode() };
    discovery.findings.extend(writable_by_others(path, mode, severity, &masker));
}

/// Windows decides by access control lists, which say more than a mode and are not read.
#[cfg(not(unix))]
fn judge_mode(_: &mut Discovery, _: Meaning, _: &Metadata, _: &str, _: Links) {}

/// What stands at a path.
pub(crate) fn content(path: &Path, links: Links) -> Result<(Metadata, Content), String> {
    let file = open(path, links).map_err(|error| why(&error))?;
    let mut bytes = Vec::new();
    let metadata = file.metadata().map_err(|error| why(&error))?;
    if !metadata.is_file() {
        return Err("no regular file".to_owned());
    }
    bytes.reserve(usize::try_from(metadata.len().min(MAX_FILE_BYTES)).unwrap_or_default() + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| why(&error))?;
    Ok((metadata, Content::of(bytes)))
}

/// What the system says, without the path, which is told beside it.
pub(crate) fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "may not be read: run the scan as a user who may".to_owned(),
        io::ErrorKind::NotFound => "disappeared while it was scanned".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

#[cfg(unix)]
fn open(path: &Path, links: Links) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;

    // Without blocking, since a pipe may stand where a file was a moment ago.
    let mut flags = OFlags::NONBLOCK;
    flags.set(OFlags::NOFOLLOW, links == Links::Refused);
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path, links: Links) -> io::Result<File> {
    if links == Links::Refused && std::fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other("it is a link"));
    }
    OpenOptions::new().read(true).open(path)
}
