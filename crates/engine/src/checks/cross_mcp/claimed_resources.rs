//! Resources in the name space of another server, and templates that cover everything.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{are_same, audited, listed_neighbours};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::resource_at;
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-008",
    title: "Claims another's resources",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Give resources a scheme of the server's own, and let templates of common schemes begin with a fixed host or folder.",
    tags: &[Tag::Cwe(694), Tag::McpTop10(10)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

/// Schemes that many servers use for things of their own.
const COMMON: [&str; 9] = ["file", "http", "https", "ftp", "data", "git", "ssh", "ui", "urn"];

fn check(probe: &Probe) -> Verdict {
    let neighbours = match listed_neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    let snapshot = probe.snapshot();
    let mut drafts = Vec::new();
    for template in snapshot.templates.iter().filter(|template| is_catch_all(&template.uri)) {
        let message = "the template covers every address of its scheme, also those of other servers";
        drafts.push(
            Draft::new(Severity::Low, Confidence::Confirmed, resource_at(template, ""), message)
                .distinct("catch-all")
                .sample(Sample::whole(template.uri.clone(), "resource:catch-all")),
        );
    }
    for (neighbour, declared) in neighbours.into_iter().filter(|(neighbour, _)| !are_same(&audited, neighbour)) {
        let theirs: BTreeSet<String> = declared.resources.iter().filter_map(|uri| name_space(uri)).collect();
        let mut known = BTreeSet::new();
        for item in snapshot.resources.iter().chain(&snapshot.templates) {
            let Some(space) = name_space(&item.uri).filter(|space| theirs.contains(space)) else { continue };
            // One finding says it all, however many resources there are.
            if known.insert(space.clone()) {
                let message = "another server of the configuration has resources in the same name space";
                drafts.push(
                    Draft::new(Severity::Low, Confidence::Confirmed, format!("resource:{space}"), message)
                        .distinct(neighbour.name.clone())
                        .sample(Sample::whole(format!("{space}, also in {}", neighbour.name), "resource:same-space")),
                );
            }
        }
    }
    Verdict::Decided(drafts)
}

/// What an address claims: a scheme of its own, or the host of a common one. Local files have no owner to claim.
fn name_space(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    if !COMMON.contains(&scheme.as_str()) {
        return Some(format!("{scheme}:"));
    }
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?.to_lowercase();
    (!authority.is_empty() && !authority.contains('{') && scheme != "file").then(|| format!("{scheme}://{authority}"))
}

/// Whether a template of files or pages begins with a variable: `file:///{path}`, `https://{host}/{path}`.
fn is_catch_all(template: &str) -> bool {
    let lower = template.to_ascii_lowercase();
    let rest = ["file:", "http:", "https:"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    rest.is_some_and(|rest| rest.trim_start_matches('/').starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_spaces_are_schemes_or_hosts() {
        for (uri, expected) in [
            ("notes://today", Some("notes:")),
            ("Notes://{day}", Some("notes:")),
            ("https://acme.example/a", Some("https://acme.example")),
            ("https://{host}/a", None),
            ("file:///srv/a", None),
            ("nothing", None),
        ] {
            assert_eq!(name_space(uri).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn templates_that_begin_with_a_variable_cover_everything() {
        for template in ["file:///{path}", "file://{+path}", "HTTPS://{host}/{path}"] {
            assert!(is_catch_all(template), "{template}");
        }
        for template in ["file:///srv/notes/{name}", "https://acme.example/{path}", "notes://{day}"] {
            assert!(!is_catch_all(template), "{template}");
        }
    }
}
