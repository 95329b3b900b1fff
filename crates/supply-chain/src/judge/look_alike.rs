//! MCPA-SC-005: names that are easily mistaken for those of well-known MCP packages (CWE-1357).

use std::collections::BTreeSet;

use contracts::packages::{Issue, IssueKind, Place};
use strsim::osa_distance;

use super::well_known::{self, WellKnown};
use super::{in_file, shown};
use crate::{Ecosystem, Relation, Resolved};

pub(super) fn issues(resolved: &Resolved) -> Vec<Issue> {
    let direct = resolved.packages.iter().filter(|package| package.relation == Relation::Direct);
    let direct = direct.map(|package| (package.ecosystem, &package.name, &package.file, package.line));
    let asked = resolved.manifests.iter().flat_map(|manifest| {
        manifest.requirements.iter().map(|asked| (asked.ecosystem, &asked.name, &manifest.file, asked.line))
    });
    let mut seen = BTreeSet::new();
    let mut issues = Vec::new();
    // Manifests come first: that is where the name is chosen.
    for (ecosystem, name, file, line) in asked.chain(direct) {
        let Some(issue) = issue(ecosystem, name, in_file(file, line)) else { continue };
        if seen.insert((ecosystem, name)) {
            issues.push(issue);
        }
    }
    issues
}

/// The objection to one name.
pub(super) fn issue(ecosystem: Ecosystem, name: &str, place: Place) -> Option<Issue> {
    let (well_known, how) = look_alike(ecosystem, name)?;
    let reason = format!(
        "`{name}` is the name of `{}` {how}; make sure that it comes from the publisher that you mean",
        well_known.name
    );
    let issue = super::issue(IssueKind::LookAlike, format!("{ecosystem}:{name}"), place, reason);
    Some(Issue { package: Some(shown(ecosystem, name)), ..issue })
}

/// Words that are added to a name to borrow its reputation.
const AFFIXES: [&str; 16] = [
    "official", "latest", "new", "js", "ts", "node", "npm", "py", "python", "pro", "plus", "secure", "fixed",
    "updated", "core", "lib",
];
/// Names below this length have too many neighbours.
const MIN_LENGTH: usize = 6;
/// From this length on, two typing errors are still no coincidence.
const TWO_ERRORS_FROM: usize = 12;

/// The well-known package that a name may be mistaken for, and how it differs.
pub(super) fn look_alike(ecosystem: Ecosystem, name: &str) -> Option<(&'static WellKnown, &'static str)> {
    let known = || well_known::PACKAGES.iter().filter(|known| known.ecosystem == ecosystem);
    let scope = |name: &str| name.starts_with('@').then(|| name.split('/').next().unwrap_or_default().to_owned());
    let own_scope = scope(name);
    if name.len() < MIN_LENGTH
        || known().any(|known| known.name == name)
        || well_known::FORKS.contains(&(ecosystem, name))
        // Whoever holds the scope of a well-known publisher is that publisher.
        || own_scope.is_some() && known().any(|known| scope(known.name) == own_scope)
    {
        return None;
    }
    known().find_map(|known| Some((known, difference(name, known.name)?)))
}

fn difference(name: &str, known: &str) -> Option<&'static str> {
    let (spelled, known_spelled) = (letters(name), letters(known));
    if spelled == known_spelled {
        return Some("with other separators");
    }
    let (base, known_base) = (base(name), base(known));
    // Short last parts (`@a/mcp`, `@b/mcp`) are shared by many.
    if base == known_base && base.len() >= 2 * MIN_LENGTH && name != known {
        return Some("in another scope");
    }
    let added = spelled.strip_prefix(&known_spelled).or_else(|| spelled.strip_suffix(&known_spelled));
    if added.is_some_and(|added| AFFIXES.contains(&added)) {
        return Some("with a word added");
    }
    let shorter = name.chars().count().min(known.chars().count());
    let allowed = if shorter >= TWO_ERRORS_FROM { 2 } else { 1 };
    let distance = osa_distance(name, known);
    let typed = shorter >= MIN_LENGTH && (1..=allowed).contains(&distance) && !differs_in_number(name, known);
    typed.then_some("with a letter or two changed")
}

/// `x-mcp2` and `x-mcp3` are versions of a name, not errors in typing it.
fn differs_in_number(name: &str, known: &str) -> bool {
    let without_digits = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    without_digits(name) == without_digits(known)
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
