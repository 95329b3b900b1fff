//! The rego policies over plans.

use std::path::Path;

use anyhow::{Context, Result};
use regorus::{Engine, Value};

use crate::outcome::Outcome;
use crate::plan::Plan;

/// All policies of a folder, ready to be asked.
pub struct Policies {
    engine: Engine,
    names: Vec<String>,
}

impl Policies {
    /// Reads every `*.rego` of the folder. `lib.rego` is what they share.
    pub fn load(folder: &Path, data: &serde_json::Value) -> Result<Self> {
        let mut engine = Engine::new();
        let mut names = Vec::new();
        let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut paths: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rego")) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path)?;
            engine
                .add_policy(path.display().to_string(), text)
                .with_context(|| format!("{} is no valid rego", path.display()))?;
            if name != "lib" {
                names.push(name);
            }
        }
        engine.add_data_json(&data.to_string())?;
        Ok(Self { engine, names })
    }

    /// The policies in order of name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// What one policy says about one plan.
    pub fn ask(&self, name: &str, plan: &Plan) -> Result<Outcome> {
        let mut outcomes = self.ask_all(&[name], plan)?;
        outcomes.pop().context("a policy gave no answer")
    }

    /// What several policies say about one plan, in their order.
    pub fn ask_all(&self, names: &[&str], plan: &Plan) -> Result<Vec<Outcome>> {
        let mut engine = self.engine.clone();
        engine.set_input_json(&serde_json::to_string(plan)?)?;
        let ask = |name: &&str| -> Outcome {
            let mut rule = |rule: &str| -> Result<Vec<String>> {
                Ok(strings(&engine.eval_rule(format!("data.infra.{name}.{rule}"))?))
            };
            let mut outcome = Outcome::default();
            match rule("examined") {
                Ok(examined) => outcome.examined = examined.len(),
                Err(error) => outcome.faults.push(format!("{}: {name} cannot be asked: {error:#}", plan.plan)),
            }
            match rule("deny") {
                Ok(faults) => outcome.faults.extend(faults.into_iter().map(|fault| format!("{}: {fault}", plan.plan))),
                Err(error) => outcome.faults.push(format!("{}: {name} cannot be asked: {error:#}", plan.plan)),
            }
            outcome
        };
        Ok(names.iter().map(ask).collect())
    }
}

fn strings(value: &Value) -> Vec<String> {
    let Ok(items) = value.as_set() else { return Vec::new() };
    items.iter().map(|item| item.as_string().map_or_else(|_| item.to_string(), ToString::to_string)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Fixture {
        /// What the policy compares with, where it does.
        #[serde(default)]
        data: serde_json::Value,
        conforming: Vec<Plan>,
        violating: Vec<Violation>,
    }

    #[derive(Deserialize)]
    struct Violation {
        says: String,
        plan: Plan,
    }

    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn every_policy_accepts_its_conforming_plans_and_objects_to_each_violating_one() {
        let policies = Policies::load(&folder().join("../policy"), &serde_json::json!({})).expect("the policies load");
        let mut wrong = Vec::new();
        for name in policies.names().map(str::to_owned).collect::<Vec<_>>() {
            let name = name.as_str();
            let path = folder().join(format!("fixtures/policy/{name}.json"));
            let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("policy {name} has no fixture"));
            let fixture: Fixture = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!fixture.conforming.is_empty() && !fixture.violating.is_empty(), "{name} lacks a side");
            let own = (!fixture.data.is_null())
                .then(|| Policies::load(&folder().join("../policy"), &fixture.data).expect("the policies load"));
            let policies = own.as_ref().unwrap_or(&policies);
            for plan in &fixture.conforming {
                let outcome = policies.ask(name, plan).expect("the policy answers");
                if outcome.examined == 0 || !outcome.faults.is_empty() {
                    wrong.push(format!("{name}: a conforming plan: {outcome:?}"));
                }
            }
            for Violation { says, plan } in &fixture.violating {
                let outcome = policies.ask(name, plan).expect("the policy answers");
                if !outcome.faults.iter().any(|fault| fault.contains(says)) {
                    wrong.push(format!("{name}: a plan that must fail with `{says}`: {outcome:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
