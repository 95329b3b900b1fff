//! MCPA-SC-007: versions or contents that are open until installation (CWE-1357).

use std::collections::BTreeMap;

use contracts::packages::{Issue, IssueKind, Place};

use super::{in_file, issue, named};
use crate::{Ecosystem, Package, Requirement, Resolved, SourceKind};

pub(super) fn issues(resolved: &Resolved) -> Vec<Issue> {
    let mut issues = Vec::new();
    for manifest in resolved.manifests.iter().filter(|manifest| manifest.lock.is_none() && !manifest.library) {
        // Without a version, a parent of Maven or the central file of NuGet decides, which is not seen here.
        let is_managed = |asked: &Requirement| {
            asked.range.is_empty() && matches!(asked.ecosystem, Ecosystem::Maven | Ecosystem::NuGet)
        };
        let is_open = |asked: &&Requirement| {
            asked.exact.is_none()
                && matches!(asked.source.kind, SourceKind::Registry | SourceKind::Git)
                && !is_managed(asked)
        };
        let open: Vec<&Requirement> = manifest.requirements.iter().filter(is_open).collect();
        let Some(first) = open.first() else { continue };
        let reason = format!(
            "{} of its dependencies may change with each installation ({}) and no lock file stands beside it; commit one",
            open.len(),
            named(open.iter().map(|asked| asked.name.as_str()))
        );
        issues.push(unlocked("versions", &manifest.file, first.line, reason));
    }
    let mut without: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in resolved.packages.iter().filter(|package| lacks_hash(package)) {
        without.entry(&package.file).or_default().push(package);
    }
    for (file, packages) in without {
        // Its ranges are the greater gap and are told already.
        let is_told = issues.iter().any(|issue| matches!(&issue.place, Place::File { path, .. } if path == file));
        let Some(first) = packages.first().filter(|_| !is_told) else { continue };
        let reason = format!(
            "{} packages stand there without a hash ({}), so other contents under the same version would not be noticed; \
             lock again with hashes",
            packages.len(),
            named(packages.iter().map(|package| package.name.as_str()))
        );
        issues.push(unlocked("hashes", file, first.line, reason));
    }
    issues
}

/// Where the ecosystem's own files could hold a hash. Manifests of npm and Cargo cannot; their lock files do.
fn lacks_hash(package: &Package) -> bool {
    let can_hold = match package.ecosystem {
        Ecosystem::Npm => !package.file.ends_with("package.json"),
        Ecosystem::CratesIo => !package.file.ends_with("Cargo.toml"),
        Ecosystem::PyPi => !package.file.ends_with("pyproject.toml") && !package.file.ends_with("Pipfile"),
        Ecosystem::Go => true,
        Ecosystem::Maven | Ecosystem::RubyGems | Ecosystem::NuGet | Ecosystem::Docker => false,
    };
    can_hold && !package.hashed && package.source.kind == SourceKind::Registry
}

fn unlocked(what: &str, file: &str, line: Option<u32>, reason: String) -> Issue {
    issue(IssueKind::Unlocked, what.to_owned(), in_file(file, line), reason)
}
