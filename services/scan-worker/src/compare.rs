//! What differs between what a scan found and what was known of the same source.
//!
//! A server is recognised by its id: file, project and name. What could not be read this time says nothing, so its servers
//! stay known and are neither gone nor changed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use contracts::api::changes::{ChangeCounts, ChangedMcp, McpChange, McpPart, McpSummary, ScanChanges};
use contracts::api::scans::DiscoveredMcp;
use contracts::ids::McpId;
use discovery::{Discovery, MAX_SERVERS};
use store::LastScan;

/// Servers of one list.
const MAX_LISTED: usize = 100;
/// Characters of one text. An entry of a hostile file may be as long as the file.
const MAX_CHARACTERS: usize = 300;

/// What comes of a comparison.
pub(crate) struct Compared {
    /// What differs; nothing where there was nothing to compare with.
    pub(crate) changes: Option<ScanChanges>,
    /// What is known now: what was found, and what could not be looked for.
    pub(crate) known: Vec<DiscoveredMcp>,
}

/// Compares what was found with the servers that were known after the last scan.
pub(crate) fn compare(last: Option<(&LastScan, Vec<DiscoveredMcp>)>, found: &Discovery) -> Compared {
    let mut known = found.mcps.clone();
    let Some((last, before)) = last else { return Compared { changes: None, known } };
    let now: BTreeMap<&McpId, &DiscoveredMcp> = found.mcps.iter().map(|mcp| (&mcp.mcp_id, mcp)).collect();
    let unread = Unread::of(found);
    let (mut gone, mut changed, mut not_read) = (Vec::new(), Vec::new(), Vec::new());
    for earlier in &before {
        match now.get(&earlier.mcp_id) {
            Some(current) => {
                let different = differences(earlier, current);
                if !different.is_empty() {
                    changed.push(ChangedMcp { mcp: summary(current), changes: different });
                }
            }
            None if unread.covers(&earlier.config_path) => not_read.push(earlier.clone()),
            None => gone.push(summary(earlier)),
        }
    }
    let earlier: BTreeSet<&McpId> = before.iter().map(|mcp| &mcp.mcp_id).collect();
    let mut new: Vec<McpSummary> =
        now.values().filter(|mcp| !earlier.contains(&mcp.mcp_id)).map(|mcp| summary(mcp)).collect();
    new.sort_by(|one, other| other.risk.cmp(&one.risk).then_with(|| place(one).cmp(&place(other))));
    gone.sort_by(|one, other| place(one).cmp(&place(other)));
    changed.sort_by(|one, other| place(&one.mcp).cmp(&place(&other.mcp)));
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let counts = ChangeCounts {
        new: count(new.len()),
        gone: count(gone.len()),
        changed: count(changed.len()),
        unread: count(not_read.len()),
    };
    new.truncate(MAX_LISTED);
    gone.truncate(MAX_LISTED);
    changed.truncate(MAX_LISTED);
    known.extend(not_read);
    known.truncate(MAX_SERVERS);
    let (previous_scan_id, previous_at) = (last.scan_id.clone(), last.created_at);
    Compared { changes: Some(ScanChanges { previous_scan_id, previous_at, counts, new, gone, changed }), known }
}

/// Where nothing could be read, or not all.
struct Unread<'a> {
    paths: HashSet<&'a str>,
    /// Whether more servers were there than a scan lists.
    all: bool,
}

impl<'a> Unread<'a> {
    fn of(found: &'a Discovery) -> Self {
        let paths = found.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
        Self { paths, all: found.mcps.len() >= MAX_SERVERS }
    }

    /// Whether a file, a folder above it, its repository or its account could not be read.
    fn covers(&self, path: &str) -> bool {
        let above = path.match_indices('/').map(|(end, _)| &path[..end]);
        self.all || above.chain([path]).any(|path| self.paths.contains(path))
    }
}

