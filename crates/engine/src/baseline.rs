//! What a user approved: the definitions of a server at one time, as a lock file that a later test compares with.
//!
//! The file holds names, the shape of parameters, classes and digests, but no text of the server: it may lie in a
//! repository that agents read. Secrets and personal data are replaced before anything is digested, so that nothing can
//! be guessed from a digest. The same server gives the same file, byte by byte.

mod canonical;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use detect::evidence::without_private_values;
use detect::hidden::{HiddenKind, scan_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::checks::data_exposure::asks_for_secret::secret_kind;
use crate::checks::poison::poisoned;
use crate::checks::subject::{all_parameters, is_path};
use crate::snapshot::{Item, Snapshot, Tool, strings};
use crate::tool_class::{ToolClass, split};
use canonical::canonical;

/// The form of the file.
const VERSION: u32 = 1;

/// The definitions of a server that a user approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    version: u32,
    /// `serverInfo.name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    /// `serverInfo.version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) server_version: Option<String>,
    /// The OAuth scopes that the server asked for; absent where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scopes: Option<BTreeSet<String>>,
    /// Tools by name.
    pub(crate) tools: Vec<ToolRecord>,
    /// Prompts by name.
    pub(crate) prompts: Vec<Definition>,
    /// `instructions`, under an empty name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instructions: Option<Definition>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// No JSON, or not of this form.
    #[error("the baseline cannot be read")]
    Malformed(#[from] serde_json::Error),
    /// Written by a later version.
    #[error("the baseline has version {0}, and the newest known one is {VERSION}")]
    Version(u32),
}

/// A definition without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) name: String,
    /// Of the whole definition.
    pub(crate) digest: String,
    /// Of the definition without its titles and descriptions.
    pub(crate) shape: String,
    /// The words of its titles and descriptions in their order, 16 bits of a digest each: enough to tell an edited
    /// letter from another text, too little to read them.
    pub(crate) words: String,
    /// What detectors saw in it: `text:F1+F4`, `hidden:H1`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) signs: BTreeSet<String>,
}

/// A tool and what it could do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ToolRecord {
    #[serde(flatten)]
    pub(crate) definition: Definition,
    pub(crate) class: ToolClass,
    /// Whether `readOnlyHint` was true.
    pub(crate) read_only: bool,
    /// Parameters by the JSON pointer of their schema.
    pub(crate) parameters: BTreeMap<String, Parameter>,
}

/// What a parameter could hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parameter {
    /// What confines it: `enum`, `pattern`, `const`, `required`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) bounds: BTreeSet<String>,
    /// `path`, or the type of the secret that it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) takes: Option<String>,
}

impl Baseline {
    /// The baseline of what a server declared.
    pub fn of(snapshot: &Snapshot) -> Self {
        let field = |name: &str| snapshot.server_field(name).map(without_private_values);
        let mut tools: Vec<ToolRecord> = snapshot.tools.iter().map(ToolRecord::of).collect();
        let mut prompts: Vec<Definition> = snapshot.prompts.iter().map(Definition::of_prompt).collect();
        // The order of a list means nothing, and a lock file should not change with it.
        tools.sort_by(|one, other| one.definition.order().cmp(&other.definition.order()));
        prompts.sort_by(|one, other| one.order().cmp(&other.order()));
        Self {
            version: VERSION,
            server: field("name"),
            server_version: field("version"),
            scopes: None,
            tools,
            prompts,
            instructions: snapshot.instructions.as_deref().map(Definition::of_instructions),
        }
    }

    /// Adds the scopes that the server asks for.
    #[must_use]
    pub fn with_scopes(self, scopes: &BTreeSet<String>) -> Self {
        Self { scopes: Some(scopes.iter().map(|scope| without_private_values(scope)).collect()), ..self }
    }

    /// Reads a lock file.
    pub fn parse(json: &str) -> Result<Self, BaselineError> {
        // The version decides whether the rest can be understood at all.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_str(json)?;
        if version > VERSION {
            return Err(BaselineError::Version(version));
        }
        Ok(serde_json::from_str(json)?)
    }

    /// The lock file.
    pub fn to_json(&self) -> String {
        // Strings, numbers and maps with string keys always serialise.
        serde_json::to_string_pretty(self).map(|json| json + "\n").unwrap_or_default()
    }
}

impl Definition {
    fn of(name: &str, raw: &Value) -> Self {
        let definition = lasting(raw, false);
        let mut shape = definition.clone();
        let mut texts = Vec::new();
        take_texts(&mut shape, &mut texts);
        let words = texts.iter().flat_map(|text| text.split_whitespace()).map(|word| digest(word)[..4].to_owned());
        Self {
            name: without_private_values(name),
            digest: digest(&canonical(&definition)),
            shape: digest(&canonical(&shape)),
            words: words.collect(),
            signs: signs(raw),
        }
    }

    pub(crate) fn of_prompt(prompt: &Item) -> Self {
        Self::of(&prompt.name, &prompt.raw)
    }

    pub(crate) fn of_instructions(text: &str) -> Self {
        Self::of("", &serde_json::json!({ "description": text }))
    }

