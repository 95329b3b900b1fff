//! `poetry.lock`, `pdm.lock` and `uv.lock`: TOML files with one table per package.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::python::{self, PyProject, normalised};
use crate::graph::Graph;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Resolved, Source, SourceKind, syntax};

#[derive(Debug, Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Entry>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    /// Poetry before 1.3 and PDM before 2.8 kept the hashes here: name -> files.
    #[serde(default)]
    files: IndexMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Entry {
    name: String,
    version: String,
    /// Poetry before 1.5: `main` or `dev`.
    category: Option<String>,
    source: Option<Value>,
    /// PDM names the address of a package beside its version.
    #[serde(flatten)]
    rest: IndexMap<String, Value>,
    dependencies: Value,
    optional_dependencies: IndexMap<String, Vec<Value>>,
    dev_dependencies: IndexMap<String, Vec<Value>>,
    files: Vec<Value>,
    sdist: Option<Value>,
    wheels: Vec<Value>,
}

pub(super) fn read(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let lock: Lock = syntax::toml(file.text)?;
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    // One name may be locked in several versions, for several platforms.
    let mut places: HashMap<String, Vec<(String, usize)>> = HashMap::new();
    let mut own: Vec<Option<usize>> = Vec::new();
    for entry in &lock.package {
        let line = lines.next(&format!("\nname = \"{}\"", entry.name));
        let package = package(file, entry, &lock.metadata);
        own.push(match package {
            Some(package) => {
                let (name, version) = (package.name.clone(), package.version.clone());
                let place = graph.add(Package { line, ..package })?;
                places.entry(name).or_default().push((version, place));
                Some(place)
            }
            None => None,
        });
    }
    for (entry, own) in lock.package.iter().zip(own) {
        let extras = entry.optional_dependencies.values().flatten().filter_map(needed);
        for (name, version) in needs(&entry.dependencies).into_iter().chain(extras) {
            for to in meant(&name, version.as_deref(), &places) {
                match own {
                    Some(from) => graph.edge(from, to)?,
                    None => graph.root(to, false),
                }
            }
        }
        // Only the project itself and its members lock what they need for development.
        if own.is_none() {
            for (name, version) in entry.dev_dependencies.values().flatten().filter_map(needed) {
                meant(&name, version.as_deref(), &places).for_each(|to| graph.root(to, true));
            }
        }
    }
    if !graph.has_roots()
        && let Some(pyproject) = PyProject::beside(file.path, tree)
    {
        for asked in pyproject.requirements() {
            meant(&asked.name, None, &places).for_each(|to| graph.root(to, asked.dev));
        }
    }
    if !graph.has_roots() {
        graph.root_what_nothing_needs();
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

/// Members of a workspace and the project itself are no packages.
fn package(file: File<'_>, entry: &Entry, metadata: &Metadata) -> Option<Package> {
    let source = source(entry);
    if source.kind == SourceKind::Path && entry.files.is_empty() && entry.wheels.is_empty() && entry.sdist.is_none() {
        return None;
    }
    let has_hash = |value: &Value| value.get("hash").is_some();
    let old = metadata.files.iter().any(|(name, files)| {
        let name = name.split(' ').next().unwrap_or(name);
        normalised(name) == normalised(&entry.name) && files.as_array().is_some_and(|files| files.iter().any(has_hash))
    });
    Some(Package {
        dev: entry.category.as_deref() == Some("dev"),
        // A repository is fetched at a commit, which is a hash of its contents.
        hashed: entry.files.iter().chain(&entry.wheels).chain(&entry.sdist).any(has_hash)
            || old
            || source.kind == SourceKind::Git,
        source,
        ..Package::new(Ecosystem::PyPi, normalised(&entry.name), &entry.version, file.path)
    })
}

fn source(entry: &Entry) -> Source {
    let Some(source) = &entry.source else {
        let beside = Value::Object(entry.rest.iter().map(|(key, value)| (key.clone(), value.clone())).collect());
        return python::source_of_table(&beside).unwrap_or_else(Source::registry);
    };
    let text = |key: &str| source.get(key).and_then(Value::as_str);
    match text("type") {
        // Poetry: a type and an address.
        Some("git") => Source::at(SourceKind::Git, text("url").unwrap_or_default()),
        Some("url") => Source::at(SourceKind::Url, text("url").unwrap_or_default()),
        Some("directory" | "file") => Source::path(),
        Some(_) => Source::at(SourceKind::Registry, text("url").unwrap_or_default()),
        // uv: the key tells.
        None => match text("registry") {
            Some(address) => Source::at(SourceKind::Registry, address),
            None => python::source_of_table(source).unwrap_or_else(Source::registry),
        },
    }
}

/// Poetry keeps a table by name; PDM a list of requirements; uv a list of tables.
fn needs(dependencies: &Value) -> Vec<(String, Option<String>)> {
    match dependencies {
        Value::Object(table) => table.keys().map(|name| (normalised(name), None)).collect(),
        Value::Array(list) => list.iter().filter_map(needed).collect(),
        _ => Vec::new(),
    }
}

fn needed(value: &Value) -> Option<(String, Option<String>)> {
    if let Some(requirement) = value.as_str() {
        return python::requirement(requirement).map(|requirement| (requirement.name, requirement.exact));
    }
    let version = value.get("version").and_then(Value::as_str).map(str::to_owned);
    Some((normalised(value.get("name")?.as_str()?), version))
}

/// The packages of that name, in that version where one is named.
fn meant<'p>(
    name: &str,
    version: Option<&str>,
    places: &'p HashMap<String, Vec<(String, usize)>>,
) -> impl Iterator<Item = usize> + use<'p> {
    let locked = places.get(name).map_or(&[][..], Vec::as_slice);
    let exact = version.filter(|version| locked.iter().any(|(locked, _)| locked == version)).map(str::to_owned);
    let fits = move |locked: &str| exact.as_deref().is_none_or(|exact| exact == locked);
    locked.iter().filter(move |(version, _)| fits(version)).map(|(_, place)| *place)
}
