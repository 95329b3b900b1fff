//! `bun.lock`, the text form: <https://bun.sh/docs/install/lockfile>.

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
#[serde(default)]
#[derive(Default)]
struct Lock {
    /// Folder -> what its manifest asks for.
    workspaces: IndexMap<String, PackageJson>,
    /// Names on the way to the package, joined by `/` -> `name@version`, registry, needs, hash.
    packages: IndexMap<String, Vec<Value>>,
}

/// A key is looked up once per name in it.
const MAX_KEY_BYTES: usize = 4096;

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    // JSON with trailing commas is YAML too, and that reader bounds depth.
    let lock: Lock = syntax::yaml(file.text)?;
    if lock.packages.keys().any(|key| key.len() > MAX_KEY_BYTES) {
        return Err("the file holds a key of more than 4096 bytes; lock again with bun".to_owned());
    }
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    lines.next("\"packages\"");
    let mut places = HashMap::new();
    for (key, entry) in &lock.packages {
        let line = lines.next(&format!("\"{key}\""));
        let Some(package) = package(file, entry) else { continue };
        places.insert(key.as_str(), graph.add(Package { line, ..package })?);
    }
    for (key, entry) in &lock.packages {
        let Some(from) = places.get(key.as_str()) else { continue };
        let Some(needs) = entry.iter().find_map(Value::as_object) else { continue };
        for section in ["dependencies", "optionalDependencies", "peerDependencies"] {
            let names = needs.get(section).and_then(Value::as_object).into_iter().flatten();
            for to in names.filter_map(|(name, _)| found_from(key, name, &places)) {
                graph.edge(*from, to)?;
            }
        }
    }
    for member in lock.workspaces.values() {
        for (name, _, dev) in member.asked() {
            if let Some(to) = places.get(name) {
                graph.root(*to, dev);
            }
        }
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

/// Members of the workspace and links are no packages.
fn package(file: File<'_>, entry: &[Value]) -> Option<Package> {
    let (name, version) = name_and_version(entry.first()?.as_str()?);
    let source = match version.split_once(':').map(|(protocol, _)| protocol) {
        None => Source::registry(),
        Some("workspace" | "link") => return None,
        Some("file") => Source::path(),
        Some(_) => npm_manifest::requirement(name, version).source,
    };
    let version = if source == Source::registry() { version } else { "" };
    let hashed = entry.iter().skip(1).filter_map(Value::as_str).any(|text| text.starts_with("sha"));
    Some(Package { source, hashed, ..Package::new(Ecosystem::Npm, name, version, file.path) })
}

/// The package that `name` means to the package of `key`: nested under it, or under one of those on the way to it.
fn found_from(key: &str, name: &str, places: &HashMap<&str, usize>) -> Option<usize> {
    let mut above = key;
    loop {
        if let Some(place) = places.get(format!("{above}/{name}").as_str()) {
            return Some(*place);
        }
        match above.rsplit_once('/') {
            Some((rest, _)) => above = rest,
            None => return places.get(name).copied(),
        }
    }
}
