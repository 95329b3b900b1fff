//! Why an archive is refused.

use std::io;

/// Why an archive is not scanned. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is none, or of a kind that is not read.
    #[error("no archive that can be read: give a .zip, .tar, .tar.gz or .tgz file")]
    NotAnArchive,
    /// More than is taken.
    #[error("the archive is larger than {0} MiB: leave out what is built or downloaded, or scan parts of it")]
    TooLarge(u64),
    /// More entries than are looked at.
    #[error("the archive has more than {0} entries: leave out what is built or downloaded, or scan parts of it")]
    TooMany(u64),
    /// More comes out of it than is taken.
    #[error("more than {0} MiB come out of the archive: leave out what is built or downloaded, or scan parts of it")]
    TooMuch(u64),
    /// Far more comes out of it than it is large.
    #[error("more than {0} times its size comes out of the archive, as of a bomb: pack the folder again")]
    Bomb(u64),
    /// Entries share their bytes.
    #[error("the entries of the archive are together larger than itself, as those of a bomb: pack the folder again")]
    Overlapping,
    /// Absolute, with `..`, a drive or a backslash; or with characters that no file should have.
    #[error("the entry `{0}` has no plain path within the archive: pack the folder again, with relative paths and `/`")]
    LeadsOut(String),
    /// A path that no system would take.
    #[error("the path of the entry `{0}` is longer than 1024 bytes or has more than 64 folders: leave it out")]
    LongPath(String),
    /// Two files would be one.
    #[error("two entries have the path `{0}`, of which each program takes another: pack the folder again")]
    Twice(String),
    /// A device, a pipe or a socket.
    #[error("the entry `{0}` is a device, a pipe or a socket: leave it out")]
    Device(String),
    /// A file with holes.
    #[error("the entry `{0}` is a sparse file: leave it out, or pack the folder without `--sparse`")]
    Sparse(String),
    /// It cannot be read without a password.
    #[error("the entry `{0}` is encrypted: pack the folder without a password")]
    Encrypted(String),
    /// It ends early, or says two things of one entry.
    #[error("the archive is damaged ({0}): pack the folder again")]
    Damaged(String),
    /// The disk, not the archive.
    #[error("the archive cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl ArchiveError {
    /// The reason as the library has it, without what it quotes of the archive beyond a line.
    pub(super) fn damaged(error: impl std::fmt::Display) -> Self {
        Self::Damaged(super::report_name(&error.to_string()))
    }
}
