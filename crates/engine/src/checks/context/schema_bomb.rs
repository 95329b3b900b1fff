//! Schemas whose expansion exhausts whoever reads them.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-009",
    title: "Schema bomb",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Simplify the schema: at most 32 levels, 2 000 sub-schemas and a handful of alternatives, and let every reference end in data.",
    tags: &[Tag::Cwe(674), Tag::Cwe(400), Tag::LlmTop10(6), Tag::Spec("2026-07-28", "Tools: composition bounds")],
    run: Run::Static(check),
};

/// The deepest nesting of schemas that a schema may have.
const DEEPEST: usize = 32;
/// How many sub-schemas it may have.
const MOST_SCHEMAS: usize = 2_000;
/// How many combinations of alternatives it may have.
const MOST_COMBINATIONS: u64 = 100_000;

fn check(snapshot: &Snapshot) -> Verdict {
    let drafts = snapshot.tools.iter().flat_map(|tool: &Tool| {
        let bomb = |(key, schema): (&str, &Value)| {
            let (kind, message) = bomb(schema)?;
            let draft = Draft::new(Severity::Medium, Confidence::Confirmed, tool.at(&format!("/{key}")), message)
                .distinct(kind);
            Some(draft.sample(Sample::whole(schema.to_string(), format!("schema:{kind}"))))
        };
        [("inputSchema", &tool.input_schema), ("outputSchema", &tool.output_schema)]
            .into_iter()
            .filter_map(bomb)
            .collect::<Vec<_>>()
    });
    drafts.collect()
}

fn bomb(schema: &Value) -> Option<(&'static str, &'static str)> {
    let mut measure = Measure { root: schema, schemas: 0, deepest: 0 };
    let combinations = measure.walk(schema, 0);
    if measure.deepest > DEEPEST {
        Some(("depth", "the schema is nested deeper than 32 levels"))
    } else if measure.schemas > MOST_SCHEMAS {
        Some(("size", "the schema has more than 2 000 sub-schemas"))
    } else if combinations > MOST_COMBINATIONS {
        Some(("combinations", "the alternatives of the schema multiply to more than 100 000 combinations"))
    } else if measure.has_empty_cycle() {
        Some(("cycle", "references of the schema lead in a circle without any data in between"))
    } else {
        None
    }
}

struct Measure<'s> {
    root: &'s Value,
    schemas: usize,
    deepest: usize,
}

impl<'s> Measure<'s> {
    /// Counts the schemas below one, and returns how many combinations its alternatives allow. JSON is at most 64
    /// levels deep, which the wire client sees to, so the recursion is bounded.
    fn walk(&mut self, schema: &'s Value, depth: usize) -> u64 {
        let Some(members) = schema.as_object() else { return 1 };
        self.schemas += 1;
        self.deepest = self.deepest.max(depth);
        // What applies to the same value multiplies. Parts of a value are judged apart from each other: the worst counts.
        let (mut here, mut below) = (1_u64, 1_u64);
        for (key, member) in members {
            let of_member = match (key.as_str(), member) {
                (
                    "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas",
                    Value::Object(named),
                ) => named.values().map(|schema| self.walk(schema, depth + 1)).fold(1, u64::max),
                ("anyOf" | "oneOf", Value::Array(branches)) => {
                    // `null` beside a type makes a value optional; it is no alternative of structure.
                    let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
                    let of_branch = |schema| if is_null(schema) { 0 } else { self.walk(schema, depth + 1) };
                    branches.iter().map(of_branch).fold(0, u64::saturating_add).max(1)
                }
                ("allOf", Value::Array(branches)) => {
                    branches.iter().map(|schema| self.walk(schema, depth + 1)).fold(1, u64::saturating_mul)
                }
                ("prefixItems", Value::Array(items)) => {
                    items.iter().map(|schema| self.walk(schema, depth + 1)).fold(1, u64::max)
                }
                (
                    "items" | "additionalProperties" | "not" | "if" | "then" | "else" | "contains" | "propertyNames",
                    schema,
                ) => self.walk(schema, depth + 1),
                _ => 1,
            };
            if matches!(key.as_str(), "anyOf" | "oneOf" | "allOf" | "not" | "if" | "then" | "else") {
                here = here.saturating_mul(of_member);
            } else {
                below = below.max(of_member);
            }
        }
        here.saturating_mul(below)
    }

    /// Whether following `$ref` alone, or through `allOf`, leads back to where it began.
    fn has_empty_cycle(&self) -> bool {
        let definitions =
            ["$defs", "definitions"].into_iter().filter_map(|key| Some((key, self.root.get(key)?.as_object()?)));
        let starts = definitions.flat_map(|(key, named)| {
            named.keys().map(move |name| format!("#/{key}/{}", name.replace('~', "~0").replace('/', "~1")))
        });
        std::iter::once("#".to_owned()).chain(starts).take(MOST_SCHEMAS).any(|start| self.returns(&start))
    }

    fn returns(&self, start: &str) -> bool {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&Value> = self.root.pointer(start.trim_start_matches('#')).into_iter().collect();
        while let Some(schema) = open.pop() {
            for reference in direct_references(schema) {
                if reference == start {
                    return true;
                }
                if seen.insert(reference) {
                    open.extend(reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)));
                }
            }
        }
        false
    }
}

/// References that apply at the same place in the data.
fn direct_references(schema: &Value) -> Vec<&str> {
    let composed = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    std::iter::once(schema).chain(composed).filter_map(|schema| schema.get("$ref")?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    fn kind(schema: &Value) -> Option<String> {
        findings(&CHECK, &server(&[json!({"name": "a", "inputSchema": schema})]))
            .first()
            .map(|draft| draft.discriminator.clone())
    }

    #[test]
    fn depth_size_alternatives_and_empty_cycles_are_flagged() {
        let deep = (0..40).fold(json!({"type": "string"}), |inner, _| json!({"items": inner}));
        assert_eq!(kind(&deep).as_deref(), Some("depth"));
        let wide: serde_json::Map<String, Value> = (0..2001).map(|n| (format!("p{n}"), json!({}))).collect();
        assert_eq!(kind(&json!({"properties": wide})).as_deref(), Some("size"));
        let choice = json!({"anyOf": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}]});
        let all = json!({"allOf": [choice, choice, choice, choice, choice, choice]});
        assert_eq!(kind(&all).as_deref(), Some("combinations"));
        assert_eq!(
            kind(&json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}})).as_deref(),
            Some("cycle")
        );
    }

    #[test]
    fn recursive_data_and_optional_values_are_ordinary() {
        let tree = json!({"$defs": {"node": {"properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}, "properties": {"root": {"$ref": "#/$defs/node"}}});
        assert_eq!(kind(&tree), None);
        let optional = json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
        let properties: serde_json::Map<String, Value> = (0..30).map(|n| (format!("p{n}"), optional.clone())).collect();
        assert_eq!(kind(&json!({"properties": properties})), None);
        // A validator judges each property by itself.
        let choice = json!({"anyOf": [{"type": "object"}, {"type": "array"}, {"type": "string"}, {"type": "number"}]});
        let properties: serde_json::Map<String, Value> = (0..30).map(|n| (format!("p{n}"), choice.clone())).collect();
        assert_eq!(kind(&json!({"properties": properties})), None);
    }
}
