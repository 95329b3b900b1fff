//! `pyproject.toml` (PEP 621, PEP 735) with the tables of uv, Poetry and PDM.

use serde_json::Value;

use super::python::PyProject;
use crate::lines::Lines;
use crate::source::masked;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Index, IndexRole, Manifest, Resolved, syntax};

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let pyproject: PyProject = syntax::toml(file.text)?;
    let mut manifest = Manifest::new(Ecosystem::PyPi, file.path);
    let project = pyproject.project.as_ref();
    let poetry_name = pyproject.tool("poetry/name").and_then(Value::as_str);
    manifest.name = project.and_then(|project| project.name.as_deref()).or(poetry_name).map(str::to_owned);
    let starts =
        project.is_some_and(|project| !project.scripts.is_empty()) || pyproject.tool("poetry/scripts").is_some();
    manifest.library = pyproject.build_system.is_some() && manifest.name.is_some() && !starts;
    manifest.workspace = pyproject.tool("uv/workspace").is_some();
    manifest.requirements = pyproject.requirements();
    for requirement in &mut manifest.requirements {
        requirement.line = Lines::new(file.text).next(&requirement.name);
    }
    resolved.indexes.extend(indexes(file, &pyproject));
    resolved.manifests.push(manifest);
    Ok(())
}

/// Indexes beside the public one. An explicit one serves only the packages that name it, so names cannot be confused.
fn indexes(file: File<'_>, pyproject: &PyProject) -> Vec<Index> {
    let is = |table: &Value, key: &str| table.get(key).and_then(Value::as_bool).unwrap_or_default();
    let mut indexes = Vec::new();
    let mut add = |url: &str, role| {
        let line = Lines::new(file.text).next(url);
        let (ecosystem, file) = (Ecosystem::PyPi, file.path.to_owned());
        indexes.push(Index { ecosystem, role, url: masked(url), file, line });
    };
    for tool in ["uv/index", "poetry/source", "pdm/source"] {
        for table in pyproject.tool(tool).and_then(Value::as_array).into_iter().flatten() {
            let Some(url) = table.get("url").and_then(Value::as_str) else { continue };
            let explicit = is(table, "explicit") || table.get("priority").and_then(Value::as_str) == Some("explicit");
            let replaces = is(table, "default") || table.get("name").and_then(Value::as_str) == Some("pypi");
            add(url, if explicit || replaces { IndexRole::Main } else { IndexRole::Extra });
            if table.get("verify_ssl").and_then(Value::as_bool) == Some(false) {
                add(url, IndexRole::TrustedHost);
            }
        }
    }
    for url in pyproject.tool("uv/extra-index-url").and_then(Value::as_array).into_iter().flatten() {
        url.as_str().into_iter().for_each(|url| add(url, IndexRole::Extra));
    }
    if let Some(url) = pyproject.tool("uv/index-url").and_then(Value::as_str) {
        add(url, IndexRole::Main);
    }
    indexes
}
