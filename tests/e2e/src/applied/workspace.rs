//! A working copy of `infra/`, in which Terraform or OpenTofu runs.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use tokio::process::Command;

use crate::applied::{Emulator, Resources};
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
    folder: PathBuf,
    example: PathBuf,
    program: &'static str,
    variables: BTreeMap<&'static str, String>,
}

impl Workspace {
    /// Copies `infra/` below `folder` and prepares an example in it, without what the emulator cannot make.
    pub async fn open(
        folder: &Path,
        example: &str,
        emulator: &Emulator,
        not_made: impl Iterator<Item = &String>,
    ) -> anyhow::Result<Self> {
        let copy = folder.join("infra");
        copy_tree(&root().join("infra"), &copy)?;
        // The gateway has the routes of the contract.
        fs::create_dir_all(folder.join("contracts")).context("create a folder")?;
        fs::copy(root().join("contracts/openapi.json"), folder.join("contracts/openapi.json"))
            .context("copy the contract")?;
        for resource in not_made {
            leave_out(&copy, resource)?;
        }
        let example = copy.join("examples").join(example);
        fs::write(example.join("emulator_override.tf"), PROVIDER).context("write the override of the provider")?;
        let config = folder.join("terraform.rc");
        fs::write(&config, plugins()).context("write the configuration of Terraform")?;
        let variables = BTreeMap::from([
            ("TF_CLI_CONFIG_FILE", config.display().to_string()),
            ("AWS_ENDPOINT_URL", emulator.url.clone()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("CHECKPOINT_DISABLE", "1".to_owned()),
            ("TF_IN_AUTOMATION", "1".to_owned()),
        ]);
        let workspace = Self { folder: copy, example, program: program()?, variables };
        workspace.run(["init", "-backend=false", "-input=false", "-no-color"]).await?;
        Ok(workspace)
    }

    /// Sets the variables of the example.
    pub fn set(&self, variables: &Value) -> anyhow::Result<()> {
        fs::write(self.example.join("local.auto.tfvars.json"), variables.to_string()).context("write the variables")
    }

    /// Applies the example.
    pub async fn apply(&self) -> anyhow::Result<Resources> {
        self.run(["apply", "-auto-approve", "-input=false", "-no-color"]).await?;
        self.resources().await
    }

    /// What is applied.
    pub async fn resources(&self) -> anyhow::Result<Resources> {
        Resources::read(&self.json(&["show", "-json", "-no-color"]).await?)
    }

    /// What a plan would change of what was just applied: nothing, but for what an emulator does not keep.
    pub async fn differences(&self) -> anyhow::Result<BTreeSet<Difference>> {
        self.run(["plan", "-input=false", "-no-color", "-out=again.plan"]).await?;
        let plan = self.json(&["show", "-json", "-no-color", "again.plan"]).await?;
        let planned = plan["resource_changes"].as_array().context("a plan lists changes")?;
        // Data is read again by each plan and changes nothing.
        let wanted = |change: &&Value| {
            change["mode"] == "managed" && change["change"]["actions"] != serde_json::json!(["no-op"])
        };
        Ok(planned.iter().filter(wanted).flat_map(attributes).collect())
    }

    /// Fails unless a destroy is refused, with nothing destroyed.
    pub async fn destroy_is_refused(&self) -> anyhow::Result<()> {
        let before = self.resources().await?.count();
        let output = self.output(["destroy", "-auto-approve", "-input=false", "-no-color"]).await?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(!output.status.success(), "everything could be destroyed");
        ensure!(errors.contains("lifecycle.prevent_destroy set"), "the destroy failed for another reason:\n{errors}");
        let after = self.resources().await?.count();
        ensure!(before == after, "of {before} resources the refused destroy left {after}");
        Ok(())
    }

    /// Tears everything down, as the deploy guide tells for a development environment: a copy of the modules that
    /// allows it, and AWS's own protection switched off before.
    pub async fn tear_down(&self) -> anyhow::Result<()> {
        allow_destroy(&self.folder)?;
        self.run(["apply", "-auto-approve", "-input=false", "-no-color"]).await?;
        self.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).await?;
        let left = self.resources().await?.count();
        ensure!(left == 0, "{left} resources are left");
        Ok(())
    }

    async fn json(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let output = self.run(arguments).await?;
        serde_json::from_slice(&output.stdout).context("read what Terraform shows")
    }

    async fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> anyhow::Result<Output> {
        let output = self.output(arguments).await?;
        if !output.status.success() {
            bail!(
                "{} failed in {}:\n{}",
                self.program,
                self.example.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(output)
    }

    async fn output(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> anyhow::Result<Output> {
        let mut command = Command::new(self.program);
        command.args(arguments).current_dir(&self.example).envs(&self.variables).kill_on_drop(true);
        command.output().await.with_context(|| format!("run {}", self.program))
    }
}

/// OpenTofu, or Terraform where only that is there.
fn program() -> anyhow::Result<&'static str> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&str| std::env::split_paths(&paths).any(|folder| folder.join(name).is_file());
    ["tofu", "terraform"]
        .into_iter()
        .find(is_there)
        .context("neither tofu nor terraform is on PATH: install one of them")
}

/// Where the provider comes from: a mirror on this machine, or the registry.
fn plugins() -> String {
    if let Some(mirror) = std::env::var_os("TF_PLUGIN_MIRROR") {
        return mirror_configuration(Path::new(&mirror));
    }
    let usual = ["/opt/tf-plugins", "/usr/share/terraform/plugins", "/usr/local/share/terraform/plugins"];
    let mirror = usual.iter().map(Path::new).find(|folder| folder.join("registry.terraform.io").is_dir());
    mirror.map(mirror_configuration).unwrap_or_default()
}

fn mirror_configuration(mirror: &Path) -> String {
    format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n", mirror.display())
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

/// Makes none of a resource, `folder/type.name`, in a copy.
fn leave_out(copy: &Path, resource: &str) -> anyhow::Result<()> {
    let (module, address) = resource.rsplit_once('/').context("a resource is in a folder")?;
    let (kind, name) = address.split_once('.').context("a resource has a type and a name")?;
    let file = File::options().create(true).append(true).open(copy.join(module).join("emulator_override.tf"));
    let text = format!("resource \"{kind}\" \"{name}\" {{\n  count = 0\n}}\n");
    file.and_then(|mut file| file.write_all(text.as_bytes())).context("write an override")
}

/// Copies files of a configuration, without what a run left behind.
fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to).with_context(|| format!("create {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("list {}", from.display()))? {
        let entry = entry.context("list a folder")?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().context("look at a file")?.is_dir() {
            if entry.file_name() != ".terraform" {
                copy_tree(&path, &target)?;
            }
        } else {
            fs::copy(&path, &target).with_context(|| format!("copy {}", path.display()))?;
        }
    }
    Ok(())
}

/// Lets all that is protected be destroyed, in a copy: `prevent_destroy` takes no variable.
fn allow_destroy(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("list {}", folder.display()))? {
        let path = entry.context("list a folder")?.path();
        if path.is_dir() {
            if path.file_name() != Some(OsStr::new(".terraform")) {
                allow_destroy(&path)?;
            }
        } else if path.extension() == Some(OsStr::new("tf")) {
            let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            let lines = text.lines().map(|line| match line.trim() {
                declared if declared.starts_with("prevent_destroy") => "    prevent_destroy = false",
                _ => line,
            });
            fs::write(&path, lines.collect::<Vec<_>>().join("\n") + "\n").context("write an override")?;
        }
    }
    Ok(())
}
