//! `yarn.lock` of Yarn 1: <https://classic.yarnpkg.com/lang/en/docs/yarn-lock/>. Later versions write YAML.

use std::collections::HashMap;

use super::{npm_manifest, yarn_berry};
use crate::graph::Graph;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Resolved, Source};

/// One block of the file.
#[derive(Debug, Default)]
struct Block {
    /// `name@range`, as often as the range differs.
    patterns: Vec<String>,
    version: String,
    resolved: Option<String>,
    integrity: bool,
    /// `name@range` of what it needs.
    needs: Vec<String>,
    line: u32,
}

pub(super) fn read(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    if file.text.lines().any(|line| line.starts_with("__metadata:")) {
        return yarn_berry::read(file, tree, resolved);
    }
    let blocks = blocks(file.text)?;
    let mut graph = Graph::default();
    let mut places = HashMap::new();
    for block in &blocks {
        let Some(pattern) = block.patterns.first() else { continue };
        let asked = npm_manifest::name_and_version(pattern);
        let name = npm_manifest::requirement(asked.0, asked.1).name;
        let source = block.resolved.as_deref().and_then(npm_manifest::source_of_address);
        let place = graph.add(Package {
            line: Some(block.line),
            source: source.unwrap_or_else(Source::registry),
            // Yarn before 1.10 wrote the hash behind the address.
            hashed: block.integrity || block.resolved.as_deref().is_some_and(|address| address.contains('#')),
            ..Package::new(Ecosystem::Npm, name, &block.version, file.path)
        })?;
        places.extend(block.patterns.iter().map(|pattern| (pattern.as_str(), place)));
    }
    for block in &blocks {
        let Some(from) = block.patterns.first().and_then(|pattern| places.get(pattern.as_str())) else { continue };
        for to in block.needs.iter().filter_map(|need| places.get(need.as_str())) {
            graph.edge(*from, *to)?;
        }
    }
    if let Some(manifest) = npm_manifest::beside(file.path, tree) {
        for (name, range, dev) in manifest.asked() {
            if let Some(place) = places.get(format!("{name}@{range}").as_str()) {
                graph.root(*place, dev);
            }
        }
    }
    if !graph.has_roots() {
        graph.root_what_nothing_needs();
    }
    resolved.packages.extend(graph.finish());
    Ok(())
}

fn blocks(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut in_needs = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            let Some(patterns) = content.strip_suffix(':') else { return Err(unexpected(number)) };
            let patterns = patterns.split(',').map(|pattern| unquoted(pattern).to_owned()).collect();
            blocks.push(Block { patterns, line: number, ..Block::default() });
            in_needs = false;
            continue;
        }
        let Some(block) = blocks.last_mut() else { return Err(unexpected(number)) };
        let (key, value) = key_and_value(content);
        match (indent, key) {
            (2, "dependencies:" | "optionalDependencies:") => in_needs = true,
            (2, _) => {
                in_needs = false;
                match key {
                    "version" => value.clone_into(&mut block.version),
                    "resolved" => block.resolved = Some(value.to_owned()),
                    "integrity" => block.integrity = true,
                    _ => {}
                }
            }
            _ if in_needs => block.needs.push(format!("{key}@{value}")),
            _ => {}
        }
    }
    Ok(blocks)
}

/// A key, which is quoted where it begins with `@`, and what follows it.
fn key_and_value(content: &str) -> (&str, &str) {
    let (key, value) = match content.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((key, value)) => (key, value),
        None => content.split_once(' ').unwrap_or((content, "")),
    };
    (key, unquoted(value))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

fn unexpected(line: u32) -> String {
    format!("line {line} is none of a yarn.lock; lock again with yarn")
}
