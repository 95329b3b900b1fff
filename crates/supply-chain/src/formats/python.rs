//! What the formats of Python share: names (PEP 503), requirements (PEP 508) and what a `pyproject.toml` asks for.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use pep440_rs::VersionSpecifiers;
use serde::Deserialize;
use serde_json::Value;

use crate::source::masked;
use crate::tree::{Tree, has_extension};
use crate::{Ecosystem, Requirement, Source, SourceKind, syntax};

/// The name as indexes compare it (PEP 503): lower case, one `-` for each run of `-`, `_` and `.`.
pub(super) fn normalised(name: &str) -> String {
    let words: Vec<&str> = name.trim().split(['-', '_', '.']).filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

/// The longest requirement that is read. Markers of real ones take some hundred bytes.
const MAX_REQUIREMENT_BYTES: usize = 8192;

/// A requirement as PEP 508 writes it: name, extras, then an address or versions, then a marker. Nothing if it is none.
///
/// The marker is passed over: a lock file serves every environment. The form is taken apart here because the crate for
/// it panics on some names and fills variables of our own environment into addresses.
pub(super) fn requirement(text: &str) -> Option<Requirement> {
    if text.len() > MAX_REQUIREMENT_BYTES {
        return None;
    }
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let is_edge = |c: char| c.is_ascii_alphanumeric();
    if !name.starts_with(is_edge) || !name.ends_with(is_edge) {
        return None;
    }
    let rest = match rest.trim_start().strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    let (range, exact, source) = if let Some(address) = rest.trim_start().strip_prefix('@') {
        // Only white space ends an address; `;` may be part of it.
        let source = source_of_address(address.split_whitespace().next()?);
        (source.url.clone().unwrap_or_default(), None, source)
    } else {
        let versions = rest.split(';').next().unwrap_or(rest).trim();
        let versions = versions.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(versions);
        let specifiers = VersionSpecifiers::from_str(versions).ok()?;
        (specifiers.to_string(), exact_of(&specifiers), Source::registry())
    };
    let (ecosystem, name) = (Ecosystem::PyPi, normalised(name));
    Some(Requirement { ecosystem, name, range, exact, dev: false, line: None, source, hashed: false })
}

/// The one version that specifiers allow (PEP 440 `==` and `===` without `*`).
fn exact_of(specifiers: &VersionSpecifiers) -> Option<String> {
    use pep440_rs::Operator::{Equal, ExactEqual};
    let mut exact = specifiers.iter().filter(|specifier| matches!(specifier.operator(), Equal | ExactEqual));
    exact.next().map(|specifier| specifier.version().to_string())
}

/// Where an address leads.
pub(super) fn source_of_address(address: &str) -> Source {
    const VERSION_CONTROL: [&str; 4] = ["git+", "hg+", "svn+", "bzr+"];
    let path = address.split(['#', '?']).next().unwrap_or_default();
    if VERSION_CONTROL.iter().any(|prefix| address.starts_with(prefix)) || has_extension(path, "git") {
        Source::at(SourceKind::Git, address)
    } else if address.starts_with("file:") || !address.contains("://") {
        Source::path()
    } else {
        Source { kind: SourceKind::Url, url: Some(masked(address)) }
    }
}

/// The parts of `pyproject.toml` that matter here. Tables whose form differs between tools stay as they are.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct PyProject {
    pub(super) project: Option<Project>,
    dependency_groups: BTreeMap<String, Vec<Value>>,
    pub(super) build_system: Option<Value>,
    tool: BTreeMap<String, Value>,
}

/// The table `[project]` (PEP 621).
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Project {
    pub(super) name: Option<String>,
    dependencies: Vec<String>,
    optional_dependencies: BTreeMap<String, Vec<String>>,
    pub(super) scripts: BTreeMap<String, Value>,
}

impl PyProject {
    /// The manifest beside a lock file, if there is one that can be read.
    pub(super) fn beside(lock: &str, tree: &Tree) -> Option<Self> {
        syntax::toml(tree.beside(lock, "pyproject.toml")?.text).ok()
    }

