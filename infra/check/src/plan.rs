//! A plan of an example, digested for the policies.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::references::Configuration;

/// One resource that the plan would create.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// With the keys of `for_each`, such as `module.queue["scan"].aws_sqs_queue.this`.
    pub address: String,
    /// Address of the module it lies in; empty in the root.
    pub module: String,
    /// Such as `aws_sqs_queue`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The label in the source.
    pub name: String,
    /// Key of `for_each` or number of `count`.
    pub index: Value,
    /// What is known. Strings that hold JSON are parsed.
    pub values: Map<String, Value>,
    /// Attributes that only an apply will know, wholly or in part.
    pub unknown: BTreeMap<String, bool>,
    /// For each attribute, the resources that flow into it.
    pub refs: BTreeMap<String, BTreeSet<String>>,
}

/// What the policies are given as input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Name of the example.
    pub plan: String,
    /// The environment that its resources are tagged with.
    pub environment: String,
    /// Everything it would create.
    pub resources: Vec<Resource>,
    /// Where it was read from.
    #[serde(skip)]
    pub file: std::path::PathBuf,
}

#[derive(Deserialize)]
struct Planned {
    #[serde(rename = "planned_values")]
    values: PlannedValues,
    resource_changes: Vec<Change>,
    configuration: Value,
}

#[derive(Deserialize)]
struct PlannedValues {
    root_module: PlannedModule,
}

#[derive(Deserialize)]
struct PlannedModule {
    #[serde(default)]
    address: String,
    #[serde(default)]
    resources: Vec<PlannedResource>,
    #[serde(default)]
    child_modules: Vec<PlannedModule>,
}

#[derive(Deserialize)]
struct PlannedResource {
    address: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    index: Value,
    #[serde(default)]
    values: Map<String, Value>,
}

#[derive(Deserialize)]
struct Change {
    address: String,
    change: ChangeDetail,
}

#[derive(Deserialize)]
struct ChangeDetail {
    #[serde(default)]
    after_unknown: Value,
}

impl Plan {
    /// Digests what `show -json` prints of the plan of `example`, a folder relative to `infra/`. `locals` tells what a local
    /// value of a module's folder refers to: plans leave local values out.
    pub fn digest(example: &str, text: &str, locals: &crate::references::Locals) -> Result<Self> {
        let planned: Planned =
            serde_json::from_str(text).with_context(|| format!("the plan of {example} is no plan JSON"))?;
        let unknown: BTreeMap<&str, &Value> = planned
            .resource_changes
            .iter()
            .map(|change| (change.address.as_str(), &change.change.after_unknown))
            .collect();
        let mut resources = Vec::new();
        flatten(&planned.values.root_module, &unknown, &mut resources);
        Configuration::new(&planned.configuration, example, locals).fill(&mut resources);
        let environment = environment_of(&resources);
        let plan = example.rsplit('/').next().unwrap_or(example).to_owned();
        Ok(Self { plan, environment, resources, file: std::path::PathBuf::new() })
    }
}

fn flatten(module: &PlannedModule, unknown: &BTreeMap<&str, &Value>, resources: &mut Vec<Resource>) {
    for resource in module.resources.iter().filter(|resource| resource.mode == "managed") {
        let unknown = unknown.get(resource.address.as_str()).and_then(|value| value.as_object());
        resources.push(Resource {
            address: resource.address.clone(),
            module: module.address.clone(),
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            index: resource.index.clone(),
            values: resource.values.iter().map(|(key, value)| (key.clone(), unfolded(value.clone()))).collect(),
            unknown: unknown
                .into_iter()
                .flatten()
                .filter(|(_, value)| mentions_true(value))
                .map(|(key, _)| (key.clone(), true))
                .collect(),
            refs: BTreeMap::new(),
        });
    }
    for child in &module.child_modules {
        flatten(child, unknown, resources);
    }
}

fn mentions_true(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::Array(items) => items.iter().any(mentions_true),
        Value::Object(fields) => fields.values().any(mentions_true),
        _ => false,
    }
}

/// Parses strings that hold JSON objects, so that a policy reads a policy document as it reads any other value.
fn unfolded(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with('{') => match serde_json::from_str(&text) {
            Ok(parsed @ Value::Object(_)) => parsed,
            _ => Value::String(text),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(unfolded).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, unfolded(value))).collect()),
        other => other,
    }
}

/// The plan with stand-ins for keys, buckets and web ACLs that are made together with what uses them. checkov sees nothing in
/// the place of an ARN that only an apply will know, and would object to every resource that is encrypted with a new key.
pub fn with_stand_ins(text: &str, plan: &Plan) -> Result<String> {
    let mut raw: Value = serde_json::from_str(text).context("this is no plan JSON")?;
    let resources: BTreeMap<&str, &Resource> =
        plan.resources.iter().map(|resource| (resource.address.as_str(), resource)).collect();
    let mut unknown: BTreeMap<String, Value> = BTreeMap::new();
    for change in array(raw.get_mut("resource_changes")) {
        let address = change["address"].as_str().unwrap_or_default().to_owned();
        let Some(resource) = resources.get(address.as_str()) else { continue };
        let places = change["change"]["after_unknown"].clone();
        stand_in(&mut change["change"]["after"], &places, resource);
        unknown.insert(address, places);
    }
    stand_in_below(&mut raw["planned_values"]["root_module"], &unknown, &resources);
    Ok(raw.to_string())
}

