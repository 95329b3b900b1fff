//! Which records affect a package in a version, and where it is repaired.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::record::{Affected, Event, Range, Record};
use super::{Advisory, Coordinate, severity};
use crate::Ecosystem;
use crate::formats::normalised_name;
use crate::version::Version;

/// The longest summary that is kept.
const MAX_SUMMARY_CHARACTERS: usize = 300;

/// The advisories that affect a package, records of one weakness merged, the worst first.
pub(super) fn advisories(coordinate: &Coordinate, records: &[&Record]) -> Vec<Advisory> {
    let mut merged: Vec<Advisory> = Vec::new();
    for advisory in records.iter().filter_map(|record| advisory(coordinate, record)) {
        let names: BTreeSet<&String> = advisory.aliases.iter().chain([&advisory.id]).collect();
        let same = |other: &Advisory| other.aliases.iter().chain([&other.id]).any(|name| names.contains(name));
        // A later record may show that two earlier ones are the same.
        let (same, others): (Vec<Advisory>, Vec<Advisory>) = merged.into_iter().partition(same);
        merged = others;
        merged.push(same.into_iter().fold(advisory, |one, other| merge(coordinate.ecosystem, one, other)));
    }
    let upgrade = upgrade(coordinate, records);
    for advisory in &mut merged {
        advisory.upgrade.clone_from(&upgrade);
    }
    merged.sort_by(|one, other| other.severity.cmp(&one.severity).then_with(|| one.id.cmp(&other.id)));
    merged
}

fn advisory(coordinate: &Coordinate, record: &Record) -> Option<Advisory> {
    if record.withdrawn.is_some() {
        return None;
    }
    let about = about(record, coordinate);
    let affected = about.iter().find(|part| affects(part, coordinate.ecosystem, &coordinate.version))?;
    let (severity, cvss) = severity::of(record, affected);
    let text =
        record.summary.as_deref().filter(|text| !text.is_empty()).or(record.details.as_deref()).unwrap_or_default();
    Some(Advisory {
        id: record.id.clone(),
        aliases: record.aliases.clone(),
        summary: text.lines().next().unwrap_or_default().chars().take(MAX_SUMMARY_CHARACTERS).collect(),
        severity,
        cvss,
        malicious: severity::is_malicious(record),
        fixed: fixed(&about, coordinate),
        upgrade: None,
        epss: severity::epss(record),
        known_exploited: severity::is_known_exploited(record),
    })
}

/// The parts of a record that are about a package.
fn about<'r>(record: &'r Record, coordinate: &Coordinate) -> Vec<&'r Affected> {
    let key = (coordinate.ecosystem, normalised_name(coordinate.ecosystem, &coordinate.name));
    record.affected.iter().filter(|part| part.key().as_ref() == Some(&key)).collect()
}

/// The smallest repaired version that no record affects of those that affect this one: the shortest upgrade that mends
/// all. Other records are left out because an OSV server does not name them.
fn upgrade(coordinate: &Coordinate, records: &[&Record]) -> Option<String> {
    let affecting = records.iter().filter(|record| advisory(coordinate, record).is_some());
    let parts: Vec<&Affected> = affecting.flat_map(|record| about(record, coordinate)).collect();
    fixed(&parts, coordinate)
}

/// Two records of one weakness: GitHub's is shown, because it is reviewed; the worse judgement counts, and the upgrade
/// that satisfies both.
fn merge(ecosystem: Ecosystem, one: Advisory, other: Advisory) -> Advisory {
    let rank = |advisory: &Advisory| {
        (!advisory.id.starts_with("MAL-"), !advisory.id.starts_with("GHSA-"), advisory.id.clone())
    };
    let (shown, hidden) = if rank(&one) <= rank(&other) { (one, other) } else { (other, one) };
    let names: BTreeSet<String> = shown.aliases.into_iter().chain(hidden.aliases).chain([hidden.id]).collect();
    let cvss = if hidden.severity > shown.severity { hidden.cvss.or(shown.cvss) } else { shown.cvss.or(hidden.cvss) };
    let fixed = match (shown.fixed, hidden.fixed) {
        (Some(one), Some(other)) => Some(if is_below(ecosystem, &one, &other) { other } else { one }),
        (one, other) => one.or(other),
    };
    Advisory {
        aliases: names.into_iter().filter(|name| *name != shown.id).collect(),
        severity: shown.severity.max(hidden.severity),
        cvss,
        malicious: shown.malicious || hidden.malicious,
        fixed,
        upgrade: None,
        epss: shown.epss.or(hidden.epss),
        known_exploited: shown.known_exploited || hidden.known_exploited,
        summary: if shown.summary.is_empty() { hidden.summary } else { shown.summary },
        id: shown.id,
    }
}

