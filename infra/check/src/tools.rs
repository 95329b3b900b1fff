//! The programs that the gates need, and where their parts are.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// `terraform` or `tofu`, with a configuration of its own.
pub struct Terraform {
    program: PathBuf,
    configuration: Option<PathBuf>,
    identity: SocketAddr,
    /// Where it keeps what it downloads and what it knows of each root.
    data: PathBuf,
    version: String,
}

impl Terraform {
    /// Finds the program and a mirror of the provider. `work` is a folder for what it keeps.
    pub fn find(work: &Path, identity: SocketAddr) -> Result<Self> {
        let Some(program) = ["terraform", "tofu"].iter().find_map(|name| in_path(name)) else {
            bail!(
                "neither terraform nor tofu is in the PATH: install OpenTofu 1.9 or newer (https://opentofu.org/docs/intro/install), \
                 or check without it: infra-check --tier 0"
            );
        };
        std::fs::create_dir_all(work.join("plugins"))?;
        let output = Command::new(&program).arg("version").env("CHECKPOINT_DISABLE", "1").output();
        let output = output.with_context(|| format!("cannot run {}", program.display()))?;
        let version = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        let configuration = configuration(work)?;
        Ok(Self { program, configuration, identity, data: work.join("data"), version })
    }

    /// What it calls itself.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder where it keeps what it knows of a root.
    pub fn data_of(&self, root: &str) -> PathBuf {
        self.data.join(root)
    }

    /// Prepares a command in a root. Nothing of the caller's account reaches it.
    pub fn command(&self, tree: &Path, root: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .current_dir(tree.join(root))
            .env("TF_DATA_DIR", self.data_of(root))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.identity))
            .env("AWS_ACCESS_KEY_ID", "plan")
            .env("AWS_SECRET_ACCESS_KEY", "plan")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", self.data.join("no-config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.data.join("no-credentials"));
        for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "TF_LOG", "TF_CLI_ARGS", "TF_PLUGIN_CACHE_DIR"] {
            command.env_remove(name);
        }
        if let Some(configuration) = &self.configuration {
            command.env("TF_CLI_CONFIG_FILE", configuration);
        }
        command
    }
}

/// The CLI configuration: a mirror where there is one, the caller's own where that is set, else the registry with a cache.
fn configuration(work: &Path) -> Result<Option<PathBuf>> {
    let named = std::env::var_os("TF_PLUGIN_MIRROR").map(PathBuf::from);
    let own = std::env::var_os("TF_CLI_CONFIG_FILE").is_some_and(|path| Path::new(&path).is_file());
    if named.is_none() && own {
        return Ok(None);
    }
    if let Some(mirror) = &named
        && !is_mirror(mirror)
    {
        bail!(
            "TF_PLUGIN_MIRROR={} holds no folder named registry.terraform.io: point it to a mirror",
            mirror.display()
        );
    }
    let text = match named.or_else(mirror) {
        Some(mirror) => format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n    include = [{}]\n  }}\n}}\n",
            mirror.display().to_string(),
            REGISTRIES.map(|registry| format!("\"{registry}/*/*\"")).join(", ")
        ),
        None => format!("plugin_cache_dir = {:?}\n", work.join("plugins").display().to_string()),
    };
    let path = work.join("cli.tfrc");
    std::fs::write(&path, text)?;
    Ok(Some(path))
}

/// The usual places of a mirror.
fn mirror() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let below_opt = std::fs::read_dir("/opt").into_iter().flatten().flatten().map(|entry| entry.path());
    let usual = [
        home.join(".terraform.d/plugins"),
        home.join(".local/share/terraform/plugins"),
        home.join(".local/share/opentofu/plugins"),
        PathBuf::from("/usr/local/share/terraform/plugins"),
        PathBuf::from("/usr/share/terraform/plugins"),
    ];
    usual.into_iter().chain(below_opt).find(|folder| is_mirror(folder))
}

fn is_mirror(folder: &Path) -> bool {
    REGISTRIES.iter().any(|registry| folder.join(registry).join("hashicorp/aws").is_dir())
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// checkov from the environment that `make setup` makes, or one in the PATH.
pub fn checkov(repository: &Path) -> Result<PathBuf> {
    let own = repository.join(".tools/checkov/bin/checkov");
    if own.is_file() {
        return Ok(own);
    }
    in_path("checkov").context("checkov is missing: `make setup` installs it")
}
