//! From what is known of one server to what its supply-chain checks can tell: the issues, and what could not be looked at.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use contracts::packages::{Gap, Issue, IssueKind, Packages};

use crate::judge::{self, named};
use crate::version::Version;
use crate::{Advisories, Coordinate, Ecosystem, OsvError, Resolved};

/// What is known of one server before any advisory is. The more of it is given, the more can be assessed.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What the files of its code say.
    pub resolved: Option<Resolved>,
    /// The package that its launch command fetches.
    pub launched: Option<Launched>,
    /// The name and version that the running server tells of itself.
    pub told: Option<(String, String)>,
}

/// A package that a launch command fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launched {
    ecosystem: Ecosystem,
    name: String,
    /// Absent where the launch takes whatever is newest.
    version: Option<String>,
}

impl Launched {
    /// A package as scans write it: `npm:@scope/name@1.2.3`, or without version. Nothing for addresses of repositories
    /// and for registries that are not known.
    pub fn parse(package: &str) -> Option<Self> {
        let (registry, rest) = package.split_once(':')?;
        let ecosystem = match registry {
            "npm" => Ecosystem::Npm,
            "pypi" => Ecosystem::PyPi,
            "go" => Ecosystem::Go,
            "nuget" => Ecosystem::NuGet,
            "docker" => Ecosystem::Docker,
            _ => return None,
        };
        if rest.is_empty() || rest.contains("://") {
            return None;
        }
        // The first character may be the `@` of a scope.
        let at = rest.char_indices().skip(1).filter(|(_, letter)| *letter == '@').map(|(at, _)| at).last();
        let (name, version) = at.map_or((rest, None), |at| (&rest[..at], Some(rest[at + 1..].to_owned())));
        Some(Self { ecosystem, name: name.to_owned(), version })
    }

    fn coordinate(&self) -> Option<Coordinate> {
        Some(Coordinate { ecosystem: self.ecosystem, name: self.name.clone(), version: self.version.clone()? })
    }
}

/// Checks that need the files of the server's code.
const OF_FILES: [IssueKind; 6] = [
    IssueKind::VulnerableDependency,
    IssueKind::LookAlike,
    IssueKind::InstallScript,
    IssueKind::Unlocked,
    IssueKind::UntrustedSource,
    IssueKind::Malicious,
];
/// Checks that need advisories.
pub const OF_ADVISORIES: [IssueKind; 3] =
    [IssueKind::VulnerableServer, IssueKind::VulnerableDependency, IssueKind::Malicious];
/// Checks that need to know which packages the server is made of, and in which versions.
const OF_VERSIONS: [IssueKind; 2] = [IssueKind::VulnerableDependency, IssueKind::Malicious];
/// The most files that are named for not being readable.
const MAX_PROBLEMS: usize = 20;

impl Known {
    /// The packages whose advisories [`assess`] wants.
    pub fn coordinates(&self) -> BTreeSet<Coordinate> {
        let mut wanted = self.resolved.as_ref().map(judge::coordinates).unwrap_or_default();
        wanted.extend(self.launched.as_ref().and_then(Launched::coordinate));
        wanted.extend(self.told().ok());
        wanted
    }

    /// The package that the running server's name means, if it is the name of the launched one, or of exactly one that is
    /// well known. Otherwise why there is none. The name in a manifest is not asked: that of a private package may be
    /// anybody's in the registry.
    fn told(&self) -> Result<Coordinate, &'static str> {
        let Some((name, version)) = &self.told else { return Err("the server tells no name and version of itself") };
        let means = |package: &str| package == name || package.rsplit('/').next() == Some(name);
        let launched = self.launched.as_ref().filter(|launched| means(&launched.name));
        let launched = launched.map(|launched| (launched.ecosystem, launched.name.as_str()));
        let Some((ecosystem, package)) = launched.or_else(|| judge::package_of_server(name)) else {
            return Err("the name that the server tells of itself is that of no single package that is known");
        };
        let version = version.trim_start_matches('v');
        // What a server tells may be anything, and may be asked about online.
        if ecosystem.osv_name().is_none() || Version::parse(ecosystem, version).is_none() {
            return Err("what the server tells of itself is no version of a package that advisories are kept of");
        }
        Ok(Coordinate { ecosystem, name: package.to_owned(), version: version.to_owned() })
    }
}