    fn order(&self) -> (&str, &str) {
        (&self.name, &self.digest)
    }

    /// Whether the text became another one by a correction: fewer than one word in twenty, nothing but text, and nothing
    /// that a detector sees.
    pub(crate) fn is_correction_of(&self, before: &Self) -> bool {
        let (old, new) = (words(&before.words), words(&self.words));
        let most = old.len().max(new.len());
        self.shape == before.shape
            && self.signs.is_subset(&before.signs)
            && most > 0
            && edits_within(&old, &new, (most - 1) / 20)
    }
}

impl ToolRecord {
    pub(crate) fn of(tool: &Tool) -> Self {
        let parameters = all_parameters(tool).into_iter().map(|(pointer, name, schema)| {
            let mut bounds: BTreeSet<String> = ["enum", "pattern", "const"]
                .into_iter()
                .filter(|bound| schema.get(*bound).is_some())
                .map(str::to_owned)
                .collect();
            if is_required(&tool.raw, &pointer, name) {
                bounds.insert("required".to_owned());
            }
            let path = || is_path(name, schema).then_some("path");
            let takes = secret_kind(name, schema).or_else(path).map(str::to_owned);
            (without_private_values(&pointer), Parameter { bounds, takes })
        });
        Self {
            definition: Definition::of(&tool.name, &tool.raw),
            class: tool.class,
            read_only: tool.hint("readOnlyHint") == Some(true),
            parameters: parameters.collect(),
        }
    }
}

/// Whether the object schema around a member names it as required.
fn is_required(definition: &Value, pointer: &str, name: &str) -> bool {
    let object = pointer.rsplit_once("/properties/").and_then(|(object, _)| definition.pointer(object));
    let required = object.and_then(|object| object.get("required")?.as_array());
    required.is_some_and(|required| required.iter().any(|required| required == name))
}

/// A definition without private values and without what changes by the clock; lists that are sets are sorted.
fn lasting(value: &Value, in_meta: bool) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(key, _)| !(in_meta && is_timing(key)));
            let member = |(key, member): (&String, &Value)| {
                let mut member = lasting(member, in_meta || key == "_meta");
                if let (true, Some(items)) =
                    (matches!(key.as_str(), "required" | "enum" | "type"), member.as_array_mut())
                {
                    items.sort_by_key(canonical);
                }
                (without_private_values(key), member)
            };
            Value::Object(kept.map(member).collect())
        }
        Value::Array(items) => items.iter().map(|item| lasting(item, in_meta)).collect(),
        Value::String(text) => Value::String(without_private_values(text)),
        other => other.clone(),
    }
}

/// Whether a member of `_meta` says when something was made, or for how long it holds.
fn is_timing(key: &str) -> bool {
    const WORDS: [&str; 12] = [
        "time",
        "timestamp",
        "date",
        "updated",
        "created",
        "modified",
        "generated",
        "expires",
        "expiry",
        "ttl",
        "age",
        "at",
    ];
    split(key).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Moves titles and descriptions out of a definition.
fn take_texts(value: &mut Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                match member {
                    Value::String(text) if matches!(key.as_str(), "title" | "description") => {
                        texts.push(std::mem::take(text));
                    }
                    member => take_texts(member, texts),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| take_texts(item, texts)),
        _ => {}
    }
}

/// What detectors see in a definition.
fn signs(definition: &Value) -> BTreeSet<String> {
    use HiddenKind::{Bidi, Control, Invisible, Tags};
    let mut signs = BTreeSet::new();
    for (_, text) in strings(definition) {
        signs.extend(poisoned(text, &[]).map(|(hit, _)| hit.detector()));
        signs.extend(
            scan_for(text, &[Tags, Invisible, Bidi, Control]).iter().map(|hit| format!("hidden:{}", hit.kind.code())),
        );
    }
    signs
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn words(digests: &str) -> Vec<&[u8]> {
    digests.as_bytes().chunks(4).collect()
}

/// Whether so many insertions, deletions and replacements, or fewer, make one of the other. The time is bounded by the
/// length and the limit, not by the square of the length.
fn edits_within(one: &[&[u8]], other: &[&[u8]], limit: usize) -> bool {
    if one.len().abs_diff(other.len()) > limit {
        return false;
    }
    let beyond = limit + 1;
    let mut row: Vec<usize> = (0..=other.len()).map(|column| column.min(beyond)).collect();
    for (index, word) in one.iter().enumerate() {
        let (from, to) = (index.saturating_sub(limit), (index + limit + 1).min(other.len()));
        let mut diagonal = row[from];
        row[from] = if from == 0 { (index + 1).min(beyond) } else { beyond };
        for column in from..to {
            let replaced = diagonal + usize::from(*word != other[column]);
            // What lies right of the band was not computed for this row, and is beyond the limit.
            let above = if column + 1 > index + limit { beyond } else { row[column + 1] };
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(above + 1).min(row[column] + 1).min(beyond);
        }
    }
    row[other.len()] <= limit
}

#[cfg(test)]
mod tests;
