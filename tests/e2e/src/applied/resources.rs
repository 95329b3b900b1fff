//! What a state holds, from `terraform show -json`.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::Value;

/// All resources of a state, those of modules included.
pub struct Resources {
    all: Vec<(String, Value)>,
}

impl Resources {
    /// Reads a state.
    pub fn read(state: &Value) -> Self {
        let mut all = Vec::new();
        collect(&state["values"]["root_module"], &mut all);
        Self { all }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Those of a type.
    pub fn of(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.all.iter().filter(move |(of, _)| of == kind).map(|(_, values)| values)
    }

    /// A text of the only resource of a type.
    pub fn only(&self, kind: &str, attribute: &str) -> anyhow::Result<&str> {
        let mut of = self.of(kind);
        let (Some(one), None) = (of.next(), of.next()) else { bail!("there is not exactly one {kind}") };
        one[attribute].as_str().with_context(|| format!("{kind} has no {attribute}"))
    }

    /// The environment that the container of a Fargate service gets; its secrets by their names, as `runtime` reads them.
    pub fn container_environment(&self, service: &str) -> anyhow::Result<BTreeMap<String, String>> {
        for task in self.of("aws_ecs_task_definition") {
            let text = task["container_definitions"].as_str().context("a task has containers")?;
            let containers: Vec<Value> = serde_json::from_str(text).context("read the containers of a task")?;
            let Some(container) = containers.iter().find(|container| container["name"] == service) else { continue };
            let pairs = |list: &str, value: &'static str| {
                let entries = container[list].as_array().cloned().unwrap_or_default();
                entries.into_iter().filter_map(move |entry| {
                    Some((entry["name"].as_str()?.to_owned(), entry[value].as_str()?.to_owned()))
                })
            };
            let mut environment: BTreeMap<String, String> = pairs("environment", "value").collect();
            // Fargate puts the values of secrets there; here the program fetches them, as it does on Lambda.
            let secrets: Vec<_> =
                pairs("secrets", "valueFrom").map(|(name, secret)| format!("{name}={secret}")).collect();
            environment.insert("MCP_AUDIT_SETTINGS_FROM".to_owned(), secrets.join(","));
            return Ok(environment);
        }
        bail!("no task definition runs {service}")
    }
}

fn collect(module: &Value, all: &mut Vec<(String, Value)>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if resource["mode"] == "managed" {
            all.push((resource["type"].as_str().unwrap_or_default().to_owned(), resource["values"].clone()));
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, all);
    }
}
