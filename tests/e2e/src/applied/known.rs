//! What is known of the emulator: `infra/policy/emulator.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use infra_check::hcl;
use serde::Deserialize;

use crate::applied::{Difference, overrides};
use crate::cloud::root;

/// Each with its reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Resources that it cannot make: `modules/vpc/aws_network_acl.this`, in a folder below `infra/`.
    not_made: BTreeMap<String, String>,
    /// Resources that it cannot make as they are.
    made_otherwise: BTreeMap<String, Otherwise>,
    /// Attributes that it does not keep: `aws_dynamodb_table.point_in_time_recovery`.
    not_kept: BTreeMap<String, String>,
}

/// An attribute of a resource as it can be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Otherwise {
    attribute: String,
    /// An expression of HCL.
    value: String,
    #[expect(dead_code, reason = "for people")]
    reason: String,
}

impl Known {
    /// Reads it.
    pub fn read() -> anyhow::Result<Self> {
        let path = root().join("infra/policy/emulator.json");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))
    }

    /// Allows in a copy for what the emulator cannot make.
    pub fn allow_for(&self, copy: &Path) -> anyhow::Result<()> {
        let mut missing: BTreeSet<&String> = self.not_made.keys().chain(self.made_otherwise.keys()).collect();
        overrides::of_resources(copy, "known_override.tf", |folder, block| {
            let address = format!("{folder}/{}.{}", hcl::label(block, 0), hcl::label(block, 1));
            if !missing.remove(&address) {
                return None;
            }
            Some(match self.made_otherwise.get(&address) {
                Some(otherwise) => format!("  {} = {}\n", otherwise.attribute, otherwise.value),
                None if hcl::expression(&block.body, "for_each").is_some() => "  for_each = {}\n".to_owned(),
                None => "  count = 0\n".to_owned(),
            })
        })?;
        ensure!(missing.is_empty(), "infra/policy/emulator.json names resources that are none: {missing:?}");
        Ok(())
    }

    /// Of the differences that a second plan found, those that are not known.
    pub fn unknown<'d>(&self, differences: &'d BTreeSet<Difference>) -> Vec<&'d Difference> {
        differences.iter().filter(|Difference(name)| !self.not_kept.contains_key(name)).collect()
    }

    /// What is said not to be kept, but was in all that was applied.
    pub fn stale(&self, differences: &BTreeSet<Difference>) -> Vec<&str> {
        let known = self.not_kept.keys().map(String::as_str);
        known.filter(|known| !differences.contains(&Difference((*known).to_owned()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use infra_check::gates::Gates;

    use super::*;

    #[test]
    fn all_that_is_known_is_of_resources_that_there_are() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let gates =
            Gates { repository: root(), infra: root().join("infra"), work: folder.path().to_owned(), only: Vec::new() };
        let copy = gates.copy("tree")?;

        Known::read()?.allow_for(&copy)?;

        let network = fs::read_to_string(copy.join("modules/vpc/known_override.tf"))?;
        assert!(network.contains("resource \"aws_flow_log\" \"this\" {"), "{network}");
        Ok(())
    }
}
