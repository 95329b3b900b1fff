//! What the supply-chain checks of the catalogue (section 5.7) say about packages. Plain data: the caller turns it into
//! findings.

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

use crate::{Advisories, Advisory, Coordinate, Ecosystem, Resolved};

/// Which check an issue belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssueKind {
    /// The version that a server tells has advisories.
    VulnerableServer,
    /// A dependency has advisories.
    VulnerableDependency,
    /// A name that differs little from a well-known one.
    LookAlike,
    /// Code that runs on installation.
    InstallScript,
    /// Versions or contents are open until installation.
    Unlocked,
    /// Packages from a place that can be spoofed.
    UntrustedSource,
    /// Malware.
    Malicious,
}

impl IssueKind {
    /// The identifier in the check catalogue.
    pub fn check_id(self) -> &'static str {
        match self {
            Self::VulnerableServer => "MCPA-SC-001",
            Self::VulnerableDependency => "MCPA-SC-002",
            Self::LookAlike => "MCPA-SC-005",
            Self::InstallScript => "MCPA-SC-006",
            Self::Unlocked => "MCPA-SC-007",
            Self::UntrustedSource => "MCPA-SC-008",
            Self::Malicious => "MCPA-SC-013",
        }
    }
}

/// Something that a check objects to.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// The check.
    pub kind: IssueKind,
    /// Where the package comes from.
    pub ecosystem: Ecosystem,
    /// The package, with its version where that is known. Empty where the issue concerns a whole file.
    pub package: String,
    /// What is known about the weakness.
    pub advisory: Option<Advisory>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The file. Empty for what a running server told.
    pub file: String,
    /// Its line in the file, counted from 1.
    pub line: Option<u32>,
    /// The way from a direct dependency to the package.
    pub path: Vec<String>,
    /// A sentence on what was seen and what to do.
    pub reason: String,
}

/// The packages to look up before [`judge`]: what is resolved, and for ranges without a lock file their smallest version.
pub fn coordinates(resolved: &Resolved) -> BTreeSet<Coordinate> {
    let floors = vulnerable::unlocked(resolved).map(|(_, _, coordinate)| coordinate);
    resolved.packages.iter().map(Coordinate::from).chain(floors).collect()
}

/// Judges a tree. The advisories are those of its [`coordinates`].
pub fn judge(resolved: &Resolved, advisories: &Advisories) -> Vec<Issue> {
    let mut issues = vulnerable::issues(resolved, advisories);
    issues.extend(look_alike::issues(resolved));
    issues.extend(install_scripts::issues(resolved));
    issues.extend(locking::issues(resolved));
    issues.extend(sources::issues(resolved));
    issues.sort_by(|one, other| {
        let key = |issue: &Issue| (issue.kind, issue.file.clone(), issue.line, issue.package.clone());
        key(one).cmp(&key(other))
    });
    issues
}

/// The package that a running server's name means, if it is the name of exactly one well-known package.
///
/// Its advisories are issues of [`IssueKind::VulnerableServer`] with [`Confidence::Likely`]: a distributor may have
/// repaired the version without renaming it.
pub fn advertised(server_name: &str, version: &str) -> Option<Coordinate> {
    let (ecosystem, name) = well_known::package_of_server(server_name)?;
    Some(Coordinate { ecosystem, name: name.to_owned(), version: version.trim_start_matches('v').to_owned() })
}