/// The items of what may be missing: asking by index would put a null there.
fn array(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_array_mut).into_iter().flatten()
}

fn stand_in_below(module: &mut Value, unknown: &BTreeMap<String, Value>, resources: &BTreeMap<&str, &Resource>) {
    for planned in array(module.get_mut("resources")) {
        let address = planned["address"].as_str().unwrap_or_default().to_owned();
        if let (Some(resource), Some(places)) = (resources.get(address.as_str()), unknown.get(&address)) {
            stand_in(&mut planned["values"], places, resource);
        }
    }
    for child in array(module.get_mut("child_modules")) {
        stand_in_below(child, unknown, resources);
    }
}

fn stand_in(values: &mut Value, places: &Value, resource: &Resource) {
    for (attribute, places) in places.as_object().into_iter().flatten() {
        let flowing = resource.refs.get(attribute).map(|from| from.iter().cloned().collect::<Vec<_>>().join(" "));
        fill(&mut values[attribute.as_str()], places, attribute, &flowing.unwrap_or_default());
    }
}

fn fill(value: &mut Value, places: &Value, key: &str, flowing: &str) {
    match places {
        Value::Object(fields) => {
            if let Some(known) = value.as_object_mut() {
                for (key, places) in fields {
                    fill(known.entry(key.clone()).or_insert(Value::Null), places, key, flowing);
                }
            }
        }
        Value::Array(items) => {
            for (value, places) in value.as_array_mut().into_iter().flatten().zip(items) {
                fill(value, places, key, flowing);
            }
        }
        Value::Bool(true) => {
            let name = if key.contains("kms") && flowing.contains("aws_kms_key.") {
                "arn:aws:kms:us-east-1:123456789012:key/known-after-apply"
            } else if key == "bucket" && flowing.contains("aws_s3_bucket.") {
                "known-after-apply"
            } else {
                return;
            };
            *value = Value::String(name.to_owned());
        }
        _ => {}
    }
}

/// The environment that most resources are tagged with.
fn environment_of(resources: &[Resource]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in resources {
        let tag = resource.values.get("tags_all").and_then(|tags| tags.get("Environment")).and_then(Value::as_str);
        *counts.entry(tag.unwrap_or_default()).or_default() += 1;
    }
    counts.remove("");
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| name.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_sqs_queue.jobs", "mode": "managed", "type": "aws_sqs_queue", "name": "jobs",
             "values": {"policy": "{\"Statement\": []}", "tags_all": {"Environment": "prod"}}},
            {"address": "aws_kms_key.data", "mode": "managed", "type": "aws_kms_key", "name": "data", "values": {}}
        ]}},
        "resource_changes": [{"address": "aws_sqs_queue.jobs", "change": {"after": {}, "after_unknown": {"kms_master_key_id": true, "url": true}}}],
        "configuration": {"root_module": {"resources": [
            {"address": "aws_sqs_queue.jobs", "mode": "managed", "type": "aws_sqs_queue", "name": "jobs",
             "expressions": {"kms_master_key_id": {"references": ["local.key", "local"]}}}
        ]}}
    }"#;

    fn plan() -> Plan {
        let source = "locals {\n  key = aws_kms_key.data.arn\n}\n";
        let tree =
            crate::tree::Tree::from_files([("examples/shop/main.tf".to_owned(), source.to_owned())]).expect("a tree");
        Plan::digest("examples/shop", PLAN, &crate::references::Locals::of(&tree)).expect("a plan")
    }

    #[test]
    fn documents_are_parsed_and_references_followed_through_local_values() {
        let plan = plan();
        assert_eq!((plan.plan.as_str(), plan.environment.as_str()), ("shop", "prod"));
        let queue = &plan.resources[0];
        assert!(queue.values["policy"]["Statement"].is_array());
        assert_eq!(queue.unknown.keys().collect::<Vec<_>>(), ["kms_master_key_id", "url"]);
        assert!(queue.refs["kms_master_key_id"].contains("aws_kms_key.data"));
    }

    #[test]
    fn a_key_that_is_made_with_its_user_has_a_stand_in() {
        let filled: Value = serde_json::from_str(&with_stand_ins(PLAN, &plan()).expect("a plan")).expect("JSON");
        let queue = &filled["planned_values"]["root_module"]["resources"][0]["values"];
        assert!(queue["kms_master_key_id"].as_str().is_some_and(|arn| arn.contains(":kms:")));
        assert!(queue["url"].is_null());
        assert!(filled["planned_values"]["root_module"].get("child_modules").is_none());
        assert!(filled["resource_changes"][0]["change"]["after"]["kms_master_key_id"].is_string());
    }
}
