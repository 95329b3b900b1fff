//! Which resource flows into which attribute, over the borders of modules.
//!
//! ARNs and ids are known after an apply only, so a plan alone does not tell that a subscription belongs to a topic. Its
//! configuration tells what each expression refers to; this follows variables, outputs and local values down to resources.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::hcl;
use crate::plan::Resource;
use crate::tree::Tree;

/// What local values refer to: folder relative to `infra/`, then name.
#[derive(Debug, Default)]
pub struct Locals(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Locals {
    /// Reads all local values of a tree.
    pub fn of(tree: &Tree) -> Self {
        let folders = tree.roots.iter().map(|root| {
            let names = root
                .blocks("locals")
                .flat_map(|block| block.body.attributes())
                .map(|attribute| (attribute.key.as_str().to_owned(), hcl::references(&attribute.value)))
                .collect();
            (root.path.clone(), names)
        });
        Self(folders.collect())
    }
}

/// The configuration part of a plan.
pub struct Configuration<'a> {
    modules: BTreeMap<String, Module<'a>>,
    locals: &'a Locals,
}

struct Module<'a> {
    /// Relative to `infra/`.
    folder: String,
    /// The arguments it is called with, resolved where it is called.
    arguments: Option<&'a Map<String, Value>>,
    outputs: Option<&'a Map<String, Value>>,
    resources: BTreeMap<String, &'a Value>,
}

/// A resource of the source, perhaps narrowed to one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    module: String,
    resource: String,
    key: Option<String>,
}

/// A resource of the plan: its module, its address and its key.
type Instance = (String, String, Value);

/// References may go round in circles over outputs; nothing real is this deep.
const DEEPEST: usize = 24;

impl<'a> Configuration<'a> {
    /// Indexes the configuration of the plan of `example`.
    pub fn new(configuration: &'a Value, example: &str, locals: &'a Locals) -> Self {
        let mut modules = BTreeMap::new();
        index(&configuration["root_module"], "", example, None, &mut modules);
        Self { modules, locals }
    }

    /// Sets `refs` of every resource.
    pub fn fill(&self, resources: &mut [Resource]) {
        let mut instances: BTreeMap<(String, String), Vec<Instance>> = BTreeMap::new();
        for resource in resources.iter() {
            let key = (without_keys(&resource.module), format!("{}.{}", resource.kind, resource.name));
            instances.entry(key).or_default().push((
                resource.module.clone(),
                resource.address.clone(),
                resource.index.clone(),
            ));
        }
        for resource in resources.iter_mut() {
            let scope = without_keys(&resource.module);
            let Some(module) = self.modules.get(&scope) else { continue };
            let Some(source) = module.resources.get(&format!("{}.{}", resource.kind, resource.name)) else { continue };
            let each = references_of(&source["for_each_expression"]);
            for (attribute, expression) in source["expressions"].as_object().into_iter().flatten() {
                let mut targets = BTreeSet::new();
                let references = references_of(expression);
                let by_key = references.iter().any(|reference| reference.starts_with("each."));
                for reference in &references {
                    self.resolve(&scope, reference, &each, &mut targets, 0);
                }
                let found: BTreeSet<String> = targets
                    .iter()
                    .flat_map(|target| {
                        let key = (target.module.clone(), target.resource.clone());
                        let candidates = instances.get(&key).map_or(&[][..], Vec::as_slice);
                        narrowed(candidates, target, resource, by_key)
                    })
                    .collect();
                if !found.is_empty() {
                    resource.refs.insert(attribute.clone(), found);
                }
            }
        }
    }

