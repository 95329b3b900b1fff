//! `packages.lock.json` and project files of NuGet:
//! <https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files>.

use std::collections::HashMap;

use indexmap::IndexMap;
use roxmltree::Document;
use serde::Deserialize;

use crate::graph::Graph;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Manifest, Package, Requirement, Resolved, Source, syntax};

#[derive(Debug, Deserialize)]
struct Lock {
    /// Target framework -> name -> package.
    dependencies: IndexMap<String, IndexMap<String, Entry>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    /// `Direct`, `Transitive`, `CentralTransitive` or `Project`.
    #[serde(rename = "type")]
    kind: String,
    resolved: Option<String>,
    content_hash: Option<String>,
    dependencies: IndexMap<String, String>,
}

pub(super) fn read_lock(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let lock: Lock = syntax::json(file.text)?;
    let mut graph = Graph::default();
    let mut lines = Lines::new(file.text);
    // Frameworks mostly agree on a version, which then is one package.
    let mut places: HashMap<(String, &str), usize> = HashMap::new();
    for entries in lock.dependencies.values() {
        let mut here: HashMap<String, usize> = HashMap::new();
        for (name, entry) in entries {
            let line = lines.next(&format!("\"{name}\""));
            let Some(version) = entry.resolved.as_deref() else { continue };
            let key = (name.to_lowercase(), version);
            let place = match places.get(&key) {
                Some(place) => *place,
                None => graph.add(Package {
                    line,
                    hashed: entry.content_hash.is_some(),
                    ..Package::new(Ecosystem::NuGet, name, version, file.path)
                })?,
            };
            here.insert(key.0.clone(), place);
            places.insert(key, place);
            if entry.kind == "Direct" {
                graph.root(place, false);
            }
        }
        for (name, entry) in entries {
            let from = here.get(&name.to_lowercase()).copied();
            for to in entry.dependencies.keys().filter_map(|need| here.get(&need.to_lowercase()).copied()) {
                match from {
                    Some(from) => graph.edge(from, to)?,
                    // Other projects of the solution are listed too, without a version.
                    None => graph.root(to, false),
                }
            }
        }
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let document = Document::parse(file.text).map_err(|error| {
        format!("the file is not valid XML at line {}; correct it or write it again with its tool", error.pos().row)
    })?;
    let mut manifest = Manifest::new(Ecosystem::NuGet, file.path);
    for node in document.descendants().filter(|node| node.tag_name().name() == "PackageReference") {
        let child =
            || node.children().find(|child| child.tag_name().name() == "Version").and_then(|child| child.text());
        let Some(name) = node.attribute("Include") else { continue };
        let range = node.attribute("Version").or_else(child).unwrap_or_default().trim();
        // A bare version means that one or later, and the smallest that exists is installed: that one.
        let exact = range.strip_prefix('[').and_then(|range| range.strip_suffix(']')).unwrap_or(range);
        let is_exact = exact.starts_with(|c: char| c.is_ascii_digit()) && !exact.contains([',', '*']);
        manifest.requirements.push(Requirement {
            ecosystem: Ecosystem::NuGet,
            name: name.to_owned(),
            range: range.to_owned(),
            exact: is_exact.then(|| exact.to_owned()),
            dev: node.attribute("PrivateAssets").is_some_and(|assets| assets.eq_ignore_ascii_case("all")),
            line: Some(document.text_pos_at(node.range().start).row),
            source: Source::registry(),
            hashed: false,
        });
    }
    resolved.manifests.push(manifest);
    Ok(())
}