fn is_below(ecosystem: Ecosystem, one: &str, other: &str) -> bool {
    let parsed = (Version::parse(ecosystem, one), Version::parse(ecosystem, other));
    matches!(parsed, (Some(one), Some(other)) if one.compare(&other) == Some(Ordering::Less))
}

/// Whether a version is affected: it is listed, or lies in a range.
pub(super) fn affects(affected: &Affected, ecosystem: Ecosystem, version: &str) -> bool {
    let parsed = Version::parse(ecosystem, version);
    let equals = |listed: &String| {
        listed == version
            || parsed.as_ref().is_some_and(|version| {
                let listed = Version::parse(ecosystem, listed);
                listed.is_some_and(|listed| listed.compare(version) == Some(Ordering::Equal))
            })
    };
    if affected.versions.iter().any(equals) {
        return true;
    }
    let Some(version) = parsed else { return false };
    // Ranges of commits say nothing about versions.
    let ranges = affected.ranges.iter().filter(|range| range.kind != "GIT");
    ranges.into_iter().any(|range| contains(range, ecosystem, &version))
}

/// The evaluation of the specification: <https://ossf.github.io/osv-schema/#evaluation>.
fn contains(range: &Range, ecosystem: Ecosystem, version: &Version) -> bool {
    let place = |text: &str| Version::parse(ecosystem, text);
    let limits: Vec<&String> = range.events.iter().filter_map(|event| event.limit.as_ref()).collect();
    let below = |limit: &&String| {
        *limit == "*" || place(limit).is_some_and(|limit| version.compare(&limit) == Some(Ordering::Less))
    };
    if !limits.is_empty() && !limits.iter().any(below) {
        return false;
    }
    let mut events: Vec<(Option<Version>, &Event)> = Vec::new();
    for event in &range.events {
        match event.introduced.as_deref().or(event.fixed.as_deref()).or(event.last_affected.as_deref()) {
            // `0` stands for the first version of all, even where it is none of the ecosystem.
            Some("0") => events.push((None, event)),
            Some(text) => events.extend(place(text).map(|place| (Some(place), event))),
            None => {}
        }
    }
    events.sort_by(|(one, _), (other, _)| match (one, other) {
        (Some(one), Some(other)) => one.compare(other).unwrap_or(Ordering::Equal),
        (one, other) => one.is_some().cmp(&other.is_some()),
    });
    let mut affected = false;
    for (place, event) in events {
        let order = place.map_or(Some(Ordering::Greater), |place| version.compare(&place));
        let reached = matches!(order, Some(Ordering::Greater | Ordering::Equal));
        if event.introduced.is_some() && reached {
            affected = true;
        } else if event.fixed.is_some() && reached || event.last_affected.is_some() && order == Some(Ordering::Greater)
        {
            affected = false;
        }
    }
    affected
}

/// The smallest fixed version above the resolved one that none of these affects in turn.
fn fixed(about: &[&Affected], coordinate: &Coordinate) -> Option<String> {
    let ecosystem = coordinate.ecosystem;
    let resolved = Version::parse(ecosystem, &coordinate.version)?;
    let ranges = about.iter().flat_map(|part| &part.ranges).filter(|range| range.kind != "GIT");
    let fixes = ranges.flat_map(|range| &range.events).filter_map(|event| event.fixed.as_ref());
    let above = fixes.filter_map(|fixed| Some((Version::parse(ecosystem, fixed)?, fixed))).filter(|(version, text)| {
        version.compare(&resolved) == Some(Ordering::Greater)
            && !about.iter().any(|part| affects(part, ecosystem, text))
    });
    let smallest = above.min_by(|(one, _), (other, _)| one.compare(other).unwrap_or(Ordering::Equal));
    smallest.map(|(_, text)| text.clone())
}