    fn resolve(&self, scope: &str, reference: &str, each: &[String], targets: &mut BTreeSet<Target>, depth: usize) {
        let Some(module) = self.modules.get(scope) else { return };
        if depth > DEEPEST {
            return;
        }
        let mut parts = reference.splitn(3, '.');
        let (first, second, rest) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next());
        let name = second.split('[').next().unwrap_or(second);
        match first {
            "var" => {
                let Some(argument) = module.arguments.and_then(|arguments| arguments.get(name)) else { return };
                for reference in references_of(argument) {
                    self.resolve(parent(scope), &reference, &[], targets, depth + 1);
                }
            }
            "local" => {
                let folder = self.locals.0.get(&module.folder);
                for reference in folder.and_then(|names| names.get(name)).into_iter().flatten() {
                    self.resolve(scope, reference, &[], targets, depth + 1);
                }
            }
            "each" => {
                for reference in each {
                    self.resolve(scope, reference, &[], targets, depth + 1);
                }
            }
            "module" => {
                let child = if scope.is_empty() { format!("module.{name}") } else { format!("{scope}.module.{name}") };
                let output = rest.map(|rest| rest.split(['.', '[']).next().unwrap_or(rest));
                let outputs = self.modules.get(&child).and_then(|module| module.outputs);
                for (key, value) in outputs.into_iter().flatten() {
                    if output.is_none_or(|output| output == key) {
                        for reference in references_of(&value["expression"]) {
                            self.resolve(&child, &reference, &[], targets, depth + 1);
                        }
                    }
                }
            }
            kind if kind.starts_with("aws_") => {
                let key = second.split_once("[\"").and_then(|(_, key)| key.split_once("\"]")).map(|(key, _)| key);
                targets.insert(Target {
                    module: scope.to_owned(),
                    resource: format!("{kind}.{name}"),
                    key: key.map(str::to_owned),
                });
            }
            _ => {}
        }
    }
}

fn index<'a>(
    module: &'a Value,
    scope: &str,
    folder: &str,
    arguments: Option<&'a Map<String, Value>>,
    modules: &mut BTreeMap<String, Module<'a>>,
) {
    let resources = module["resources"].as_array().into_iter().flatten();
    let resources = resources.filter(|resource| resource["mode"] == "managed").filter_map(|resource| {
        Some((format!("{}.{}", resource["type"].as_str()?, resource["name"].as_str()?), resource))
    });
    modules.insert(
        scope.to_owned(),
        Module {
            folder: folder.to_owned(),
            arguments,
            outputs: module["outputs"].as_object(),
            resources: resources.collect(),
        },
    );
    for (name, call) in module["module_calls"].as_object().into_iter().flatten() {
        let child = if scope.is_empty() { format!("module.{name}") } else { format!("{scope}.module.{name}") };
        let child_folder = joined(folder, call["source"].as_str().unwrap_or_default());
        index(&call["module"], &child, &child_folder, call["expressions"].as_object(), modules);
    }
}

/// Every reference within an expression or a tree of nested blocks, without those that another one names more exactly.
fn references_of(expression: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    gather(expression, &mut found);
    let exact = |reference: &String| {
        !found.iter().any(|other| {
            other.len() > reference.len()
                && other.starts_with(reference.as_str())
                && other[reference.len()..].starts_with(['.', '['])
        })
    };
    found.iter().filter(|reference| exact(reference)).cloned().collect()
}

fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_array() {
                    Some(references) if key == "references" => {
                        found.extend(references.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => gather(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}

/// The instances of a target that an instance can mean: those under the same keys of the modules that both lie in, and of a
/// resource that goes over the same keys, the one with its own key.
fn narrowed(candidates: &[Instance], target: &Target, from: &Resource, by_key: bool) -> Vec<String> {
    let near: Vec<_> = candidates.iter().filter(|(module, ..)| same_instances(module, &from.module)).collect();
    let with_key = |key: &Value| -> Vec<String> {
        near.iter().filter(|(_, _, index)| index == key).map(|(_, address, _)| address.clone()).collect()
    };
    if let Some(key) = &target.key {
        return with_key(&Value::String(key.clone()));
    }
    if by_key && !from.index.is_null() {
        let own = with_key(&from.index);
        if !own.is_empty() {
            return own;
        }
    }
    near.iter().map(|(_, address, _)| address.clone()).collect()
}

/// Whether no module that both lie in has two different keys.
fn same_instances(left: &str, right: &str) -> bool {
    for (left, right) in steps(left).iter().zip(steps(right).iter()) {
        if without_keys(left) != without_keys(right) {
            return true;
        }
        if left != right {
            return false;
        }
    }
    true
}

/// `module.a["x.y"].module.b` as `module.a["x.y"]`, `module.b`.
fn steps(address: &str) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for part in address.split("module.").filter(|part| !part.is_empty()) {
        steps.push(part.trim_end_matches('.').to_owned());
    }
    steps
}

fn without_keys(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut depth = 0_usize;
    for character in address.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}

fn parent(scope: &str) -> &str {
    scope.rfind("module.").map_or("", |at| scope[..at].trim_end_matches('.'))
}

/// A folder relative to another, as `source` of a module names it.
pub fn joined(folder: &str, source: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}
