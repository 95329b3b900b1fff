//! The local cloud: where it is, and queues, table and buckets of one's own in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tokio::process::Command;
use uuid::Uuid;

/// The running emulators and one set of resources in them.
#[derive(Debug, Clone)]
pub struct Cloud {
    variables: BTreeMap<String, String>,
}

impl Cloud {
    /// The resources of the environment `local`, which `make up` and `make demo` use.
    pub fn shared() -> anyhow::Result<Self> {
        let path = root().join("localstack/.state/env");
        let text = std::fs::read_to_string(&path)
            .context("the local cloud is not running: start it with `localstack/cloud start`")?;
        Ok(Self { variables: parse(&text)? })
    }

    /// Queues, topic, table and buckets that nobody else uses, so that stories run side by side.
    pub async fn own() -> anyhow::Result<Self> {
        let mut cloud = Self::shared()?;
        let name = format!("e2e-{}", &Uuid::new_v4().simple().to_string()[..12]);
        let output = Command::new(root().join("localstack/cloud"))
            .args(["seed", "--env", &name])
            .output()
            .await
            .context("run `localstack/cloud seed`")?;
        if !output.status.success() {
            bail!("`localstack/cloud seed` failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        cloud.variables.extend(parse(&String::from_utf8_lossy(&output.stdout))?);
        Ok(cloud)
    }

    /// What the services get as their environment.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// One variable.
    pub fn get(&self, name: &str) -> anyhow::Result<&str> {
        let value = self.variables.get(name);
        value.map(String::as_str).with_context(|| {
            format!("the local cloud names no {name}: run `localstack/cloud reset`, then start it again")
        })
    }

    /// Replaces one variable.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// Clients of AWS that talk to the emulators.
    pub async fn aws(&self) -> anyhow::Result<aws_config::SdkConfig> {
        let credentials = aws_sdk_sqs::config::Credentials::new(
            self.get("AWS_ACCESS_KEY_ID")?,
            self.get("AWS_SECRET_ACCESS_KEY")?,
            None,
            None,
            "local cloud",
        );
        let region = aws_config::Region::new(self.get("AWS_REGION")?.to_owned());
        Ok(aws_config::defaults(aws_config::BehaviorVersion::latest())
            .region(region)
            .credentials_provider(credentials)
            .endpoint_url(self.get("AWS_ENDPOINT_URL")?)
            .load()
            .await)
    }
}

fn parse(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').with_context(|| format!("`{line}` is no NAME=VALUE"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// The top of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}
