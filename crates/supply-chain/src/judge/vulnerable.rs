//! MCPA-SC-002 and MCPA-SC-013: packages with advisories, and malware.

use contracts::audit::{Confidence, Severity};
use contracts::packages::{Advisory, Issue, IssueKind, Place};

use super::{in_file, shown};
use crate::range::VersionRange;
use crate::{Advisories, Coordinate, Ecosystem, Manifest, Package, Relation, Requirement, Resolved, SourceKind};

pub(super) fn issues(resolved: &Resolved, advisories: &Advisories) -> Vec<Issue> {
    let locked = resolved.packages.iter().flat_map(|package| {
        advisories.of(&Coordinate::from(package)).iter().map(move |advisory| of_package(package, advisory))
    });
    let unlocked = unlocked(resolved).flat_map(|(manifest, requirement, coordinate)| {
        let affecting = advisories.of(&coordinate).iter().filter(|advisory| !can_escape(requirement, advisory));
        affecting.map(|advisory| of_range(manifest, requirement, &coordinate, advisory)).collect::<Vec<_>>()
    });
    locked.chain(unlocked).collect()
}

/// Requirements that no lock file settles and that allow several versions, with the smallest of those.
pub(super) fn unlocked(resolved: &Resolved) -> impl Iterator<Item = (&Manifest, &Requirement, Coordinate)> {
    open(resolved).filter_map(|(manifest, asked)| {
        let version = floor(asked)?;
        Some((manifest, asked, Coordinate { ecosystem: asked.ecosystem, name: asked.name.clone(), version }))
    })
}

/// The names of packages of which no file tells any version, so that no advisory can be compared.
pub(crate) fn without_version(resolved: &Resolved) -> Vec<&str> {
    open(resolved).filter(|(_, asked)| floor(asked).is_none()).map(|(_, asked)| asked.name.as_str()).collect()
}

/// Requirements of registries that nothing settles.
fn open(resolved: &Resolved) -> impl Iterator<Item = (&Manifest, &Requirement)> {
    let manifests = resolved.manifests.iter().filter(|manifest| manifest.lock.is_none());
    let asked = manifests.flat_map(|manifest| manifest.requirements.iter().map(move |asked| (manifest, asked)));
    let is_kept = |asked: &Requirement| asked.ecosystem.osv_name().is_some();
    asked.filter(move |(_, asked)| asked.exact.is_none() && asked.source.kind == SourceKind::Registry && is_kept(asked))
}

fn floor(asked: &Requirement) -> Option<String> {
    VersionRange::parse(asked.ecosystem, &asked.range)?.floor()
}

/// The weaknesses of a package that the launch command names in an exact version.
pub(crate) fn of_launch(at: &Coordinate, advisory: &Advisory) -> Issue {
    let coordinate = format!("{}@{}", at.name, at.version);
    let reason = format!(
        "the launch command fetches `{coordinate}`, which is affected by {}; {}",
        name(advisory),
        advice(advisory)
    );
    let issue = issue(advisory, false, (at.ecosystem, &at.name), Place::Launch, reason);
    Issue { package: Some(shown(at.ecosystem, &coordinate)), ..issue }
}

/// The weaknesses of the version that a running server tells. A distributor may have repaired it without renaming it.
pub(crate) fn of_server(at: &Coordinate, advisory: &Advisory) -> Issue {
    let reason = format!(
        "the version that the server tells of itself is one of `{}` that {} affects; {}",
        at.name,
        name(advisory),
        advice(advisory)
    );
    Issue {
        kind: IssueKind::VulnerableServer,
        confidence: Confidence::Likely,
        package: Some(shown(at.ecosystem, &format!("{}@{}", at.name, at.version))),
        ..issue(advisory, false, (at.ecosystem, &at.name), Place::Server, reason)
    }
}

/// Whether an installation of today gets a repaired version, because the range allows it.
fn can_escape(requirement: &Requirement, advisory: &Advisory) -> bool {
    let range = VersionRange::parse(requirement.ecosystem, &requirement.range);
    advisory.fixed.as_deref().is_some_and(|fixed| range.is_some_and(|range| range.allows(fixed)))
}

fn of_package(package: &Package, advisory: &Advisory) -> Issue {
    let relation = match (package.relation, package.path.first()) {
        (Relation::Direct, _) => "a direct dependency".to_owned(),
        (Relation::Transitive, Some(first)) => format!("a transitive dependency through `{first}`"),
        (Relation::Transitive, None) => "a transitive dependency".to_owned(),
        (Relation::Unknown, _) => "a dependency".to_owned(),
    };
    let purpose = if package.dev { " for development only" } else { "" };
    let coordinate = package.coordinate();
    let reason =
        format!("`{coordinate}`, {relation}{purpose}, is affected by {}; {}", name(advisory), advice(advisory));
    let place = in_file(&package.file, package.line);
    Issue {
        // Code that does not come from the registry only carries its name and version.
        confidence: match package.source.kind {
            SourceKind::Registry => Confidence::Confirmed,
            _ => Confidence::Likely,
        },
        path: package.path.clone(),
        package: Some(shown(package.ecosystem, &coordinate)),
        ..issue(advisory, package.dev, (package.ecosystem, &package.name), place, reason)
    }
}

fn of_range(manifest: &Manifest, asked: &Requirement, at: &Coordinate, advisory: &Advisory) -> Issue {
    let reason = format!(
        "`{}` is asked for as `{}` without a lock file, which {} affects from {} on; {}",
        asked.name,
        asked.range,
        name(advisory),
        at.version,
        advice(advisory)
    );
    let place = in_file(&manifest.file, asked.line);
    Issue {
        confidence: Confidence::Likely,
        path: vec![asked.name.clone()],
        package: Some(shown(asked.ecosystem, &asked.name)),
        ..issue(advisory, asked.dev, (asked.ecosystem, &asked.name), place, reason)
    }
}

fn issue(advisory: &Advisory, dev: bool, package: (Ecosystem, &str), place: Place, reason: String) -> Issue {
    let kind = if advisory.malicious { IssueKind::Malicious } else { IssueKind::VulnerableDependency };
    let subject = format!("{}:{}:{}", package.0, package.1, advisory.id);
    Issue {
        advisory: Some(advisory.clone()),
        // Malware harms whoever installs it, developers before all.
        severity: if dev && !advisory.malicious { one_step_lower(advisory.severity) } else { advisory.severity },
        ..super::issue(kind, subject, place, reason)
    }
}

/// The advisory by its own name and, beside it, the one that most people know.
fn name(advisory: &Advisory) -> String {
    let cve = advisory.aliases.iter().find(|alias| alias.starts_with("CVE-"));
    match cve.filter(|_| !advisory.id.starts_with("CVE-")) {
        Some(cve) => format!("{} ({cve})", advisory.id),
        None => advisory.id.clone(),
    }
}

fn advice(advisory: &Advisory) -> String {
    match (&advisory.fixed, &advisory.upgrade) {
        _ if advisory.malicious => "remove it and replace every secret that the machine held".to_owned(),
        (Some(fixed), Some(upgrade)) if fixed != upgrade => {
            format!("upgrade to {fixed}, or to {upgrade}, which none of its known advisories affects")
        }
        (Some(fixed), _) => format!("upgrade to {fixed}"),
        (None, Some(upgrade)) => format!("upgrade to {upgrade}, which none of its known advisories affects"),
        (None, None) => "no repaired version is known, replace it".to_owned(),
    }
}

fn one_step_lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}
