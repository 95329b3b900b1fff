//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3:
//! <https://docs.npmjs.com/cli/configuring-npm/package-lock-json>.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::npm_manifest::{self, PackageJson, name_and_version};
use crate::graph::Graph;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Resolved, Source, syntax};

#[derive(Debug, Deserialize)]
struct Lock {
    /// Versions 2 and 3: folder -> what is installed there.
    packages: Option<IndexMap<String, Entry>>,
    /// Version 1 (and 2, for old readers): name -> package, nested as on disk.
    #[serde(default)]
    dependencies: IndexMap<String, NestedEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    name: Option<String>,
    version: Option<String>,
    resolved: Option<String>,
    integrity: Option<String>,
    link: bool,
    dev: bool,
    has_install_script: bool,
    dependencies: IndexMap<String, String>,
    dev_dependencies: IndexMap<String, String>,
    optional_dependencies: IndexMap<String, String>,
    peer_dependencies: IndexMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct NestedEntry {
    #[serde(default)]
    version: String,
    resolved: Option<String>,
    integrity: Option<String>,
    #[serde(default)]
    dev: bool,
    /// A map of ranges; `true` in some old files.
    #[serde(default)]
    requires: Value,
    #[serde(default)]
    dependencies: IndexMap<String, NestedEntry>,
}

/// A folder is looked up once per level; deeper ones than any file system takes are refused.
const MAX_FOLDER_BYTES: usize = 4096;

pub(super) fn read(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let lock: Lock = syntax::json(file.text)?;
    let entries = match lock.packages {
        Some(packages) => packages,
        None => from_version_1(lock.dependencies, npm_manifest::beside(file.path, tree)),
    };
    if entries.keys().any(|folder| folder.len() > MAX_FOLDER_BYTES) {
        return Err("the file names a folder of more than 4096 bytes; lock again with npm".to_owned());
    }
    resolved.packages.extend(packages(file, &entries)?);
    Ok(())
}

fn packages(file: File<'_>, entries: &IndexMap<String, Entry>) -> Result<Vec<Package>, String> {
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    let mut places = HashMap::new();
    for (folder, entry) in entries {
        let Some(package) = package(file, folder, entry, &mut lines) else { continue };
        places.insert(folder.as_str(), graph.add(package)?);
    }
    for (folder, entry) in entries {
        let needed = [&entry.dependencies, &entry.optional_dependencies, &entry.peer_dependencies];
        for name in needed.into_iter().flat_map(IndexMap::keys) {
            let Some(to) = installed(folder, name, &places) else { continue };
            match places.get(folder.as_str()) {
                Some(from) => graph.edge(*from, to)?,
                None => graph.root(to, false),
            }
        }
        if !places.contains_key(folder.as_str()) {
            let development = entry.dev_dependencies.keys();
            development.filter_map(|name| installed(folder, name, &places)).for_each(|to| graph.root(to, true));
        }
    }
    if !graph.has_roots() {
        graph.root_what_nothing_needs();
    }
    Ok(graph.finish())
}

/// What is installed in a folder. The project itself, its workspace members and links to them are no packages.
fn package(file: File<'_>, folder: &str, entry: &Entry, lines: &mut Lines<'_>) -> Option<Package> {
    let (_, last) = folder.rsplit_once("node_modules/")?;
    if entry.link {
        return None;
    }
    let name = entry.name.as_deref().unwrap_or(last);
    let resolved = entry.resolved.as_deref().and_then(npm_manifest::source_of_address);
    Some(Package {
        line: lines.next(&format!("\"{}\"", if folder == last { folder } else { shown_key(file, folder, last) })),
        source: resolved.unwrap_or_else(Source::registry),
        hashed: entry.integrity.is_some(),
        install_script: entry.has_install_script,
        dev: entry.dev,
        ..Package::new(Ecosystem::Npm, name, entry.version.as_deref().unwrap_or_default(), file.path)
    })
}

/// Version 1 writes names, later ones whole folders.
fn shown_key<'k>(file: File<'_>, folder: &'k str, name: &'k str) -> &'k str {
    if file.text.contains("\"node_modules/") { folder } else { name }
}

/// The package that `name` means to code in `folder`, as Node finds it: here, or in the nearest folder above.
fn installed(folder: &str, name: &str, places: &HashMap<&str, usize>) -> Option<usize> {
    let mut folder = folder;
    loop {
        let candidate =
            if folder.is_empty() { format!("node_modules/{name}") } else { format!("{folder}/node_modules/{name}") };
        if let Some(place) = places.get(candidate.as_str()) {
            return Some(*place);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        folder = folder.strip_suffix("/node_modules").unwrap_or(folder);
    }
}

/// Brings the nested form of version 1 into that of later ones.
fn from_version_1(nested: IndexMap<String, NestedEntry>, manifest: Option<PackageJson>) -> IndexMap<String, Entry> {
    let mut entries = IndexMap::new();
    if let Some(manifest) = manifest {
        let root = Entry {
            dependencies: manifest.dependencies,
            dev_dependencies: manifest.dev_dependencies,
            optional_dependencies: manifest.optional_dependencies,
            peer_dependencies: manifest.peer_dependencies,
            ..Entry::default()
        };
        entries.insert(String::new(), root);
    }
    flatten("", nested, &mut entries);
    entries
}

fn flatten(folder: &str, nested: IndexMap<String, NestedEntry>, entries: &mut IndexMap<String, Entry>) {
    for (name, entry) in nested {
        let separator = if folder.is_empty() { "" } else { "/" };
        let folder = format!("{folder}{separator}node_modules/{name}");
        // An address or an alias may stand for the version.
        let (alias, version) = match entry.version.strip_prefix("npm:").map(name_and_version) {
            Some((name, version)) => (Some(name.to_owned()), version.to_owned()),
            None => (None, entry.version),
        };
        let address = npm_manifest::source_of_address(&version).is_some();
        let needs = entry.requires.as_object().into_iter().flatten();
        let flat = Entry {
            name: alias,
            resolved: if address { Some(version.clone()) } else { entry.resolved },
            version: Some(if address { String::new() } else { version }),
            integrity: entry.integrity,
            dev: entry.dev,
            dependencies: needs.map(|(name, _)| (name.clone(), String::new())).collect(),
            ..Entry::default()
        };
        entries.insert(folder.clone(), flat);
        flatten(&folder, entry.dependencies, entries);
    }
}
