//! `Pipfile` and `Pipfile.lock`: <https://pipenv.pypa.io/en/latest/pipfile.html>.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::python;
use crate::lines::Lines;
use crate::source::masked;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Index, IndexRole, Manifest, Package, Relation, Requirement, Resolved, syntax};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Pipfile {
    source: Vec<PipSource>,
    packages: IndexMap<String, Value>,
    dev_packages: IndexMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct PipSource {
    url: String,
    #[serde(default = "yes")]
    verify_ssl: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PipfileLock {
    default: IndexMap<String, Value>,
    develop: IndexMap<String, Value>,
}

impl Pipfile {
    fn requirements(&self) -> Vec<Requirement> {
        let sections = [(&self.packages, false), (&self.dev_packages, true)];
        let asked = sections.into_iter().flat_map(|(section, dev)| section.iter().map(move |entry| (entry, dev)));
        asked.map(|((name, value), dev)| Requirement { dev, ..python::poetry_requirement(name, value) }).collect()
    }
}

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let pipfile: Pipfile = syntax::toml(file.text)?;
    let mut manifest = Manifest::new(Ecosystem::PyPi, file.path);
    manifest.requirements = pipfile.requirements();
    for requirement in &mut manifest.requirements {
        requirement.line = Lines::new(file.text).next(&format!("\n{}", requirement.name));
    }
    resolved.manifests.push(manifest);
    for (at, source) in pipfile.source.iter().enumerate() {
        let mut add = |role| {
            let (line, file) = (Lines::new(file.text).next(&source.url), file.path.to_owned());
            resolved.indexes.push(Index { ecosystem: Ecosystem::PyPi, role, url: masked(&source.url), file, line });
        };
        add(if at == 0 { IndexRole::Main } else { IndexRole::Extra });
        if !source.verify_ssl {
            add(IndexRole::TrustedHost);
        }
    }
    Ok(())
}

pub(super) fn read_lock(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let lock: PipfileLock = syntax::json(file.text)?;
    let asked: Option<Pipfile> = tree.beside(file.path, "Pipfile").and_then(|file| syntax::toml(file.text).ok());
    let asked = asked.map(|pipfile| pipfile.requirements());
    let mut lines = Lines::new(file.text);
    for (section, dev) in [(&lock.default, false), (&lock.develop, true)] {
        for (name, entry) in section {
            let requirement = python::poetry_requirement(name, entry);
            // The lock file keeps no graph: what the manifest does not ask for, something else needs.
            let relation = match &asked {
                Some(asked) if asked.iter().any(|asked| asked.name == requirement.name) => Relation::Direct,
                Some(_) => Relation::Transitive,
                None => Relation::Unknown,
            };
            let hashes = entry.get("hashes").and_then(Value::as_array).is_some_and(|hashes| !hashes.is_empty());
            // What runs with the server is listed in both sections.
            if dev && lock.default.contains_key(name) {
                continue;
            }
            resolved.packages.push(Package {
                relation,
                dev,
                line: lines.next(&format!("\"{name}\"")),
                hashed: hashes || entry.get("ref").is_some(),
                source: requirement.source,
                ..Package::new(Ecosystem::PyPi, requirement.name, requirement.exact.unwrap_or_default(), file.path)
            });
        }
    }
    Ok(())
}
