//! `pnpm-lock.yaml`, lock file versions 5 to 9: <https://github.com/pnpm/spec/tree/master/lockfile>.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::npm_manifest::{self, name_and_version};
use crate::graph::Graph;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Resolved, Source, SourceKind, syntax};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Lock {
    /// One per member of the workspace. Before version 6 a single project stood at the top.
    importers: IndexMap<String, Importer>,
    #[serde(flatten)]
    project: Importer,
    packages: IndexMap<String, Entry>,
    /// Since version 9: what a package needs, once for each set of peers.
    snapshots: IndexMap<String, Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Importer {
    dependencies: IndexMap<String, Value>,
    optional_dependencies: IndexMap<String, Value>,
    dev_dependencies: IndexMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    /// Only where the key does not tell: archives and repositories.
    name: Option<String>,
    version: Option<String>,
    resolution: Resolution,
    requires_build: bool,
    dependencies: IndexMap<String, String>,
    optional_dependencies: IndexMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Resolution {
    integrity: Option<String>,
    tarball: Option<String>,
    repo: Option<String>,
    directory: Option<String>,
}

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let lock: Lock = syntax::yaml(file.text)?;
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    lines.next("\npackages:");
    // By key without peers, because one package with two sets of peers is still one package.
    let mut places: HashMap<String, usize> = HashMap::new();
    for (key, entry) in &lock.packages {
        let line = lines.next(key);
        let Some(package) = package(file, key, entry) else { continue };
        if !places.contains_key(bare(key)) {
            let place = graph.add(Package { line, ..package })?;
            places.insert(bare(key).to_owned(), place);
        }
    }
    let needs = if lock.snapshots.is_empty() { &lock.packages } else { &lock.snapshots };
    for (key, entry) in needs {
        let Some(from) = places.get(bare(key)).copied() else { continue };
        for (name, reference) in entry.dependencies.iter().chain(&entry.optional_dependencies) {
            if let Some(to) = referenced(name, reference, &places) {
                graph.edge(from, to)?;
            }
        }
    }
    for importer in lock.importers.values().chain([&lock.project]) {
        let production = importer.dependencies.iter().chain(&importer.optional_dependencies).map(|need| (need, false));
        for ((name, value), dev) in production.chain(importer.dev_dependencies.iter().map(|need| (need, true))) {
            // Since version 6 the version stands beside the range that was asked for.
            let reference = value.as_str().or_else(|| value.get("version")?.as_str()).unwrap_or_default();
            if let Some(to) = referenced(name, reference, &places) {
                graph.root(to, dev);
            }
        }
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

fn package(file: File<'_>, key: &str, entry: &Entry) -> Option<Package> {
    let (name, version) = coordinate(bare(key));
    let name = entry.name.as_deref().unwrap_or(name);
    let version = entry.version.as_deref().unwrap_or(version);
    let resolution = &entry.resolution;
    let source = match (&resolution.repo, &resolution.tarball) {
        _ if resolution.directory.is_some() => Source::path(),
        (Some(repository), _) => Source::at(SourceKind::Git, repository),
        (_, Some(archive)) => npm_manifest::source_of_address(archive)?,
        _ => Source::registry(),
    };
    Some(Package {
        source,
        // A repository is fetched at a commit, which is a hash of its contents.
        hashed: resolution.integrity.is_some() || resolution.repo.is_some(),
        install_script: entry.requires_build,
        ..Package::new(Ecosystem::Npm, name, version, file.path)
    })
}

/// The key of a package without its peers, which stand in parentheses since version 6 and behind `_` before.
fn bare(key: &str) -> &str {
    let key = key.split('(').next().unwrap_or(key);
    // Names may hold underscores; versions may not.
    let version = key.rfind('/').unwrap_or(0);
    let peers = if is_version_5(key) { key[version..].find('_') } else { None };
    peers.map_or(key, |at| &key[..version + at])
}

/// `/name/1.0.0` and `/@scope/name/1.0.0`, where later versions write `name@1.0.0`.
fn is_version_5(key: &str) -> bool {
    let Some(path) = key.strip_prefix('/') else { return false };
    path.matches('/').count() > usize::from(path.starts_with('@'))
}

fn coordinate(key: &str) -> (&str, &str) {
    let path = key.strip_prefix('/').unwrap_or(key);
    if is_version_5(key) { path.rsplit_once('/').unwrap_or((path, "")) } else { name_and_version(path) }
}

/// The package that a reference means: a version, or a whole key where an alias is used.
fn referenced(name: &str, reference: &str, places: &HashMap<String, usize>) -> Option<usize> {
    let keys = [
        format!("{name}@{reference}"),
        format!("/{name}@{reference}"),
        format!("/{name}/{reference}"),
        reference.to_owned(),
    ];
    keys.iter().find_map(|key| places.get(bare(key))).copied()
}
