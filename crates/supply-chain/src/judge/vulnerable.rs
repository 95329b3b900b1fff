//! MCPA-SC-002 and MCPA-SC-013: packages with advisories, and malware.

use contracts::audit::{Confidence, Severity};

use super::{Issue, IssueKind};
use crate::range::VersionRange;
use crate::{Advisories, Advisory, Coordinate, Manifest, Package, Relation, Requirement, Resolved, SourceKind};

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
    let manifests = resolved.manifests.iter().filter(|manifest| manifest.lock.is_none());
    let asked = manifests.flat_map(|manifest| manifest.requirements.iter().map(move |asked| (manifest, asked)));
    asked.filter_map(|(manifest, asked)| {
        if asked.exact.is_some() || asked.source.kind != SourceKind::Registry {
            return None;
        }
        let version = VersionRange::parse(asked.ecosystem, &asked.range)?.floor()?;
        Some((manifest, asked, Coordinate { ecosystem: asked.ecosystem, name: asked.name.clone(), version }))
    })
}

/// Whether an installation of today gets a repaired version, because the range allows it.
fn can_escape(requirement: &Requirement, advisory: &Advisory) -> bool {
    let range = VersionRange::parse(requirement.ecosystem, &requirement.range);
    advisory.fixed.as_deref().is_some_and(|fixed| range.is_some_and(|range| range.allows(fixed)))
}

fn of_package(package: &Package, advisory: &Advisory) -> Issue {
    let relation = match package.relation {
        Relation::Direct => "a direct dependency",
        Relation::Transitive => "a transitive dependency",
        Relation::Unknown => "a dependency",
    };
    let purpose = if package.dev { " for development only" } else { "" };
    let coordinate = package.coordinate();
    Issue {
        // Code that does not come from the registry only carries its name and version.
        confidence: match package.source.kind {
            SourceKind::Registry => Confidence::Confirmed,
            _ => Confidence::Likely,
        },
        line: package.line,
        path: package.path.clone(),
        reason: format!("`{coordinate}`, {relation}{purpose}, is affected by {}; {}", advisory.id, advice(advisory)),
        ..issue(advisory, package.dev, package.ecosystem, coordinate, &package.file)
    }
}

fn of_range(manifest: &Manifest, asked: &Requirement, at: &Coordinate, advisory: &Advisory) -> Issue {
    let (id, range) = (&advisory.id, &asked.range);
    Issue {
        confidence: Confidence::Likely,
        line: asked.line,
        path: vec![asked.name.clone()],
        reason: format!(
            "`{}` is asked for as `{range}` without a lock file, which {id} affects from {} on; {}",
            asked.name,
            at.version,
            advice(advisory)
        ),
        ..issue(advisory, asked.dev, asked.ecosystem, asked.name.clone(), &manifest.file)
    }
}

fn issue(advisory: &Advisory, dev: bool, ecosystem: crate::Ecosystem, package: String, file: &str) -> Issue {
    let kind = if advisory.malicious { IssueKind::Malicious } else { IssueKind::VulnerableDependency };
    // Malware harms whoever installs it, developers before all.
    let severity = if dev && !advisory.malicious { one_step_lower(advisory.severity) } else { advisory.severity };
    Issue {
        kind,
        ecosystem,
        package,
        advisory: Some(advisory.clone()),
        severity,
        confidence: Confidence::Confirmed,
        file: file.to_owned(),
        line: None,
        path: Vec::new(),
        reason: String::new(),
    }
}

fn advice(advisory: &Advisory) -> String {
    match &advisory.fixed {
        _ if advisory.malicious => "remove it and replace every secret that the machine held".to_owned(),
        Some(fixed) => format!("upgrade to {fixed}"),
        None => "no repaired version is known, replace it".to_owned(),
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
