//! An archive that somebody uploaded, as a tree to scan: `.zip`, `.tar` and `.tar.gz`. Nothing is unpacked: wanted files are read
//! into memory, within bounds, and no name of an archive becomes a path of this machine.
//!
//! An archive that tries to be more than files of one folder is refused as a whole, since nobody packs such a one by accident:
//! paths that lead out (CWE-22, "zip slip"), device files, two files of one path, and bombs (CWE-409). Links are not followed.

mod error;
mod tape;
mod zipped;

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use contracts::api::uploads::{ArchiveFormat, MAX_ARCHIVE_BYTES};
use detect::evidence::Masker;
use flate2::read::MultiGzDecoder;

pub use error::ArchiveError;

use crate::github::{Beside, MAX_NOTES, MAX_PATH_BYTES, RepositoryFile, hand_over, is_legal, is_passed_over};
use crate::walk::MAX_DEPTH;
use crate::{Discovery, MAX_FILE_BYTES, Meaning};

/// How those end that may stand in an archive, and are not opened there.
const NESTED: &[&str] = &[".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".7z", ".rar"];
/// The names of all entries together, which are kept to find two of one path.
const MAX_NAMES_BYTES: usize = 32 << 20;
/// So much may come out of the smallest archive. Small ones have the highest ratios: a folder of empty files is all repetition.
const FREE_BYTES: u64 = 16 << 20;

/// Bounds of an archive. Each is far above what a large repository needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of the archive itself.
    pub bytes: u64,
    /// Of all that is in it.
    pub unpacked_bytes: u64,
    /// How often the archive's own size may come out of it. Source code comes to about ten times.
    pub ratio: u64,
    /// Files, folders and links.
    pub entries: u64,
    /// Of the files that the caller wants beside, which all are in memory at once.
    pub beside_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_ARCHIVE_BYTES,
            unpacked_bytes: 2 << 30,
            ratio: 200,
            entries: 200_000,
            beside_bytes: 256 << 20,
        }
    }
}

/// What an archive holds.
pub struct Unpacked {
    /// Its servers, and what was not read.
    pub found: Discovery,
    /// The files that were wanted beside.
    pub files: Vec<RepositoryFile>,
}

/// Whether a file is an archive by its name.
pub fn is_named_so(name: &str) -> bool {
    ArchiveFormat::of_name(name).is_some()
}

/// Reads the files of an archive that mean something, and those that the caller wants beside.
pub fn read<R: Read + Seek>(
    mut archive: R,
    masker: Option<Arc<Masker>>,
    beside: Option<Beside>,
    limits: Limits,
) -> Result<Unpacked, ArchiveError> {
    let bytes = archive.seek(SeekFrom::End(0))?;
    if bytes > limits.bytes {
        return Err(ArchiveError::TooLarge(limits.bytes >> 20));
    }
    let mut head = Vec::new();
    archive.rewind()?;
    archive.by_ref().take(512).read_to_end(&mut head)?;
    archive.rewind()?;
    let found = Discovery { masker, ..Discovery::default() };
    let mut intake = Intake {
        unpacked: Unpacked { found, files: Vec::new() },
        beside,
        limits,
        bytes,
        entries: 0,
        packed_bytes: 0,
        unpacked_bytes: 0,
        read_bytes: 0,
        beside_bytes: 0,
        names: HashSet::new(),
        names_bytes: 0,
        notes: 0,
    };
    // The second is the end of a zip without entries.
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        zipped::read(&mut intake, archive)?;
    } else if head.starts_with(&[0x1f, 0x8b]) {
        tape::read(&mut intake, MultiGzDecoder::new(archive))?;
    } else if head.get(257..262) == Some(b"ustar") {
        tape::read(&mut intake, archive)?;
    } else {
        return Err(ArchiveError::NotAnArchive);
    }
    Ok(intake.settled())
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    /// A device, a pipe or a socket.
    Device,
}

/// A file to read.
struct Wanted {
    path: String,
    meaning: Option<Meaning>,
    beside: Option<Beside>,
    /// No more bytes of it are read.
    most: u64,
}

/// What came out of an archive so far, and whether that is still within its bounds.
struct Intake {
    unpacked: Unpacked,
    beside: Option<Beside>,
    limits: Limits,
    /// Of the archive.
    bytes: u64,
    entries: u64,
    /// As the entries declare them.
    packed_bytes: u64,
    unpacked_bytes: u64,
    /// Of the files that were read.
    read_bytes: u64,
    /// Of the files that were wanted beside.
    beside_bytes: u64,
    names: HashSet<String>,
    names_bytes: usize,
    notes: usize,
}

