//! The checklist as data: rows and what proves them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// One row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `1` to `65`, `X1` to `X13`, `P1` and so on.
    pub id: String,
    /// What the review called it.
    #[serde(default)]
    pub findings: Vec<String>,
    /// What holds where it is ok.
    pub title: String,
    /// Whether runs of `terraform test` named after it prove it.
    #[serde(default)]
    pub tests: bool,
    /// Rules of checkov.
    #[serde(default)]
    pub checkov: Vec<String>,
    /// Policies over plans.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Rules over the source.
    #[serde(default)]
    pub source: Vec<String>,
    /// Configurations that the provider must refuse.
    #[serde(default)]
    pub rejected: Vec<String>,
    /// Whether an apply to an emulator shows it too.
    #[serde(default)]
    pub apply: bool,
}

#[derive(Deserialize)]
struct File {
    row: Vec<Row>,
}

/// Reads the checklist.
pub fn load(path: &Path) -> Result<Vec<Row>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File = toml::from_str(&text).with_context(|| format!("{} is no checklist", path.display()))?;
    Ok(file.row)
}

impl Row {
    /// `#12` or `X4`.
    pub fn label(&self) -> String {
        if self.id.starts_with(|first: char| first.is_ascii_digit()) {
            format!("#{}", self.id)
        } else {
            self.id.clone()
        }
    }
}

/// The rows that a run of `terraform test` proves, by its name: `r01_r02_refused` proves 1 and 2.
pub fn rows_of_run(name: &str) -> BTreeSet<String> {
    name.split('_')
        .map_while(|part| {
            let (kind, number) = part.split_at_checked(1)?;
            let number: u32 = number.parse().ok().filter(|_| number.len() == 2)?;
            match kind {
                "r" => Some(number.to_string()),
                "x" => Some(format!("X{number}")),
                "p" => Some(format!("P{number}")),
                _ => None,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_runs_begin_with_the_rows_they_prove() {
        let rows = |name: &str| rows_of_run(name).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(rows("r01_r12_refused"), "1 12");
        assert_eq!(rows("x01_isolation_needs_rest"), "X1");
        assert_eq!(rows("refuses_names"), "");
        assert_eq!(rows("r5_short"), "");
        assert_eq!(rows("é01_odd"), "");
    }

    #[test]
    fn the_checklist_is_complete_and_names_only_what_exists() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rows = load(&folder.join("checklist.toml")).expect("the checklist loads");
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        for id in (1..=65).map(|id| id.to_string()).chain((1..=13).map(|id| format!("X{id}"))) {
            assert_eq!(ids.iter().filter(|found| **found == id).count(), 1, "row {id}");
        }
        let mut policies = BTreeSet::new();
        for row in &rows {
            let parts = [&row.checkov, &row.policies, &row.source, &row.rejected];
            assert!(row.tests || row.apply || parts.iter().any(|part| !part.is_empty()), "row {} has no check", row.id);
            for policy in &row.policies {
                assert!(folder.join(format!("../policy/{policy}.rego")).exists(), "policy {policy} is missing");
                policies.insert(format!("{policy}.rego"));
            }
            for name in &row.source {
                let known = crate::source::RULES.iter().any(|rule| rule.name == name)
                    || crate::documents::RULES.contains(&name.as_str());
                assert!(known, "source rule {name} is missing");
            }
            for name in &row.rejected {
                assert!(folder.join("rejected").join(name).is_dir(), "rejected {name} is missing");
            }
        }
        for entry in std::fs::read_dir(folder.join("../policy")).expect("the policies are there") {
            let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
            let used = policies.contains(&name) || !name.contains(".rego") || name == "lib.rego";
            assert!(used, "no row asks for policy {name}");
        }
    }
}
