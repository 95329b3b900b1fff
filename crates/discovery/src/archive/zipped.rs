//! `.zip` (APPNOTE.TXT of PKWARE), one entry at a time.

use std::io::{Read, Seek};

use zip::read::{Config, ZipReadOptions};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use super::{ArchiveError, Intake, Kind};

pub(super) fn read(intake: &mut Intake, archive: impl Read + Seek) -> Result<(), ArchiveError> {
    let archive = ZipIterable::try_new(archive, Config::default()).map_err(ArchiveError::damaged)?;
    if archive.len() as u64 > intake.limits.entries {
        return Err(ArchiveError::TooMany(intake.limits.entries));
    }
    // The list at the end and the header before each file must name the same: programs differ in which they believe.
    let mut archive = archive.enforce_header_consistency(true);
    let entries = archive.files().map_err(ArchiveError::damaged)?;
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(ArchiveError::damaged)?;
        let name = entry.name().map_err(ArchiveError::damaged)?.into_owned();
        if entry.encrypted() {
            return Err(ArchiveError::Encrypted(super::report_name(&name)));
        }
        // The type of a file in the mode of POSIX.
        let kind = match entry.unix_mode().unwrap_or_default() & 0o170_000 {
            0o120_000 => Kind::Link,
            0o010_000 | 0o020_000 | 0o060_000 | 0o140_000 => Kind::Device,
            _ if entry.is_dir() => Kind::Folder,
            _ => Kind::File,
        };
        let Some(wanted) = intake.admit(&name, kind, (entry.compressed_size(), entry.size()))? else { continue };
        match entry.with_reader(entries.reader_mut(), ZipReadOptions::new()) {
            Ok(file) => intake.take(&wanted, file)?,
            Err(ZipError::CompressionMethodNotSupported(_)) => {
                intake.skip(&wanted.path, "packed by a method that is not read here: pack it with deflate");
            }
            Err(error) => return Err(ArchiveError::damaged(error)),
        }
    }
    Ok(())
}
