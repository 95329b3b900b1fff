//! `requirements.txt`: <https://pip.pypa.io/en/stable/reference/requirements-file-format/>.

use std::collections::{BTreeMap, BTreeSet};

use super::python;
use crate::source::masked;
use crate::tree::{self, File, Tree, has_extension};
use crate::{Ecosystem, Index, IndexRole, Manifest, Requirement, Resolved};

/// How many files may take in one another in a row.
const MAX_DEPTH: usize = 16;

#[expect(clippy::unnecessary_wraps, reason = "every format is read by the same shape of function")]
pub(super) fn read(file: File<'_>, tree: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let mut reader = Reader { tree, resolved, constraints: BTreeMap::new(), seen: BTreeSet::new(), kept: Vec::new() };
    reader.file(file, false, 0);
    let (mut requirements, constraints) = (reader.kept, reader.constraints);
    for requirement in &mut requirements {
        if requirement.exact.is_none() {
            requirement.exact = constraints.get(&requirement.name).cloned();
        }
        let name = tree::name(file.path).to_ascii_lowercase();
        requirement.dev = ["dev", "test", "lint", "docs"].iter().any(|word| name.contains(word));
    }
    resolved.manifests.push(Manifest { requirements, ..Manifest::new(Ecosystem::PyPi, file.path) });
    Ok(())
}

struct Reader<'a> {
    tree: &'a Tree,
    resolved: &'a mut Resolved,
    /// Versions that `-c` files allow for what is required anywhere.
    constraints: BTreeMap<String, String>,
    /// Files may take in one another in a circle.
    seen: BTreeSet<String>,
    kept: Vec<Requirement>,
}

impl Reader<'_> {
    fn file(&mut self, file: File<'_>, constrains: bool, depth: usize) {
        if depth > MAX_DEPTH || !self.seen.insert(file.path.to_owned()) {
            return;
        }
        for (number, line) in logical_lines(file.text) {
            match line.split_once(['=', ' ']).unwrap_or((&line, "")) {
                ("-r" | "--requirement", path) => self.include(file, path, constrains, depth),
                ("-c" | "--constraint", path) => self.include(file, path, true, depth),
                ("-i" | "--index-url", url) => self.index(file, IndexRole::Main, url, number),
                ("--extra-index-url" | "-f" | "--find-links", url) => self.index(file, IndexRole::Extra, url, number),
                ("--trusted-host", host) => self.index(file, IndexRole::TrustedHost, host, number),
                ("-e" | "--editable", text) => self.requirement(file, text, number, constrains),
                _ if line.starts_with('-') => {}
                _ => self.requirement(file, &line, number, constrains),
            }
        }
    }

    fn include(&mut self, file: File<'_>, path: &str, constrains: bool, depth: usize) {
        let path = path.trim().trim_matches(['"', '\'']);
        match self.tree.beside(file.path, path) {
            // A file that has a format of its own is read by itself.
            Some(included) if super::format_of(included.path).is_some() && !constrains => {}
            Some(included) => self.file(included, constrains, depth + 1),
            None => self.resolved.problem(
                file.path,
                "it includes a file that is not part of the tree; what that one asks for is not known",
            ),
        }
    }

    fn index(&mut self, file: File<'_>, role: IndexRole, url: &str, line: u32) {
        let url = url.trim().trim_matches(['"', '\'']);
        // A folder of archives beside the file is no place on the network.
        if role == IndexRole::Extra && !url.contains("://") {
            return;
        }
        let shown = if role == IndexRole::TrustedHost { masked(&format!("https://{url}")) } else { masked(url) };
        let (ecosystem, file) = (Ecosystem::PyPi, file.path.to_owned());
        self.resolved.indexes.push(Index { ecosystem, role, url: shown, file, line: Some(line) });
    }

    fn requirement(&mut self, file: File<'_>, text: &str, line: u32, constrains: bool) {
        let (text, options) = text.split_once(" --").unwrap_or((text, ""));
        let hashed = options.contains("hash=") || options.contains("hash ");
        let requirement = python::requirement(text.trim()).or_else(|| of_address(text.trim()));
        match requirement {
            Some(asked) if constrains => {
                asked.exact.map(|version| self.constraints.insert(asked.name, version));
            }
            Some(asked) => self.kept.push(Requirement { line: Some(line), hashed, ..asked }),
            None if is_folder(text.trim()) => {}
            None => self.resolved.problem(file.path, format!("line {line} is no requirement that pip knows (PEP 508)")),
        }
    }
}

/// An address without a name: pip takes the name from what it finds there, or from `#egg=`.
fn of_address(text: &str) -> Option<Requirement> {
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    if !address.contains("://") {
        return None;
    }
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
    let path = address.split(['?', '@']).next().unwrap_or(address).trim_end_matches('/');
    let last = tree::name(path).trim_end_matches(".git");
    // Archives are named `name-version-…`.
    let name = egg.map_or_else(|| last.split('-').next().unwrap_or(last), |egg| egg.split('[').next().unwrap_or(egg));
    let source = python::source_of_address(address);
    Some(Requirement {
        ecosystem: Ecosystem::PyPi,
        name: python::normalised(name),
        range: source.url.clone().unwrap_or_default(),
        exact: None,
        dev: false,
        line: None,
        source,
        hashed: fragment.contains("sha256="),
    })
}

fn is_folder(text: &str) -> bool {
    text.starts_with(['.', '/']) || has_extension(text, "whl") || text.contains('/') && !text.contains("://")
}

/// Lines without comments, those that end in `\` joined with the next; each with the number of its first line.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut continues = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = if line.trim_start().starts_with('#') { "" } else { line.split(" #").next().unwrap_or(line) };
        let (content, goes_on) = match line.trim_end().strip_suffix('\\') {
            Some(content) => (content, true),
            None => (line, false),
        };
        match lines.last_mut() {
            Some((_, last)) if continues => {
                last.push(' ');
                last.push_str(content.trim());
            }
            _ => lines.push((number, content.trim().to_owned())),
        }
        continues = goes_on;
    }
    lines.retain(|(_, line)| !line.is_empty());
    lines
}