    /// A value in the tables of tools.
    pub(super) fn tool(&self, path: &str) -> Option<&Value> {
        let (tool, pointer) = path.split_once('/').unwrap_or((path, ""));
        let value = self.tool.get(tool)?;
        if pointer.is_empty() { Some(value) } else { value.pointer(&format!("/{pointer}")) }
    }

    /// All that it asks for.
    pub(super) fn requirements(&self) -> Vec<Requirement> {
        let mut asked = Vec::new();
        if let Some(project) = &self.project {
            let extras = project.optional_dependencies.values().flatten();
            asked.extend(project.dependencies.iter().chain(extras).filter_map(|text| requirement(text)));
        }
        // Groups (PEP 735) are for development; entries that are tables include another group.
        let groups = self.dependency_groups.values().flatten().filter_map(Value::as_str);
        let pdm = self.tool("pdm/dev-dependencies").and_then(Value::as_object).into_iter().flatten();
        let pdm = pdm.filter_map(|(_, group)| group.as_array()).flatten().filter_map(Value::as_str);
        let uv = self.tool("uv/dev-dependencies").and_then(Value::as_array).into_iter().flatten();
        let development = groups.chain(pdm).chain(uv.filter_map(Value::as_str)).filter_map(requirement);
        asked.extend(development.map(|requirement| Requirement { dev: true, ..requirement }));
        asked.extend(self.poetry());
        for requirement in &mut asked {
            self.place_source(requirement);
        }
        asked
    }

    /// The tables of Poetry: <https://python-poetry.org/docs/dependency-specification/>.
    fn poetry(&self) -> Vec<Requirement> {
        let mut asked = Vec::new();
        let mut table = |value: Option<&Value>, dev| {
            for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
                if name != "python" {
                    asked.push(Requirement { dev, ..poetry_requirement(name, value) });
                }
            }
        };
        table(self.tool("poetry/dependencies"), false);
        table(self.tool("poetry/dev-dependencies"), true);
        for (_, group) in self.tool("poetry/group").and_then(Value::as_object).into_iter().flatten() {
            table(group.get("dependencies"), true);
        }
        asked
    }

    /// uv names sources that are no registry apart from the requirement.
    fn place_source(&self, requirement: &mut Requirement) {
        let sources = self.tool("uv/sources").and_then(Value::as_object).into_iter().flatten();
        for (_, value) in sources.filter(|(name, _)| normalised(name) == requirement.name) {
            // A list holds one per platform; the first tells enough.
            let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
            if let Some(source) = source_of_table(value) {
                requirement.source = source;
            }
        }
    }
}

/// The source that a table with `git`, `url` or `path` means.
pub(super) fn source_of_table(value: &Value) -> Option<Source> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    if let Some(address) = text("git") {
        Some(Source::at(SourceKind::Git, address))
    } else if let Some(address) = text("url") {
        Some(Source::at(SourceKind::Url, address))
    } else {
        let is_path = |key: &&str| value.get(key).is_some_and(|value| *value != Value::Bool(false));
        ["path", "file", "workspace", "editable", "virtual", "directory"].iter().any(is_path).then(Source::path)
    }
}

/// A requirement of a table: a range, or a table that holds one under `version`. Poetry and Pipenv write them.
pub(super) fn poetry_requirement(name: &str, value: &Value) -> Requirement {
    let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let range = value.as_str().or_else(|| value.get("version")?.as_str()).unwrap_or_default().trim();
    let source = source_of_table(value).unwrap_or_else(Source::registry);
    // A bare version is exact to Poetry; Pipenv writes `==`.
    let version = range.trim_start_matches('=').trim();
    let exact = pep440_rs::Version::from_str(version).ok().map(|version| version.to_string());
    Requirement {
        ecosystem: Ecosystem::PyPi,
        name: normalised(name),
        range: if range == "*" { String::new() } else { range.to_owned() },
        exact: exact.filter(|_| source.kind == SourceKind::Registry),
        dev: false,
        line: None,
        source,
        hashed: false,
    }
}
