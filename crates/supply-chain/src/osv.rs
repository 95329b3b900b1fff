//! Advisories in the OSV format (<https://ossf.github.io/osv-schema/>) and the packages they are about.

mod matching;
mod offline;
mod online;
mod record;
mod severity;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use contracts::packages::Advisory;

use crate::formats::normalised_name;
use crate::{Ecosystem, Package};
pub use offline::OfflineDatabase;
pub use online::OnlineApi;
use record::Record;

/// A package in a version that something is asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coordinate {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
}

impl From<&Package> for Coordinate {
    fn from(package: &Package) -> Self {
        Self { ecosystem: package.ecosystem, name: package.name.clone(), version: package.version.clone() }
    }
}

/// Why advisories could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum OsvError {
    /// The offline database cannot be read at all.
    #[error("cannot read the advisory database at `{}` ({source}); give a folder of OSV files or an `all.zip` of one", path.display())]
    Database {
        /// Where it should be.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// The database has not one record.
    #[error("the advisory database at `{}` holds no OSV records; give a folder of OSV files or an `all.zip` of one", .0.display())]
    Nothing(PathBuf),
    /// The database is larger than any that is known.
    #[error("the advisory database at `{}` is larger than {limit}; give one ecosystem's alone", path.display())]
    TooLarge {
        /// Where it is.
        path: PathBuf,
        /// The limit that was reached.
        limit: &'static str,
    },
    /// The advisory server cannot be called.
    #[error("cannot call the advisory server; check its address and the network, or use an offline database")]
    Call(#[source] outbound::OutboundError),
    /// The advisory server refuses.
    #[error("the advisory server answers with status {0}; try again later, or use an offline database")]
    Status(u16),
    /// The advisory server says something that it should not.
    #[error("the answer of the advisory server cannot be used: {0}")]
    Answer(String),
}

/// Where advisories are looked up.
#[derive(Debug, Clone)]
pub enum AdvisorySource {
    /// Files on this machine. Nothing leaves it.
    Offline(OfflineDatabase),
    /// An OSV server, which learns the names and versions.
    Online(OnlineApi),
}

/// Advisories by the package and version that they affect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advisories {
    by_coordinate: BTreeMap<Coordinate, Vec<Advisory>>,
    /// What could not be read; what it may have said is missing here.
    pub problems: Vec<String>,
}

impl Advisories {
    /// What affects a package in a version.
    pub fn of(&self, coordinate: &Coordinate) -> &[Advisory] {
        self.by_coordinate.get(coordinate).map_or(&[], Vec::as_slice)
    }
}

impl AdvisorySource {
    /// Looks up what affects packages. Both sources give records; what a record means is decided here, the same way.
    pub async fn look_up(&self, wanted: BTreeSet<Coordinate>) -> Result<Advisories, OsvError> {
        // Without a version nothing can be said; a name unknown to OSV has no advisories.
        let is_known = |at: &Coordinate| at.ecosystem.osv_name().is_some() && !at.version.is_empty();
        let wanted: BTreeSet<Coordinate> = wanted.into_iter().filter(is_known).collect();
        let found = match self {
            Self::Offline(database) => database.records(&wanted).await?,
            Self::Online(api) => api.records(&wanted).await?,
        };
        let mut by_name: BTreeMap<(Ecosystem, String), Vec<&Record>> = BTreeMap::new();
        for record in found.records.values() {
            for key in record.keys() {
                by_name.entry(key).or_default().push(record);
            }
        }
        let mut advisories = Advisories { problems: found.problems, ..Advisories::default() };
        for coordinate in wanted {
            let key = (coordinate.ecosystem, normalised_name(coordinate.ecosystem, &coordinate.name));
            let matches = matching::advisories(&coordinate, by_name.get(&key).map_or(&[], Vec::as_slice));
            if !matches.is_empty() {
                advisories.by_coordinate.insert(coordinate, matches);
            }
        }
        Ok(advisories)
    }
}

/// What a source found. Records by their identifier, so that none counts twice and the order is always the same.
#[derive(Debug, Default)]
struct Found {
    records: BTreeMap<String, Record>,
    problems: Vec<String>,
}