fn place(mcp: &McpSummary) -> (&str, &str) {
    (&mcp.config_path, &mcp.name)
}

fn summary(mcp: &DiscoveredMcp) -> McpSummary {
    let command = || (!mcp.command.is_empty()).then(|| mcp.command.join(" "));
    let address = mcp.url.clone().or_else(|| mcp.package.clone()).or_else(command);
    McpSummary {
        mcp_id: mcp.mcp_id.clone(),
        name: short(&mcp.name),
        client: short(&mcp.client),
        config_path: short(&mcp.config_path),
        transport: short(&mcp.transport),
        address: address.as_deref().map(short),
        risk: mcp.risk,
    }
}

/// What a person would want to know of. The line of an entry and what was kept of its code are no changes of a server.
fn differences(before: &DiscoveredMcp, after: &DiscoveredMcp) -> Vec<McpChange> {
    let mut changes = Vec::new();
    for (part, of) in PARTS {
        let (before, after) = (of(before), of(after));
        if before != after {
            changes.push(McpChange {
                part: *part,
                before: before.as_deref().map(short),
                after: after.as_deref().map(short),
            });
        }
    }
    changes
}

type Text = fn(&DiscoveredMcp) -> Option<String>;

const PARTS: &[(McpPart, Text)] = &[
    (McpPart::Kind, |mcp| Some(mcp.kind.to_string())),
    (McpPart::Transport, |mcp| Some(mcp.transport.clone())),
    (McpPart::Url, |mcp| mcp.url.clone()),
    (McpPart::Command, |mcp| joined(mcp.command.iter().cloned(), " ")),
    (McpPart::Package, |mcp| mcp.package.clone()),
    (McpPart::Environment, |mcp| joined(mcp.env_names.iter().cloned(), ", ")),
    (McpPart::Headers, |mcp| joined(mcp.header_names.iter().cloned(), ", ")),
    (McpPart::Secrets, |mcp| {
        let secret = |secret: &contracts::api::scans::FoundSecret| {
            let name = secret.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
            format!("{}{name}: {}", secret.place, secret.masked)
        };
        joined(mcp.secrets.iter().map(secret), ", ")
    }),
    (McpPart::Risk, |mcp| {
        let reasons = joined(mcp.risk_reasons.iter().cloned(), ", ");
        Some(reasons.map_or_else(|| mcp.risk.to_string(), |reasons| format!("{}: {reasons}", mcp.risk)))
    }),
    (McpPart::Disabled, |mcp| Some(mcp.disabled.to_string())),
];

