//! The checked-in descriptions and examples agree with the Rust types.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use contracts::Envelope;
use contracts::catalog::CATALOG;
use contracts::events::test::TestCompleted;
use contracts::generate::{self, DOCUMENTS, Operation, SERVICES};
use serde_json::{Value, json};

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap_or_else(|error| panic!("cannot read contracts/{path}: {error}"))
}

fn names(path: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder().join(path)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Whether a text is an instance of a contract.
type Parser = fn(&str) -> Result<(), serde_json::Error>;

/// Each wire name or document with its parser.
fn parsers() -> BTreeMap<&'static str, Parser> {
    let messages = CATALOG.iter().map(|entry| (entry.wire, entry.parse));
    messages.chain(DOCUMENTS.iter().map(|document| (document.name, document.parse))).collect()
}

#[test]
fn generated_files_are_checked_in() {
    for file in generate::files() {
        let checked_in = fs::read_to_string(folder().join(&file.path)).unwrap_or_default();
        assert!(checked_in == file.text, "contracts/{} is out of date: run `make schemas` and commit it", file.path);
    }
    let known: BTreeSet<PathBuf> = generate::files().iter().map(|file| folder().join(&file.path)).collect();
    for name in names("schemas") {
        let path = folder().join("schemas").join(&name);
        assert!(known.contains(&path), "contracts/schemas/{name} belongs to no contract: run `make schemas`");
    }
}

#[test]
fn every_contract_has_an_example_and_every_example_still_parses() {
    let parsers = parsers();
    let examples = names("examples");
    for name in parsers.keys() {
        let file = format!("{name}.json");
        assert!(
            examples.contains(&file),
            "contracts/examples/{file} is missing: write a realistic one and keep it forever"
        );
    }
    for file in examples {
        let name = file.strip_suffix(".json").unwrap();
        // A second example of a contract is called `<name>.<what it shows>.json`.
        let contract = parsers.keys().find(|contract| name == **contract || name.starts_with(&format!("{contract}.")));
        let contract = contract.unwrap_or_else(|| panic!("contracts/examples/{file} belongs to no contract"));
        let text = read(&format!("examples/{file}"));
        if let Err(error) = parsers[contract](&text) {
            panic!("contracts/examples/{file} no longer parses, so old messages would not either: {error}");
        }
        let value: Value = serde_json::from_str(&text).unwrap();
        if value.get("specversion").is_some() {
            assert_eq!(value["type"], **contract, "contracts/examples/{file} has the wrong `type`");
        }
    }
}

/// Adds a field to every object, as a later version of a sender would.
fn with_unknown_fields(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(with_unknown_fields);
            members.insert("added_in_a_later_version".to_owned(), json!({ "any": ["thing"] }));
        }
        Value::Array(items) => items.iter_mut().for_each(with_unknown_fields),
        _ => {}
    }
}

#[test]
fn readers_ignore_fields_that_they_do_not_know() {
    for (name, parse) in parsers() {
        let mut example: Value = serde_json::from_str(&read(&format!("examples/{name}.json"))).unwrap();
        with_unknown_fields(&mut example);
        if let Err(error) = parse(&example.to_string()) {
            panic!("{name} refuses an unknown field, so no field could ever be added: {error}");
        }
    }
}

#[test]
fn an_example_survives_reading_and_writing() {
    let text = read("examples/test.completed.v1.json");
    let envelope: Envelope<TestCompleted> = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&envelope).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
}

/// Every `$ref` below the value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                found.push(reference.clone());
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

fn assert_references_resolve(name: &str, document: &Value) {
    let mut found = Vec::new();
    references(document, &mut found);
    for reference in found {
        if let Some(pointer) = reference.strip_prefix('#') {
            assert!(document.pointer(pointer).is_some(), "{name}: `{reference}` leads nowhere");
        } else {
            assert!(folder().join(&reference).is_file(), "{name}: `{reference}` names no file");
        }
    }
}

#[test]
fn references_in_the_descriptions_resolve() {
    for name in names("schemas") {
        let schema: Value = serde_json::from_str(&read(&format!("schemas/{name}"))).unwrap();
        assert_references_resolve(&name, &schema);
    }
    let openapi: Value = serde_json::from_str(&read("openapi.json")).unwrap();
    assert_references_resolve("openapi.json", &openapi);
    assert_references_resolve("asyncapi.yaml", &generate::asyncapi());
    // The YAML is that same value: `generated_files_are_checked_in` compares the text, a unit test the emitter.
    let mut ids = BTreeSet::new();
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{method} {path}: operation id `{id}` is taken");
        }
    }
}

#[test]
fn the_asyncapi_services_agree_with_the_topology() {
    let topology: Value = serde_json::from_str(&read("../infra/topology.json")).unwrap();
    let services = topology["services"].as_object().unwrap();
    let mut sent: BTreeSet<&str> = BTreeSet::new();
    for service in SERVICES {
        let deployed =
            services.get(service.name).unwrap_or_else(|| panic!("`{}` is not in the topology", service.name));
        let mut sends_to = BTreeSet::new();
        let mut consumes = Value::Null;
        let mut publishes = false;
        for operation in service.operations {
            match operation {
                Operation::Receive { queue, messages } => {
                    consumes = json!(queue);
                    let filter = &topology["topic"]["subscriptions"][queue]["filter_policy"];
                    if !filter.is_null() {
                        assert_eq!(
                            types(filter),
                            messages.iter().map(|wire| (*wire).to_owned()).collect(),
                            "queue `{queue}`"
                        );
                    }
                }
                Operation::Send { queue, messages } => {
                    sends_to.insert((*queue).to_owned());
                    sent.extend(*messages);
                }
                Operation::Publish { messages } => {
                    publishes = true;
                    sent.extend(*messages);
                }
            }
        }
        assert_eq!(deployed["consumes"], consumes, "{}", service.name);
        assert_eq!(
            serde_json::from_value::<BTreeSet<String>>(deployed["sends_to"].clone()).unwrap(),
            sends_to,
            "{}",
            service.name
        );
        assert_eq!(deployed["publishes"], publishes, "{}", service.name);
    }
    let unsent: Vec<_> = CATALOG.iter().filter(|entry| !sent.contains(entry.wire)).map(|entry| entry.wire).collect();
    assert!(unsent.is_empty(), "no service sends {unsent:?}");
}

/// The message types that a filter policy lets through, at whatever depth it names them.
fn types(filter: &Value) -> BTreeSet<String> {
    match filter {
        Value::Object(members) => {
            let named = members
                .get("type")
                .into_iter()
                .flat_map(|types| serde_json::from_value::<Vec<String>>(types.clone()).unwrap());
            named.chain(members.values().flat_map(types)).collect()
        }
        Value::Array(items) => items.iter().flat_map(types).collect(),
        _ => BTreeSet::new(),
    }
}