impl Intake {
    /// Judges the next entry. Gives what is to be read of it, if anything is.
    fn admit(
        &mut self,
        name: &str,
        kind: Kind,
        (packed, unpacked): (u64, u64),
    ) -> Result<Option<Wanted>, ArchiveError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(ArchiveError::TooMany(self.limits.entries));
        }
        let Some(path) = plain(name)? else { return Ok(None) };
        if kind == Kind::Device {
            return Err(ArchiveError::Device(path.to_owned()));
        }
        if kind == Kind::Folder {
            return Ok(None);
        }
        self.names_bytes += path.len();
        if self.names_bytes > MAX_NAMES_BYTES {
            return Err(ArchiveError::TooMany(self.entries));
        }
        if !self.names.insert(path.to_owned()) {
            return Err(ArchiveError::Twice(path.to_owned()));
        }
        self.packed_bytes = self.packed_bytes.saturating_add(packed);
        // More than there is: entries share their bytes, which only bombs do.
        if self.packed_bytes > self.bytes {
            return Err(ArchiveError::Overlapping);
        }
        self.unpacked_bytes = self.unpacked_bytes.saturating_add(unpacked);
        self.check(self.unpacked_bytes)?;
        Ok(self.wanted(path, kind))
    }

    fn wanted(&mut self, path: &str, kind: Kind) -> Option<Wanted> {
        if is_passed_over(path) {
            return None;
        }
        if kind == Kind::Link {
            self.skip(path, "a link: links are not followed");
            return None;
        }
        let masker = self.unpacked.found.masker.as_ref();
        let meaning = Meaning::of(path).and_then(|meaning| meaning.for_scan(masker));
        let beside = self.beside.filter(|beside| (beside.wanted)(path));
        let most = meaning.map(|_| MAX_FILE_BYTES).max(beside.map(|beside| beside.max_bytes));
        let Some(most) = most else {
            let lower = path.to_ascii_lowercase();
            if NESTED.iter().any(|ending| lower.ends_with(ending)) {
                self.skip(path, "an archive within the archive: it is not opened; scan it by itself");
            }
            return None;
        };
        Some(Wanted { path: path.to_owned(), meaning, beside, most })
    }

    /// Whether so many bytes may come out of the archive.
    fn check(&self, unpacked: u64) -> Result<(), ArchiveError> {
        if unpacked > self.limits.unpacked_bytes {
            return Err(ArchiveError::TooMuch(self.limits.unpacked_bytes >> 20));
        }
        if unpacked > self.limits.ratio.saturating_mul(self.bytes).max(FREE_BYTES) {
            return Err(ArchiveError::Bomb(self.limits.ratio));
        }
        Ok(())
    }

    /// Reads a file that is wanted.
    fn take(&mut self, wanted: &Wanted, file: impl Read) -> Result<(), ArchiveError> {
        let mut body = Vec::new();
        file.take(wanted.most + 1).read_to_end(&mut body).map_err(ArchiveError::damaged)?;
        self.read_bytes += body.len() as u64;
        // What the entries declare may be less than the truth.
        self.check(self.read_bytes)?;
        let has_room = self.beside_bytes + body.len() as u64 <= self.limits.beside_bytes;
        if wanted.beside.is_some() && !has_room {
            self.skip(&wanted.path, "the files before it were as much as is read of one archive");
        }
        let beside = wanted.beside.filter(|_| has_room);
        let Unpacked { found, files } = &mut self.unpacked;
        let handed = hand_over(found, &wanted.path, &wanted.path, &body, wanted.meaning, beside);
        self.beside_bytes += handed.as_ref().map_or(0, |file| file.text.len() as u64);
        files.extend(handed);
        Ok(())
    }

    fn skip(&mut self, path: &str, reason: &str) {
        self.notes += 1;
        if self.notes <= MAX_NOTES {
            self.unpacked.found.skip(path, reason);
        }
    }

    fn settled(mut self) -> Unpacked {
        if self.notes > MAX_NOTES {
            let reason = format!("{} more entries of the archive were passed over", self.notes - MAX_NOTES);
            self.unpacked.found.skip(".", reason);
        }
        Unpacked { found: self.unpacked.found.settle(), ..self.unpacked }
    }
}

/// The path of an entry below the folder that was packed; nothing for that folder itself.
fn plain(name: &str) -> Result<Option<&str>, ArchiveError> {
    let mut path = name;
    // `tar -c .` begins every path so.
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    if matches!(path, "" | ".") && !name.starts_with('/') {
        return Ok(None);
    }
    let shown = || report_name(name);
    if path.len() > MAX_PATH_BYTES || path.split('/').count() > MAX_DEPTH {
        return Err(ArchiveError::LongPath(shown()));
    }
    // `C:` names a drive on Windows, also without a slash behind it.
    let names_drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if names_drive || !is_legal(path) { Err(ArchiveError::LeadsOut(shown())) } else { Ok(Some(path)) }
}

/// The name of an entry for people: short, and nothing that a terminal obeys.
fn report_name(name: &str) -> String {
    name.chars().take(120).map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}
