//! `go.mod` and `go.sum`: <https://go.dev/ref/mod>.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::{File, Tree};
use crate::{Ecosystem, Manifest, Package, Relation, Requirement, Resolved, Source};

/// One `require` of the file.
struct Required {
    name: String,
    version: String,
    indirect: bool,
    line: u32,
}

/// Since Go 1.17 the file lists all that is built, what other modules need with `// indirect`.
pub(super) fn read(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let mut manifest = Manifest::new(Ecosystem::Go, file.path);
    let mut required = Vec::new();
    let mut replaced: BTreeMap<String, Option<(String, String)>> = BTreeMap::new();
    let mut block = String::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let (content, comment) = line.split_once("//").unwrap_or((line, ""));
        let words: Vec<&str> = content.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect();
        match (block.as_str(), &words[..]) {
            (_, []) => {}
            (_, [")"]) => block.clear(),
            ("", [directive, "("]) => (*directive).clone_into(&mut block),
            ("", ["module", name]) => manifest.name = Some((*name).to_owned()),
            ("", ["require", name, version]) | ("require", [name, version]) => required.push(Required {
                name: (*name).to_owned(),
                version: (*version).to_owned(),
                indirect: comment.trim_start().starts_with("indirect"),
                line: number,
            }),
            ("", ["replace", rest @ ..]) | ("replace", rest) => {
                replaced.extend(replacement(rest));
            }
            _ => {}
        }
    }
    if manifest.name.is_none() {
        return Err("the file has no `module` line; write it again with `go mod init`".to_owned());
    }
    let sums = tree.beside(file.path, "go.sum").map(|sums| hashed(sums.text)).unwrap_or_default();
    for asked in required {
        let (name, version) = match replaced.get(&asked.name) {
            // Replaced by a folder: the code is part of the tree.
            Some(None) => continue,
            Some(Some((name, version))) => (name.clone(), version.clone()),
            None => (asked.name, asked.version),
        };
        let version = version.strip_prefix('v').unwrap_or(&version).to_owned();
        manifest.requirements.push(Requirement {
            ecosystem: Ecosystem::Go,
            name: name.clone(),
            range: version.clone(),
            exact: Some(version.clone()),
            dev: false,
            line: Some(asked.line),
            source: Source::registry(),
            hashed: sums.contains(&(name.clone(), version.clone())),
        });
        resolved.packages.push(Package {
            relation: if asked.indirect { Relation::Transitive } else { Relation::Direct },
            line: Some(asked.line),
            hashed: sums.contains(&(name.clone(), version.clone())),
            ..Package::new(Ecosystem::Go, name, version, file.path)
        });
    }
    resolved.manifests.push(manifest);
    Ok(())
}

/// `old [version] => new version`, or `=> folder`.
fn replacement(words: &[&str]) -> Option<(String, Option<(String, String)>)> {
    let arrow = words.iter().position(|word| *word == "=>")?;
    let old = (*words.first()?).to_owned();
    match &words[arrow + 1..] {
        [name, version] => Some((old, Some(((*name).to_owned(), (*version).to_owned())))),
        _ => Some((old, None)),
    }
}

/// Modules whose contents `go.sum` holds a hash of.
fn hashed(text: &str) -> BTreeSet<(String, String)> {
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?);
        // A hash of the module's `go.mod` alone says nothing of its code.
        (!version.ends_with("/go.mod"))
            .then(|| (name.to_owned(), version.strip_prefix('v').unwrap_or(version).to_owned()))
    });
    lines.collect()
}

/// Without its `go.mod`, the file lists more than is built: every version that was considered.
pub(super) fn read_sum(file: File<'_>, tree: &Tree, _: &mut Resolved) -> Result<(), String> {
    match tree.beside(file.path, "go.mod") {
        Some(_) => Ok(()),
        None => Err("there is no go.mod beside it, without which it does not tell what is built".to_owned()),
    }
}
