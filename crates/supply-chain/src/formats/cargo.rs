//! `Cargo.lock` and `Cargo.toml`: <https://doc.rust-lang.org/cargo/reference/manifest.html>.

use std::collections::HashMap;

use cargo_lock::package::SourceKind as CargoSource;
use cargo_lock::{Lockfile, Name};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::graph::Graph;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Manifest, Package, Requirement, Resolved, Source, SourceKind, syntax};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct CargoToml {
    package: Option<Map<String, Value>>,
    workspace: Option<Map<String, Value>>,
    lib: Option<Value>,
    bin: Option<Value>,
    dependencies: Map<String, Value>,
    build_dependencies: Map<String, Value>,
    dev_dependencies: Map<String, Value>,
    /// The same three tables, for some targets only.
    target: HashMap<String, CargoTarget>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct CargoTarget {
    dependencies: Map<String, Value>,
    build_dependencies: Map<String, Value>,
    dev_dependencies: Map<String, Value>,
}

impl CargoToml {
    fn requirements(&self) -> Vec<Requirement> {
        let targets = self.target.values();
        let production = [&self.dependencies, &self.build_dependencies].into_iter();
        let production = production.chain(targets.clone().flat_map(|on| [&on.dependencies, &on.build_dependencies]));
        let development = [&self.dev_dependencies].into_iter().chain(targets.map(|on| &on.dev_dependencies));
        // Members take versions from here, by `workspace = true`.
        let shared = self.workspace.iter().filter_map(|workspace| workspace.get("dependencies")?.as_object());
        let tables = production.chain(shared).map(|table| (table, false)).chain(development.map(|table| (table, true)));
        let entries = tables.flat_map(|(table, dev)| table.iter().map(move |entry| (entry, dev)));
        entries.map(|((name, value), dev)| Requirement { dev, ..requirement(name, value) }).collect()
    }

    fn name(&self) -> Option<&str> {
        self.package.as_ref()?.get("name")?.as_str()
    }
}

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let cargo: CargoToml = syntax::toml(file.text)?;
    let mut manifest = Manifest::new(Ecosystem::CratesIo, file.path);
    manifest.name = cargo.name().map(str::to_owned);
    manifest.library = cargo.lib.is_some() && cargo.bin.is_none();
    manifest.workspace = cargo.workspace.is_some();
    manifest.requirements = cargo.requirements();
    for requirement in &mut manifest.requirements {
        requirement.line = Lines::new(file.text).next(&format!("\n{} ", requirement.name));
    }
    resolved.manifests.push(manifest);
    Ok(())
}

fn requirement(key: &str, value: &Value) -> Requirement {
    let text = |field: &str| value.get(field).and_then(Value::as_str);
    let range = value.as_str().or_else(|| text("version")).unwrap_or_default();
    let source = match (text("git"), text("path")) {
        (Some(address), _) => Source::at(SourceKind::Git, address),
        (_, Some(_)) => Source::path(),
        _ if value.get("workspace").is_some() => Source::path(),
        _ => Source::registry(),
    };
    Requirement {
        ecosystem: Ecosystem::CratesIo,
        name: text("package").unwrap_or(key).to_owned(),
        range: range.to_owned(),
        exact: range.strip_prefix('=').map(str::trim).filter(|version| !version.contains(',')).map(str::to_owned),
        dev: false,
        line: None,
        source,
        hashed: false,
    }
}

pub(super) fn read_lock(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let lock: Lockfile = file.text.parse().map_err(|_| {
        "the file is no Cargo.lock that can be read; write it again with `cargo generate-lockfile`".to_owned()
    })?;
    let development = development_of_members(file, tree);
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    let mut places: HashMap<(&Name, String), usize> = HashMap::new();
    for package in &lock.packages {
        let line = lines.next(&format!("\nname = \"{}\"", package.name));
        // What has no source lies in the tree: the project and its members.
        let Some(source) = &package.source else { continue };
        let kind = match source.kind() {
            CargoSource::Git(_) => SourceKind::Git,
            CargoSource::Registry | CargoSource::SparseRegistry => SourceKind::Registry,
            _ => SourceKind::Path,
        };
        let place = graph.add(Package {
            line,
            source: Source::at(kind, source.url().as_str()),
            // Lock files of version 1 keep the hashes in a table of their own. A commit is a hash too.
            hashed: package.checksum.is_some() || kind == SourceKind::Git || !lock.metadata.is_empty(),
            ..Package::new(Ecosystem::CratesIo, package.name.as_str(), package.version.to_string(), file.path)
        })?;
        places.insert((&package.name, package.version.to_string()), place);
    }
    for package in &lock.packages {
        for need in &package.dependencies {
            let Some(to) = places.get(&(&need.name, need.version.to_string())) else { continue };
            if package.source.is_none() {
                let dev =
                    development.get(package.name.as_str()).is_some_and(|names| names.contains(&need.name.to_string()));
                graph.root(*to, dev);
            } else if let Some(from) = places.get(&(&package.name, package.version.to_string())) {
                graph.edge(*from, *to)?;
            }
        }
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

/// Names that only the development of a member needs, by member. The lock file itself does not tell.
fn development_of_members(lock: File<'_>, tree: &Tree) -> HashMap<String, Vec<String>> {
    let below = crate::tree::folder(lock.path);
    let manifests =
        tree.files().filter(|file| crate::tree::name(file.path) == "Cargo.toml" && file.path.starts_with(below));
    let members = manifests.filter_map(|file| syntax::toml::<CargoToml>(file.text).ok());
    let development = members.filter_map(|member| {
        let asked = member.requirements();
        let production = |name: &str| asked.iter().any(|asked| !asked.dev && asked.name == name);
        let names = asked.iter().filter(|asked| asked.dev && !production(&asked.name)).map(|asked| asked.name.clone());
        Some((member.name()?.to_owned(), names.collect()))
    });
    development.collect()
}
