//! Opening one file: a regular one, bounded, whatever else stands at its path.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;

use crate::{Discovery, MAX_FILE_BYTES, Source, names_the_protocol};

/// Reads a file that is a source. `path` is what people see.
pub(crate) fn read(discovery: &mut Discovery, source: &Source, file: &Path, path: &str, links: Links) {
    match content(file, links) {
        Ok(Content::Text(text)) => discovery.read_as(source, path, &text),
        // Files that seldom are about MCP are passed over for these reasons only where they are.
        Ok(Content::TooLarge(beginning)) if !source.broad || names_the_protocol(&beginning) => {
            discovery.skip(path, "larger than 1 MiB");
        }
        Ok(Content::NoText(bytes)) if !source.broad || names_the_protocol(&bytes) => {
            discovery.skip(path, "not UTF-8 text");
        }
        Ok(Content::TooLarge(_) | Content::NoText(_)) => {}
        Err(reason) => discovery.skip(path, reason),
    }
}

/// Whether a link may stand at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// Never: a repository may be hostile.
    Refused,
    /// In a home folder people keep their configuration in another place and link to it; clients follow.
    Followed,
}

enum Content {
    Text(String),
    TooLarge(Vec<u8>),
    NoText(Vec<u8>),
}

fn content(path: &Path, links: Links) -> Result<Content, String> {
    let file = open(path, links).map_err(|error| why(&error))?;
    let mut bytes = Vec::new();
    let metadata = file.metadata().map_err(|error| why(&error))?;
    if !metadata.is_file() {
        return Err("no regular file".to_owned());
    }
    bytes.reserve(usize::try_from(metadata.len().min(MAX_FILE_BYTES)).unwrap_or_default() + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| why(&error))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) if text.len() as u64 > MAX_FILE_BYTES => Content::TooLarge(text.into_bytes()),
        Ok(text) => Content::Text(text),
        Err(error) if error.as_bytes().len() as u64 > MAX_FILE_BYTES => Content::TooLarge(error.into_bytes()),
        Err(error) => Content::NoText(error.into_bytes()),
    })
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
