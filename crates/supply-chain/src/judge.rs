//! What the supply-chain checks of the catalogue (section 5.7) object to in the packages of a tree.

mod install_scripts;
mod locking;
mod look_alike;
mod sources;
mod vulnerable;
mod well_known;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use contracts::audit::{Confidence, Severity};
use contracts::packages::{Issue, IssueKind, Place};

use crate::{Advisories, Coordinate, Ecosystem, Resolved};

pub(crate) use vulnerable::{of_launch, of_server, without_version};
pub(crate) use well_known::package_of_server;

/// How many names a sentence holds.
const MAX_NAMES: usize = 3;

/// The packages to look up before [`judge`]: what is resolved, and for ranges without a lock file their smallest version.
pub(crate) fn coordinates(resolved: &Resolved) -> BTreeSet<Coordinate> {
    let floors = vulnerable::unlocked(resolved).map(|(_, _, coordinate)| coordinate);
    resolved.packages.iter().map(Coordinate::from).chain(floors).collect()
}

/// Judges a tree. The advisories are those of its [`coordinates`].
pub(crate) fn judge(resolved: &Resolved, advisories: &Advisories) -> Vec<Issue> {
    let mut issues = vulnerable::issues(resolved, advisories);
    issues.extend(look_alike::issues(resolved));
    issues.extend(install_scripts::issues(resolved));
    issues.extend(locking::issues(resolved));
    issues.extend(sources::issues(resolved));
    issues
}

/// The objection to the name of a package that a command fetches, where it looks like another.
pub(crate) fn look_alike_launch(ecosystem: Ecosystem, name: &str) -> Option<Issue> {
    look_alike::issue(ecosystem, name, Place::Launch)
}

/// Whether names of this ecosystem are compared with well-known ones.
pub(crate) fn has_well_known_names(ecosystem: Ecosystem) -> bool {
    well_known::PACKAGES.iter().any(|known| known.ecosystem == ecosystem)
}

/// The first few names, for a sentence.
pub(crate) fn named<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = if names.len() > MAX_NAMES { ", …" } else { "" };
    let shown: Vec<String> = names.take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    format!("{}{more}", shown.join(", "))
}

fn in_file(path: &str, line: Option<u32>) -> Place {
    Place::File { path: path.to_owned(), line }
}

/// A package as [`Issue::package`] has it. `coordinate` is its name, with its version where that is known.
fn shown(ecosystem: Ecosystem, coordinate: &str) -> String {
    format!("{ecosystem}:{coordinate}")
}

/// An issue as sure and as bad as the catalogue has those of its kind.
fn issue(kind: IssueKind, subject: String, place: Place, reason: String) -> Issue {
    let (severity, confidence) = match kind {
        IssueKind::LookAlike => (Severity::High, Confidence::Tentative),
        IssueKind::InstallScript | IssueKind::Unlocked => (Severity::Low, Confidence::Confirmed),
        IssueKind::UntrustedSource => (Severity::High, Confidence::Confirmed),
        IssueKind::VulnerableServer => (Severity::Medium, Confidence::Likely),
        IssueKind::VulnerableDependency => (Severity::Medium, Confidence::Confirmed),
        IssueKind::Malicious => (Severity::Critical, Confidence::Confirmed),
    };
    Issue { kind, package: None, subject, advisory: None, severity, confidence, place, path: Vec::new(), reason }
}