/// Assesses one server. `advisories` are those of its [`Known::coordinates`]; nothing where nobody was to be asked.
pub fn assess(known: &Known, advisories: Option<Result<Advisories, OsvError>>) -> Packages {
    let mut gaps = Vec::new();
    let advisories = match advisories {
        Some(Ok(advisories)) => {
            if let Some(first) = advisories.problems.first() {
                let more = advisories.problems.len() - 1;
                let reason = format!("the advisories could not all be read ({first}; {more} further problems)");
                gaps.push(failed(&OF_ADVISORIES, reason));
            }
            advisories
        }
        Some(Err(error)) => {
            gaps.push(failed(&OF_ADVISORIES, error.to_string()));
            Advisories::default()
        }
        None => {
            let reason = "no advisories: give an OSV database (--osv-db), or let an OSV server be asked (--osv-api)";
            gaps.push(not_given(&OF_ADVISORIES, reason));
            Advisories::default()
        }
    };
    let mut issues = Vec::new();
    if let Some(resolved) = &known.resolved {
        issues.extend(judge::judge(resolved, &advisories));
        gaps.extend(gaps_of(resolved));
    } else {
        let is_compared = |launched: &Launched| judge::has_well_known_names(launched.ecosystem);
        let by_name = known.launched.as_ref().is_some_and(is_compared);
        let is_open = |kind: &IssueKind| !(by_name && *kind == IssueKind::LookAlike);
        let kinds: Vec<IssueKind> = OF_FILES.into_iter().filter(is_open).collect();
        gaps.push(not_given(&kinds, "no source data: give the folder with the server's manifests (--source)"));
    }
    if let Some(launched) = &known.launched {
        issues.extend(judge::look_alike_launch(launched.ecosystem, &launched.name));
        let coordinate = launched.coordinate();
        let found = coordinate.iter().flat_map(|at| advisories.of(at).iter().map(move |one| judge::of_launch(at, one)));
        issues.extend(found);
    }
    match known.told() {
        Ok(at) => issues.extend(advisories.of(&at).iter().map(|advisory| judge::of_server(&at, advisory))),
        Err(reason) => gaps.push(not_given(&[IssueKind::VulnerableServer], reason)),
    }
    // Worst first: whoever shows only some must show those.
    issues.sort_by(|one, other| {
        let rank = |issue: &Issue| (issue.kind, std::cmp::Reverse((issue.severity, issue.confidence)));
        rank(one).cmp(&rank(other)).then_with(|| (&one.place, &one.subject).cmp(&(&other.place, &other.subject)))
    });
    Packages { issues, gaps }
}

/// What the files leave open.
fn gaps_of(resolved: &Resolved) -> Vec<Gap> {
    let unread = resolved.problems.iter().map(|problem| format!("`{}`: {}", problem.file, problem.reason));
    let mut gaps: Vec<Gap> = unread.take(MAX_PROBLEMS).map(|reason| failed(&OF_FILES, reason)).collect();
    if let Some(more) = resolved.problems.len().checked_sub(MAX_PROBLEMS).filter(|more| *more > 0) {
        gaps.push(failed(&OF_FILES, format!("{more} further files cannot be read")));
    }
    if resolved.is_empty() {
        let reason = "no source data: there is no manifest or lock file that is known";
        gaps.push(not_given(&OF_FILES, reason));
    } else if !resolved.names_packages() {
        let reason = "the files name no packages that advisories are kept of: give a manifest or lock file";
        gaps.push(not_given(&OF_VERSIONS, reason));
    }
    let open = judge::without_version(resolved);
    if !open.is_empty() {
        let reason = format!(
            "no file tells the versions of {} dependencies ({}): a lock file would",
            open.len(),
            named(open.iter().copied())
        );
        gaps.push(not_given(&OF_VERSIONS, reason));
    }
    gaps
}

fn failed(kinds: &[IssueKind], reason: String) -> Gap {
    Gap { kinds: kinds.to_vec(), reason, failed: true }
}

fn not_given(kinds: &[IssueKind], reason: impl Into<String>) -> Gap {
    Gap { kinds: kinds.to_vec(), reason: reason.into(), failed: false }
}
