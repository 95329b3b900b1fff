//! A working copy of `infra/`, in which Terraform or OpenTofu runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, bail, ensure};
use infra_check::gates::Gates;
use infra_check::hcl;
use infra_check::tools::Terraform;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::applied::{Emulator, Known, Resources, overrides};
use crate::cloud::root;

/// What the provider must know of an emulator: its buckets are paths, and its account is no real one.
const PROVIDER: &str = r#"provider "aws" {
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
}
"#;

/// What an attribute of a resource is in the emulator, though it was applied: `type.attribute`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference(pub String);

/// One example of `infra/examples` in a copy that may be changed.
pub struct Workspace {
    copy: PathBuf,
    example: String,
    terraform: Terraform,
}

impl Workspace {
    /// Copies `infra/` below `folder` and prepares an example in it, without what the emulator cannot make.
    pub async fn open(folder: &Path, example: &str, emulator: &Emulator, known: &Known) -> anyhow::Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
        let terraform = Terraform::find(folder, emulator.address)?;
        let gates =
            Gates { repository: root(), infra: root().join("infra"), work: folder.to_owned(), only: Vec::new() };
        let copy = gates.copy("tree")?;
        known.allow_for(&copy)?;
        let example = format!("examples/{example}");
        fs::write(copy.join(&example).join("emulator_override.tf"), PROVIDER).context("write an override")?;
        let workspace = Self { copy, example, terraform };
        workspace.run(&["init", "-backend=false", "-input=false", "-no-color"]).await?;
        Ok(workspace)
    }

    /// Sets the variables of the example.
    pub fn set(&self, variables: &Value) -> anyhow::Result<()> {
        let path = self.copy.join(&self.example).join("emulator.auto.tfvars.json");
        fs::write(path, variables.to_string()).context("write the variables")
    }

    /// Applies the example.
    pub async fn apply(&self) -> anyhow::Result<Resources> {
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"]).await?;
        self.resources().await
    }

    /// What is applied.
    pub async fn resources(&self) -> anyhow::Result<Resources> {
        Ok(Resources::read(&self.json(&["show", "-json", "-no-color"]).await?))
    }

    /// What a plan would change of what was just applied: nothing, but for what an emulator does not keep.
    pub async fn differences(&self) -> anyhow::Result<BTreeSet<Difference>> {
        self.run(&["plan", "-input=false", "-no-color", "-out=again.plan"]).await?;
        let plan = self.json(&["show", "-json", "-no-color", "again.plan"]).await?;
        let planned = plan["resource_changes"].as_array().context("a plan lists changes")?;
        // Data is read again by each plan and changes nothing.
        let wanted = |change: &&Value| change["mode"] == "managed" && change["change"]["actions"] != json!(["no-op"]);
        Ok(planned.iter().filter(wanted).flat_map(attributes).collect())
    }

    /// Fails unless a destroy is refused, with nothing destroyed.
    pub async fn destroy_is_refused(&self) -> anyhow::Result<()> {
        let before = self.resources().await?.count();
        let output = self.output(&["destroy", "-auto-approve", "-input=false", "-no-color"]).await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.status.success(), "everything could be destroyed");
        ensure!(errors.contains("lifecycle.prevent_destroy"), "the destroy failed for another reason:\n{errors}");
        let after = self.resources().await?.count();
        ensure!(before == after, "of {before} resources the refused destroy left {after}");
        Ok(())
    }

    /// Tears everything down, as the deploy guide tells for a development environment: by a copy of the modules that
    /// allows it, with AWS's own protection switched off before.
    pub async fn tear_down(&self) -> anyhow::Result<()> {
        allow_destroy(&self.copy)?;
        self.apply().await?;
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"]).await?;
        let left = self.resources().await?.count();
        ensure!(left == 0, "{left} resources are left");
        Ok(())
    }

    async fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let output = self.run(arguments).await?;
        serde_json::from_slice(&output.stdout).context("read what Terraform shows")
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let output = self.output(arguments).await?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("`{}` failed in infra/{}:\n{errors}", arguments.join(" "), self.example);
        }
        Ok(output)
    }

    async fn output(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = Command::from(self.terraform.command(&self.copy, &self.example));
        command.args(arguments).kill_on_drop(true);
        command.output().await.with_context(|| format!("run {}", self.terraform.version()))
    }
}

/// The attributes that one change of a plan would change.
fn attributes(change: &Value) -> Vec<Difference> {
    let kind = change["type"].as_str().unwrap_or_default();
    let (before, after) = (&change["change"]["before"], &change["change"]["after"]);
    let Some(wanted) = after.as_object() else { return vec![Difference(format!("{kind} is gone"))] };
    if before.is_null() {
        return vec![Difference(format!("{kind} is made again"))];
    }
    let differs = wanted.iter().filter(|(name, value)| before[name.as_str()] != **value);
    differs.map(|(name, _)| Difference(format!("{kind}.{name}"))).collect()
}

/// Lets all that is protected, or holds data, be destroyed: `prevent_destroy` takes no variable.
fn allow_destroy(copy: &Path) -> anyhow::Result<()> {
    overrides::of_resources(copy, "destroy_override.tf", |_, block| {
        let mut lifecycles = block.body.get_blocks("lifecycle");
        let protected = lifecycles.any(|lifecycle| hcl::flag(&lifecycle.body, "prevent_destroy") == Some(true));
        let allow = if protected { "  lifecycle {\n    prevent_destroy = false\n  }\n" } else { "" };
        let holds_data = hcl::label(block, 0) == "aws_s3_bucket";
        let empty = if holds_data { "  force_destroy = true\n" } else { "" };
        (protected || holds_data).then(|| format!("{empty}{allow}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_tells_the_attributes_that_differ() {
        let change = json!({"type": "aws_sqs_queue", "change": {
            "before": {"name": "jobs", "delay_seconds": 0, "kms_master_key_id": "a"},
            "after": {"name": "jobs", "delay_seconds": 5, "kms_master_key_id": "b"},
        }});
        let named = |name: &str| Difference(format!("aws_sqs_queue.{name}"));
        assert_eq!(attributes(&change), [named("delay_seconds"), named("kms_master_key_id")]);
    }

    #[test]
    fn what_would_be_made_again_or_is_gone_counts_too() {
        let made = json!({"type": "aws_flow_log", "change": {"before": null, "after": {"id": "fl-1"}}});
        assert_eq!(attributes(&made), [Difference("aws_flow_log is made again".to_owned())]);
        let gone = json!({"type": "aws_flow_log", "change": {"before": {"id": "fl-1"}, "after": null}});
        assert_eq!(attributes(&gone), [Difference("aws_flow_log is gone".to_owned())]);
    }
}
