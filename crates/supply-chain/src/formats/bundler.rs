//! `Gemfile.lock` of Bundler: <https://bundler.io/man/gemfile.5.html>. Indentation carries its meaning.

use std::collections::HashMap;

use crate::graph::Graph;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Resolved, Source, SourceKind};

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let mut graph = Graph::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    // Needs are named before what they need is listed.
    let mut needs: Vec<(usize, &str)> = Vec::new();
    let mut asked: Vec<&str> = Vec::new();
    let (mut section, mut remote, mut current) = ("", "", None);
    for (number, line) in (1..).zip(file.text.lines()) {
        let content = line.trim();
        let words: Vec<&str> = content.split_whitespace().collect();
        match (line.len() - line.trim_start().len(), section, &words[..]) {
            (_, _, []) => {}
            (0, _, _) => (section, remote, current) = (content, "", None),
            (2, "DEPENDENCIES", [name, ..]) => asked.push(name.trim_end_matches('!')),
            (2, "GEM" | "GIT" | "PATH", ["remote:", address]) => remote = address,
            // What lies in the tree is the project itself; what it needs is asked for.
            (4, "PATH", _) => current = None,
            (6, "PATH", [name, ..]) => asked.push(name),
            (4, "GEM" | "GIT", [name, version]) => {
                let version = version.trim_matches(['(', ')']);
                let kind = if section == "GIT" { SourceKind::Git } else { SourceKind::Registry };
                let place = graph.add(Package {
                    line: Some(number),
                    source: Source::at(kind, remote),
                    ..Package::new(Ecosystem::RubyGems, *name, release(version), file.path)
                })?;
                // A gem may be locked once for each platform.
                places.entry(name).or_insert(place);
                current = Some(place);
            }
            (6, "GEM" | "GIT", [name, ..]) => needs.extend(current.map(|from| (from, *name))),
            _ => {}
        }
    }
    for (from, name) in needs {
        if let Some(to) = places.get(name) {
            graph.edge(from, *to)?;
        }
    }
    asked.iter().filter_map(|name| places.get(name)).for_each(|place| graph.root(*place, false));
    resolved.packages.extend(graph.finish());
    Ok(())
}

/// The version without its platform: `1.16.0-x86_64-linux`.
fn release(version: &str) -> &str {
    version.split('-').next().unwrap_or(version)
}
