//! `pom.xml` (direct dependencies) and `gradle.lockfile`: <https://maven.apache.org/pom.html>,
//! <https://docs.gradle.org/current/userguide/dependency_locking.html>.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use crate::tree::{File, Tree};
use crate::{Ecosystem, Manifest, Package, Requirement, Resolved, Source};

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let document = Document::parse(file.text)
        .map_err(|error| format!("the file is not valid XML at line {}; correct it", error.pos().row))?;
    let project = document.root_element();
    let properties: BTreeMap<&str, &str> = element(project, "properties")
        .into_iter()
        .flat_map(|properties| properties.children())
        .filter_map(|property| Some((property.tag_name().name(), property.text()?.trim())))
        .collect();
    let filled = |text: &str| match text.strip_prefix("${").and_then(|name| name.strip_suffix('}')) {
        Some("project.version") => child(project, "version").unwrap_or_default().to_owned(),
        Some(name) => properties.get(name).copied().unwrap_or_default().to_owned(),
        None => text.to_owned(),
    };
    let mut manifest = Manifest::new(Ecosystem::Maven, file.path);
    manifest.name = child(project, "artifactId").map(str::to_owned);
    let dependencies = element(project, "dependencies").into_iter().flat_map(|dependencies| dependencies.children());
    for dependency in dependencies.filter(|node| node.tag_name().name() == "dependency") {
        let (Some(group), Some(artifact)) = (child(dependency, "groupId"), child(dependency, "artifactId")) else {
            continue;
        };
        // Without a version a parent decides, which is not part of the file.
        let range = filled(child(dependency, "version").unwrap_or_default());
        let exact = range.strip_prefix('[').and_then(|range| range.strip_suffix(']')).unwrap_or(&range);
        let is_exact = exact.starts_with(|c: char| c.is_ascii_alphanumeric()) && !exact.contains([',', '(', ')']);
        manifest.requirements.push(Requirement {
            ecosystem: Ecosystem::Maven,
            name: format!("{}:{}", filled(group), filled(artifact)),
            exact: is_exact.then(|| exact.to_owned()),
            range,
            dev: child(dependency, "scope") == Some("test"),
            line: Some(document.text_pos_at(dependency.range().start).row),
            source: Source::registry(),
            hashed: false,
        });
    }
    resolved.manifests.push(manifest);
    Ok(())
}

fn element<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn child<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    Some(element(node, name)?.text()?.trim())
}

/// Lines of `group:artifact:version=configurations`.
pub(super) fn read_gradle_lock(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let mut packages = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let unexpected = || format!("line {number} is none of a gradle.lockfile; lock again with `--write-locks`");
        let (coordinate, configurations) = line.split_once('=').ok_or_else(unexpected)?;
        let (name, version) = coordinate.rsplit_once(':').ok_or_else(unexpected)?;
        let is_test = |configuration: &str| configuration.to_ascii_lowercase().starts_with("test");
        packages.push(Package {
            dev: configurations.split(',').all(is_test),
            line: Some(number),
            ..Package::new(Ecosystem::Maven, name, version, file.path)
        });
    }
    resolved.packages.extend(packages);
    Ok(())
}
