//! `.tar`, as POSIX (pax, ustar) and GNU write it.

use std::io::{self, Read};

use tar::{Archive, Entry, EntryType, PaxExtensions};

use super::{ArchiveError, Intake, Kind};

/// The header that holds a long path. The library would read any length of it into memory, so it is read here.
const MAX_HEADER_BYTES: u64 = 64 << 10;

/// Reads the entries of a stream, which may come out of a compression.
pub(super) fn read(intake: &mut Intake, stream: impl Read) -> Result<(), ArchiveError> {
    let most =
        intake.limits.unpacked_bytes.min(intake.limits.ratio.saturating_mul(intake.bytes).max(super::FREE_BYTES));
    // Headers and what is skipped come out of a bomb as well.
    let mut stream = Bounded { stream, left: most, exceeded: false };
    let read = entries(intake, &mut stream);
    if stream.exceeded {
        intake.check(most.saturating_add(1))?;
    }
    read
}

fn entries(intake: &mut Intake, stream: impl Read) -> Result<(), ArchiveError> {
    let mut archive = Archive::new(stream);
    let mut long_name: Option<Vec<u8>> = None;
    for entry in archive.entries().map_err(ArchiveError::damaged)?.raw(true) {
        let mut entry = entry.map_err(ArchiveError::damaged)?;
        let kind = match entry.header().entry_type() {
            EntryType::GNULongName => {
                let mut name = header(&mut entry)?;
                name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
                long_name = Some(name);
                continue;
            }
            EntryType::XHeader => {
                long_name = path_of(&header(&mut entry)?)?.or(long_name);
                continue;
            }
            // The target of a link, and what holds for all entries: neither names one.
            EntryType::GNULongLink | EntryType::XGlobalHeader => continue,
            EntryType::Directory => Kind::Folder,
            EntryType::Link | EntryType::Symlink => Kind::Link,
            EntryType::Char | EntryType::Block | EntryType::Fifo => Kind::Device,
            // What is unknown is a file, says POSIX.
            _ => Kind::File,
        };
        let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
        let name = String::from_utf8_lossy(&name).into_owned();
        if entry.header().entry_type() == EntryType::GNUSparse {
            return Err(ArchiveError::Sparse(super::report_name(&name)));
        }
        let size = entry.header().entry_size().map_err(ArchiveError::damaged)?;
        // Its own bytes are not known where the whole is compressed.
        if let Some(wanted) = intake.admit(&name, kind, (0, size))? {
            intake.take(&wanted, &mut entry)?;
        }
    }
    Ok(())
}

fn header(entry: &mut Entry<'_, impl Read>) -> Result<Vec<u8>, ArchiveError> {
    let mut header = Vec::new();
    entry.take(MAX_HEADER_BYTES + 1).read_to_end(&mut header).map_err(ArchiveError::damaged)?;
    if header.len() as u64 > MAX_HEADER_BYTES {
        return Err(ArchiveError::LongPath("(an extended header)".to_owned()));
    }
    Ok(header)
}

/// The path in a header of pax.
fn path_of(header: &[u8]) -> Result<Option<Vec<u8>>, ArchiveError> {
    let mut path = None;
    for extension in PaxExtensions::new(header) {
        let extension = extension.map_err(ArchiveError::damaged)?;
        match extension.key_bytes() {
            b"path" => path = Some(extension.value_bytes().to_vec()),
            // Only files above 8 GiB need it; elsewhere it would have two programs see different entries.
            b"size" => return Err(ArchiveError::damaged("an entry with two sizes")),
            _ => {}
        }
    }
    Ok(path)
}

/// A stream that ends with an error where it is too long.
struct Bounded<R> {
    stream: R,
    left: u64,
    exceeded: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.exceeded = read as u64 > self.left;
        if self.exceeded {
            return Err(io::Error::other("it is too long"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}
