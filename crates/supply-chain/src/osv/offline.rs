//! Advisories from files: a folder of OSV records, or the `all.zip` that OSV publishes for each ecosystem.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::record::Record;
use super::{Coordinate, Found, OsvError};
use crate::Ecosystem;
use crate::formats::normalised_name;

/// The largest record that is read. The largest real ones list some thousand versions in 1 MiB.
const MAX_RECORD_BYTES: u64 = 8 << 20;
/// The most records of one database. All of OSV holds fewer than a million.
const MAX_RECORDS: usize = 3_000_000;
/// The most bytes of all records together, unpacked.
const MAX_TOTAL_BYTES: u64 = 32 << 30;
/// How deep folders are searched: `<ecosystem>/<year>/<record>` is the deepest known.
const MAX_DEPTH: usize = 6;
/// The most problems that are told one by one.
const MAX_PROBLEMS: usize = 20;

/// Advisories on this machine.
#[derive(Debug, Clone)]
pub struct OfflineDatabase {
    path: PathBuf,
}

impl OfflineDatabase {
    /// A folder with records (`*.json`) or archives (`*.zip`), at any depth up to six, or one archive. That it can be
    /// opened is seen here, what it holds only at the look-up.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, OsvError> {
        let path = path.into();
        let opened = match fs::metadata(&path) {
            Ok(kind) if kind.is_dir() => fs::read_dir(&path).map(drop),
            Ok(_) if is_archive(&path) => archive(&path).map(drop),
            Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a folder nor a zip")),
            Err(error) => Err(error),
        };
        match opened {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(OsvError::Database { path, source }),
        }
    }

    /// The records about packages of these names.
    pub(super) async fn records(&self, wanted: &BTreeSet<Coordinate>) -> Result<Found, OsvError> {
        let names = wanted.iter().map(|at| (at.ecosystem, normalised_name(at.ecosystem, &at.name))).collect();
        let database = self.path.clone();
        let mut reading = Reading { names, found: Found::default(), records: 0, valid: 0, bytes: 0, database };
        let read = tokio::task::spawn_blocking(move || {
            let path = reading.database.clone();
            reading.path(&path, 0, true)?;
            if reading.valid == 0 { Err(OsvError::Nothing(path)) } else { Ok(reading.found) }
        });
        let failed = |source| OsvError::Database { path: self.path.clone(), source };
        read.await.map_err(|error| failed(io::Error::other(error)))?
    }
}

struct Reading {
    names: BTreeSet<(Ecosystem, String)>,
    found: Found,
    records: usize,
    valid: usize,
    bytes: u64,
    database: PathBuf,
}

impl Reading {
    fn path(&mut self, path: &Path, depth: usize, given: bool) -> Result<(), OsvError> {
        if self.is_done() {
            return Ok(());
        }
        let failed = |source| OsvError::Database { path: path.to_owned(), source };
        // The path that the user gave may be a link; those inside may lead anywhere.
        let kind = if given { fs::metadata(path) } else { fs::symlink_metadata(path) }.map_err(failed)?;
        if kind.is_dir() {
            if depth >= MAX_DEPTH {
                self.problem(format!("`{}` lies too deep and was not read", path.display()));
                return Ok(());
            }
            let mut entries: Vec<PathBuf> =
                fs::read_dir(path).map_err(failed)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
            entries.sort();
            return entries.iter().try_for_each(|entry| self.path(entry, depth + 1, false));
        }
        if kind.is_file() && is_archive(path) {
            return self.archive(path);
        }
        if kind.is_file() && has_extension(path, "json") {
            let file = File::open(path).map_err(failed)?;
            return self.record(file, &path.display().to_string());
        }
        Ok(())
    }

    /// Where nothing is asked for, one record shows that the database is one.
    fn is_done(&self) -> bool {
        self.names.is_empty() && self.valid > 0
    }

    fn archive(&mut self, path: &Path) -> Result<(), OsvError> {
        let mut archive = archive(path).map_err(|source| OsvError::Database { path: path.to_owned(), source })?;
        for number in 0..archive.len() {
            if self.is_done() {
                break;
            }
            match archive.by_index(number) {
                Ok(entry) if entry.is_dir() => {}
                Ok(entry) => self.record(entry, &format!("entry {number} of {}", path.display()))?,
                Err(_) => self.problem(format!("entry {number} of `{}` cannot be unpacked", path.display())),
            }
        }
        Ok(())
    }

    fn record(&mut self, reader: impl Read, place: &str) -> Result<(), OsvError> {
        self.records += 1;
        if self.records > MAX_RECORDS {
            return Err(OsvError::TooLarge { path: self.database.clone(), limit: "3 million records" });
        }
        let mut text = Vec::new();
        // Sizes that an archive declares may be a lie; what is read is counted.
        if reader.take(MAX_RECORD_BYTES + 1).read_to_end(&mut text).is_err() {
            self.problem(format!("{place} cannot be read"));
            return Ok(());
        }
        self.bytes += text.len() as u64;
        if self.bytes > MAX_TOTAL_BYTES {
            return Err(OsvError::TooLarge { path: self.database.clone(), limit: "32 GiB" });
        }
        if text.len() as u64 > MAX_RECORD_BYTES {
            self.problem(format!("{place} is larger than 8 MiB and was not read"));
            return Ok(());
        }
        let record = serde_json::from_slice::<Record>(&text).ok().filter(|record| !record.id.is_empty());
        self.valid += usize::from(record.is_some());
        match record {
            Some(record) if record.keys().iter().any(|key| self.names.contains(key)) => {
                self.found.records.insert(record.id.clone(), record);
            }
            Some(_) => {}
            None => self.problem(format!("{place} is no OSV record")),
        }
        Ok(())
    }

    fn problem(&mut self, problem: String) {
        match self.found.problems.len() {
            0..MAX_PROBLEMS => self.found.problems.push(problem),
            MAX_PROBLEMS => self.found.problems.push("further parts of the database cannot be read either".to_owned()),
            _ => {}
        }
    }
}

fn is_archive(path: &Path) -> bool {
    has_extension(path, "zip")
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

fn archive(path: &Path) -> io::Result<ZipArchive<io::BufReader<File>>> {
    ZipArchive::new(io::BufReader::new(File::open(path)?)).map_err(io::Error::other)
}
