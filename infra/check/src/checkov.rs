//! What checkov says, without what we skip for a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

/// A finding of checkov that we decided to live with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Such as `CKV_AWS_374`.
    pub rule: String,
    /// A pattern of the addresses it is about.
    pub resources: String,
    /// Why.
    pub reason: String,
}

#[derive(Deserialize)]
struct Skips {
    #[serde(default)]
    skip: Vec<Skip>,
}

/// Reads what is skipped.
pub fn skips(path: &Path) -> Result<Vec<Skip>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let skips: Skips = toml::from_str(&text).with_context(|| format!("{} lists no skips", path.display()))?;
    Ok(skips.skip)
}

/// What a scan found: for each rule, how many resources passed and which failed.
#[derive(Debug, Default)]
pub struct Scan {
    passed: BTreeMap<String, usize>,
    failed: BTreeMap<String, BTreeSet<String>>,
}

impl Scan {
    /// Scans plans (`show -json`), named as their file.
    pub fn plans(program: &Path, files: &[std::path::PathBuf]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--framework", "terraform_plan"]);
        for file in files {
            command.arg("--file").arg(file);
        }
        Self::run(command)
    }

    /// Scans source, but for examples, whose plans are scanned.
    pub fn source(program: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["--framework", "terraform", "--skip-path", "examples", "--directory"]).arg(folder);
        Self::run(command)
    }

    fn run(mut command: Command) -> Result<Self> {
        command.args(["--output", "json", "--skip-download", "--compact", "--soft-fail"]);
        command.env("LOG_LEVEL", "ERROR").env("CKV_IGNORE_HIDDEN_DIRECTORIES", "true");
        let output = command.output().context("cannot run checkov")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            bail!("checkov gave no JSON: {}", String::from_utf8_lossy(&output.stderr).trim());
        };
        let mut scan = Self::default();
        for report in value.as_array().map_or_else(|| std::slice::from_ref(&value), Vec::as_slice) {
            scan.read(report);
        }
        Ok(scan)
    }

    fn read(&mut self, report: &Value) {
        let records = |key: &str| report["results"][key].as_array().into_iter().flatten();
        for record in records("passed_checks") {
            *self.passed.entry(text(record, "check_id")).or_default() += 1;
        }
        for record in records("failed_checks") {
            let resource = text(record, "resource");
            let file = text(record, "file_path");
            let place = file.trim_start_matches('/').trim_end_matches(".json").to_owned();
            self.failed.entry(text(record, "check_id")).or_default().insert(format!("{place}: {resource}"));
        }
    }

    /// Takes away what is skipped; returns what is skipped and never fails.
    pub fn forgive(&mut self, skips: &[Skip]) -> Result<Vec<String>> {
        let mut stale = Vec::new();
        for skip in skips {
            let pattern = Regex::new(&skip.resources)
                .with_context(|| format!("the skip of {} has no valid pattern `{}`", skip.rule, skip.resources))?;
            let found = self.failed.get_mut(&skip.rule);
            let before = found.as_ref().map_or(0, |resources| resources.len());
            let after = found.map_or(0, |resources| {
                resources.retain(|resource| !pattern.is_match(resource));
                resources.len()
            });
            if before == after {
                stale.push(format!("the skip of {} for `{}` skips nothing: remove it", skip.rule, skip.resources));
            }
        }
        self.failed.retain(|_, resources| !resources.is_empty());
        Ok(stale)
    }

    /// What failed by a rule, and how many resources it looked at.
    pub fn of(&self, rule: &str) -> crate::outcome::Outcome {
        let failed = self.failed.get(rule);
        let faults: Vec<String> = failed.into_iter().flatten().map(|resource| format!("{rule}: {resource}")).collect();
        crate::outcome::Outcome { examined: faults.len() + self.passed.get(rule).copied().unwrap_or_default(), faults }
    }

    /// Everything that failed.
    pub fn faults(&self) -> impl Iterator<Item = String> {
        self.failed
            .iter()
            .flat_map(|(rule, resources)| resources.iter().map(move |resource| format!("{rule}: {resource}")))
    }
}

fn text(record: &Value, key: &str) -> String {
    record[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan() -> Scan {
        let mut scan = Scan::default();
        scan.read(&serde_json::json!({"results": {
            "passed_checks": [{"check_id": "CKV_AWS_7", "resource": "aws_kms_key.a", "file_path": "/mcp_prod.json"}],
            "failed_checks": [
                {"check_id": "CKV_AWS_7", "resource": "aws_kms_key.b", "file_path": "/mcp_prod.json"},
                {"check_id": "CKV_AWS_374", "resource": "aws_cloudfront_distribution.site", "file_path": "/mcp_prod.json"}
            ]
        }}));
        scan
    }

    #[test]
    fn a_skip_is_for_named_resources_and_must_skip_something() {
        let skip = |rule: &str, resources: &str| Skip {
            rule: rule.to_owned(),
            resources: resources.to_owned(),
            reason: "Readers live everywhere.".to_owned(),
        };
        let mut scan = scan();
        let stale = scan
            .forgive(&[skip("CKV_AWS_374", "^mcp_prod: "), skip("CKV_AWS_7", "table"), skip("CKV_AWS_1", "")])
            .expect("the patterns are valid");
        assert_eq!(stale.len(), 2);
        assert_eq!(scan.faults().collect::<Vec<_>>(), ["CKV_AWS_7: mcp_prod: aws_kms_key.b"]);
    }

    #[test]
    fn a_rule_tells_how_much_it_looked_at() {
        let scan = scan();
        assert_eq!(scan.of("CKV_AWS_7").examined, 2);
        assert_eq!(scan.of("CKV_AWS_7").faults, ["CKV_AWS_7: mcp_prod: aws_kms_key.b"]);
        assert_eq!(scan.of("CKV_AWS_999").examined, 0);
    }
}