fn joined(texts: impl Iterator<Item = String>, between: &str) -> Option<String> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join(between))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &[(&str, &str)])], unread: &[&str]) -> Discovery {
        let mut found = Discovery::default();
        for (path, servers) in files {
            let entries: Vec<String> = servers
                .iter()
                .map(|(name, package)| {
                    format!("\"{name}\": {{\"command\": \"npx\", \"args\": [\"-y\", \"{package}\"]}}")
                })
                .collect();
            found.read(path, &format!("{{\"mcpServers\": {{{}}}}}", entries.join(", ")));
        }
        for path in unread {
            found.skip(path, "not read");
        }
        found.settle()
    }

    fn last() -> LastScan {
        LastScan {
            scan_id: "scan-1".parse().expect("an id"),
            created_at: "2026-11-20T02:00:00Z".parse().expect("a time"),
        }
    }

    /// The changes after a scan that found `before`, and what is known then.
    fn after(before: &Discovery, now: &Discovery) -> (ScanChanges, Vec<DiscoveredMcp>) {
        let last = last();
        let compared = compare(Some((&last, compare(None, before).known)), now);
        (compared.changes.expect("a comparison"), compared.known)
    }

    fn names(mcps: &[McpSummary]) -> Vec<&str> {
        mcps.iter().map(|mcp| mcp.name.as_str()).collect()
    }

    #[test]
    fn new_gone_and_changed_servers_are_told_apart() {
        let before = found(&[("acme/a/.mcp.json", &[("stays", "s@1"), ("pinned", "p@1.0.0"), ("leaves", "l")])], &[]);
        let now = found(
            &[
                ("acme/a/.mcp.json", &[("comes", "c@1"), ("stays", "s@1"), ("pinned", "p")]),
                ("acme/b/.mcp.json", &[("leaves", "l")]),
            ],
            &[],
        );
        let (changes, known) = after(&before, &now);
        assert_eq!(changes.counts, ChangeCounts { new: 2, gone: 1, changed: 1, unread: 0 });
        assert_eq!((names(&changes.new).len(), names(&changes.gone)), (2, vec!["leaves"]));
        let [pinned] = changes.changed.as_slice() else { panic!("{:?}", changes.changed) };
        let package = pinned.changes.iter().find(|one| one.part == McpPart::Package).expect("a package");
        assert_eq!((package.before.as_deref(), package.after.as_deref()), (Some("npm:p@1.0.0"), Some("npm:p")));
        assert!(pinned.changes.iter().any(|one| one.part == McpPart::Command), "{pinned:?}");
        assert_eq!((changes.previous_scan_id, known.len()), (last().scan_id, 4));
    }

    #[test]
    fn a_first_scan_and_the_same_again_tell_nothing() {
        let scan = found(&[("acme/a/.mcp.json", &[("one", "o"), ("two", "t")])], &[]);
        assert!(compare(None, &scan).changes.is_none());
        let moved = found(&[("acme/a/.mcp.json", &[("two", "t"), ("one", "o")])], &[]);
        assert_eq!(after(&scan, &moved).0.counts, ChangeCounts::default(), "another line is another server");
    }

    #[test]
    fn what_cannot_be_read_is_not_gone_and_later_not_new() {
        let both: &[(&str, &[(&str, &str)])] =
            &[("acme/a/.mcp.json", &[("near", "n")]), ("acme/b/app/.mcp.json", &[("far", "f")])];
        let before = found(both, &[]);
        for unread in ["acme/b", "acme/b/app", "acme/b/app/.mcp.json", "acme"] {
            let (changes, known) = after(&before, &found(&both[..1], &[unread]));
            assert_eq!(changes.counts, ChangeCounts { unread: 1, ..ChangeCounts::default() }, "{unread}");
            let again = compare(Some((&last(), known.clone())), &before).changes.expect("a comparison");
            assert_eq!(again.counts, ChangeCounts::default(), "{unread}: known servers became new");
            let emptied = compare(Some((&last(), known)), &found(&both[..1], &[])).changes.expect("a comparison");
            assert_eq!(names(&emptied.gone), ["far"], "{unread}: a server that is gone is never told");
        }
        let (changes, _) = after(&before, &found(&both[..1], &["acme/bb", "acme/b/ap", "acme/b/app/.mcp.json.bak"]));
        assert_eq!(changes.counts, ChangeCounts { gone: 1, ..ChangeCounts::default() });
    }

    #[test]
    fn hundreds_of_servers_with_long_texts_are_counted_and_not_all_listed() {
        let names: Vec<String> = (0..MAX_LISTED + 5).map(|number| format!("server-{number}")).collect();
        let servers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "s")).collect();
        let mut now = found(&[("acme/a/.mcp.json", &servers)], &[]);
        for mcp in &mut now.mcps {
            mcp.url = Some("x".repeat(4_000));
        }
        let (changes, known) = after(&found(&[], &[]), &now);
        let listed = (changes.counts.new as usize, changes.new.len(), known.len());
        assert_eq!(listed, (MAX_LISTED + 5, MAX_LISTED, MAX_LISTED + 5));
        let longest = changes.new.iter().filter_map(|mcp| mcp.address.as_ref()).map(|text| text.chars().count()).max();
        assert_eq!(longest, Some(MAX_CHARACTERS + 1));
    }
}
