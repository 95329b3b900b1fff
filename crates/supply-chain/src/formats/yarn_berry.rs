//! `yarn.lock` of Yarn 2 and later, which is YAML: <https://yarnpkg.com/configuration/yarnrc>, Yarn's `Project.ts`.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;

use super::npm_manifest::{self, name_and_version};
use crate::graph::Graph;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Resolved, Source, SourceKind, syntax};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    version: String,
    /// `name@protocol:reference`: what the ranges of the key came to.
    resolution: String,
    checksum: Option<String>,
    dependencies: IndexMap<String, String>,
    optional_dependencies: IndexMap<String, String>,
}

pub(super) fn read(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let entries: IndexMap<String, Entry> = syntax::yaml(file.text)?;
    let development: Vec<String> = npm_manifest::beside(file.path, tree)
        .map(|manifest| manifest.dev_dependencies.keys().cloned().collect())
        .unwrap_or_default();
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    let mut places = HashMap::new();
    for (key, entry) in &entries {
        let Some(package) = package(file, entry) else { continue };
        let line = lines.next(&format!("\n\"{key}\":")).or_else(|| lines.next(&format!("\n{key}:")));
        let place = graph.add(Package { line, ..package })?;
        places.extend(key.split(',').map(|pattern| (pattern.trim(), place)));
    }
    for (key, entry) in &entries {
        let from = key.split(',').next().and_then(|pattern| places.get(pattern.trim()));
        for (name, range) in entry.dependencies.iter().chain(&entry.optional_dependencies) {
            // Before Yarn 4 the protocol of a registry was left out here.
            let written = places.get(format!("{name}@{range}").as_str());
            let Some(to) = written.or_else(|| places.get(format!("{name}@npm:{range}").as_str())) else { continue };
            match from {
                Some(from) => graph.edge(*from, *to)?,
                None if entry.resolution.contains("@workspace:") => {
                    // The lock file does not tell what a member needs for development; the manifest beside it does.
                    let dev = entry.resolution.ends_with("@workspace:.") && development.contains(name);
                    graph.root(*to, dev);
                }
                None => {}
            }
        }
    }
    if !graph.has_roots() {
        graph.root_what_nothing_needs();
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

/// What an entry came to. Members of the workspace, links and the file's own metadata are no packages.
fn package(file: File<'_>, entry: &Entry) -> Option<Package> {
    let (name, reference) = name_and_version(&entry.resolution);
    let source = match reference.split_once(':')? {
        ("npm", _) => Source::registry(),
        // A patch changes a package of the registry; advisories are about that one.
        ("patch", _) => Source { kind: SourceKind::Registry, url: None },
        ("workspace" | "link" | "portal" | "virtual", _) => return None,
        ("file", _) => Source::path(),
        _ => npm_manifest::source_of_address(reference)?,
    };
    Some(Package {
        source,
        hashed: entry.checksum.is_some(),
        ..Package::new(Ecosystem::Npm, name, &entry.version, file.path)
    })
}
