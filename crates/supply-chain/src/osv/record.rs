//! The parts of an OSV record that matter here.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use crate::Ecosystem;
use crate::formats::normalised_name;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) withdrawn: Option<String>,
    pub(super) aliases: Vec<String>,
    pub(super) summary: Option<String>,
    pub(super) details: Option<String>,
    pub(super) severity: Vec<Rating>,
    pub(super) affected: Vec<Affected>,
    pub(super) database_specific: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Rating {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) score: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Affected {
    pub(super) package: Option<AffectedPackage>,
    pub(super) severity: Vec<Rating>,
    pub(super) ranges: Vec<Range>,
    pub(super) versions: Vec<String>,
    pub(super) ecosystem_specific: Value,
    pub(super) database_specific: Value,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AffectedPackage {
    ecosystem: String,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) events: Vec<Event>,
}

/// Exactly one field is set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Event {
    pub(super) introduced: Option<String>,
    pub(super) fixed: Option<String>,
    pub(super) last_affected: Option<String>,
    pub(super) limit: Option<String>,
}

impl Affected {
    /// The package as we name it. Nothing for ecosystems that are not resolved here.
    pub(super) fn key(&self) -> Option<(Ecosystem, String)> {
        let package = self.package.as_ref()?;
        // A suffix behind a colon names a release or a repository.
        let name = package.ecosystem.split(':').next().unwrap_or_default();
        let ecosystem = ECOSYSTEMS.into_iter().find(|ecosystem| ecosystem.osv_name() == Some(name))?;
        Some((ecosystem, normalised_name(ecosystem, &package.name)))
    }
}

const ECOSYSTEMS: [Ecosystem; 7] = [
    Ecosystem::Npm,
    Ecosystem::PyPi,
    Ecosystem::CratesIo,
    Ecosystem::Go,
    Ecosystem::Maven,
    Ecosystem::RubyGems,
    Ecosystem::NuGet,
];

impl Record {
    /// The packages that it is about.
    pub(super) fn keys(&self) -> BTreeSet<(Ecosystem, String)> {
        self.affected.iter().filter_map(Affected::key).collect()
    }
}
