//! Definitions of servers with the bytes of their values. The reader in `shapes::clients` knows what they mean; this one knows
//! where they stand.

use std::ops::Range;

use contracts::api::scans::SecretPlace;
use jsonc_parser::ast::{Object, StringLit, Value};
use jsonc_parser::common::Ranged as _;

use crate::package::{self, Package};

/// One server.
pub(super) struct Definition<'a> {
    pub(super) name: &'a str,
    /// Where it begins.
    pub(super) at: usize,
    /// Program and arguments, each a string of its own.
    pub(super) words: Vec<Literal>,
    pub(super) settings: Vec<Setting<'a>>,
    pub(super) url: Option<Literal>,
}

/// A string and its bytes with the quotation marks.
pub(super) struct Literal {
    pub(super) range: Range<usize>,
    pub(super) value: String,
}

/// A variable or header with a value.
pub(super) struct Setting<'a> {
    pub(super) place: SecretPlace,
    pub(super) name: &'a str,
    pub(super) range: Range<usize>,
    pub(super) value: String,
}

impl Definition<'_> {
    /// The package that it runs.
    pub(super) fn package(&self) -> Option<Package> {
        let words: Vec<String> = self.words.iter().map(|word| word.value.clone()).collect();
        package::of(&words)
    }
}

/// Every definition below the places of a client.
pub(super) fn all<'a>(root: &'a Value<'a>, places: &[&str]) -> Vec<Definition<'a>> {
    let mut found = Vec::new();
    for place in places {
        let names: Vec<&str> = place.split('/').filter(|name| *name != ".").collect();
        descend(root, &names, &mut found);
    }
    // Two places may lead to the same definition.
    found.sort_by_key(|definition: &Definition<'_>| definition.at);
    found.dedup_by_key(|definition| definition.at);
    found
}

fn descend<'a>(value: &'a Value<'a>, names: &[&str], found: &mut Vec<Definition<'a>>) {
    let Some(object) = value.as_object() else { return };
    let Some((name, rest)) = names.split_first() else {
        return found.extend(object.properties.iter().filter_map(|property| {
            Some(definition(property.name.as_str(), property.range.start, property.value.as_object()?))
        }));
    };
    let dotted = names.join(".");
    for property in &object.properties {
        let own = property.name.as_str();
        if *name == "*" || own == *name {
            descend(&property.value, rest, found);
        } else if !rest.is_empty() && own == dotted {
            descend(&property.value, &[], found);
        }
    }
}

fn definition<'a>(name: &'a str, at: usize, object: &'a Object<'a>) -> Definition<'a> {
    let mut words = Vec::new();
    for part in ["command", "args"] {
        match object.get(part).map(|property| &property.value) {
            Some(Value::StringLit(text)) => words.push(literal(text)),
            Some(Value::Array(array)) => {
                words.extend(array.elements.iter().filter_map(Value::as_string_lit).map(literal));
            }
            _ => {}
        }
    }
    let places = [
        ("env", SecretPlace::Environment),
        ("environment", SecretPlace::Environment),
        ("headers", SecretPlace::Header),
    ];
    let settings = places.into_iter().flat_map(|(part, place)| {
        let members = object.get_object(part).into_iter().flat_map(|members| &members.properties);
        members.filter_map(move |property| {
            let literal = literal(property.value.as_string_lit()?);
            Some(Setting { place, name: property.name.as_str(), range: literal.range, value: literal.value })
        })
    });
    let url = ["url", "serverUrl", "httpUrl"].iter().find_map(|part| object.get_string(part)).map(literal);
    Definition { name, at, words, settings: settings.collect(), url }
}

fn literal(text: &StringLit<'_>) -> Literal {
    Literal { range: text.start()..text.end(), value: text.value.to_string() }
}
