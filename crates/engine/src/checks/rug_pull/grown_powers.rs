//! Tools that can do more than what the user approved.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};

use super::since_baseline::{approved, tool_at};
use crate::baseline::{Baseline, ToolRecord};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};
use crate::snapshot::Snapshot;
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-003",
    title: "Powers grew since approval",
    test: NamedTest::RugPull,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Review what the server can do now; approve it by writing a new baseline, or pin the version that was approved.",
    tags: &[Tag::Cwe(269), Tag::McpTop10(2), Tag::McpTop10(3), Tag::Agentic(3)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let before = match approved(probe).await? {
        Ok(baseline) => baseline,
        Err(verdict) => return Ok(verdict),
    };
    let mut drafts = grown_tools(before, probe.snapshot());
    if let Some(known) = before.scopes.as_ref().filter(|_| probe.is_http()) {
        drafts.extend(wider_scopes(known, &discovery(probe).await?.scopes()));
    }
    Ok(Verdict::Decided(drafts))
}

fn grown_tools(before: &Baseline, snapshot: &Snapshot) -> Vec<Draft> {
    let now = Baseline::of(snapshot);
    let mut drafts = Vec::new();
    for tool in &now.tools {
        let known: Vec<&ToolRecord> =
            before.tools.iter().filter(|known| known.definition.name == tool.definition.name).collect();
        // The class of an unchanged tool may follow its neighbours' names; that is no growth.
        if known.iter().any(|known| known.definition.digest == tool.definition.digest) {
            continue;
        }
        let growth = match known.first() {
            None if tool.class >= ToolClass::Write => {
                vec![(
                    tool_at(tool),
                    "new",
                    "a tool appeared that does more than reading",
                    tool.definition.name.clone(),
                )]
            }
            None => Vec::new(),
            Some(known) => growth(known, tool),
        };
        drafts.extend(growth.into_iter().map(|(location, kind, message, shown)| {
            Draft::new(Severity::High, Confidence::Confirmed, location, message)
                .distinct(kind)
                .sample(Sample::whole(shown, format!("growth:{kind}")))
        }));
    }
    drafts
}

/// Location, kind, message and what shows it.
type Growth = (String, &'static str, &'static str, String);

fn growth(before: &ToolRecord, now: &ToolRecord) -> Vec<Growth> {
    let mut found = Vec::new();
    let mut tell = |pointer: &str, kind, message, shown: String| {
        let mark = if pointer.is_empty() { "" } else { "#" };
        found.push((format!("{}{mark}{pointer}", tool_at(now)), kind, message, shown));
    };
    let name = &now.definition.name;
    if now.class >= ToolClass::Write && now.class > before.class {
        tell("", "class", "the tool does more than it did when it was approved", name.clone());
    }
    if before.read_only && !now.read_only {
        tell("/annotations/readOnlyHint", "read-only", "the tool no longer says that it only reads", name.clone());
    }
    for (pointer, parameter) in &now.parameters {
        let Some(known) = before.parameters.get(pointer) else {
            match parameter.takes.as_deref() {
                Some("path") => tell(pointer, "path", "the tool takes a path that it did not take", pointer.clone()),
                Some(_) => {
                    tell(pointer, "secret", "the tool asks for a secret that it did not ask for", pointer.clone());
                }
                None => {}
            }
            continue;
        };
        let dropped: Vec<&str> = known.bounds.difference(&parameter.bounds).map(String::as_str).collect();
        if !dropped.is_empty() {
            let shown = format!("{pointer}: without {}", dropped.join(", "));
            tell(pointer, "widened", "a parameter takes more than it did when it was approved", shown);
        }
    }
    found
}

fn wider_scopes(before: &BTreeSet<String>, now: &BTreeSet<String>) -> Vec<Draft> {
    let draft = |scope: &String| {
        Draft::new(
            Severity::High,
            Confidence::Confirmed,
            "oauth:protected-resource#scopes_supported",
            "the server asks for a scope that it did not ask for when it was approved",
        )
        .distinct(scope)
        .sample(Sample::whole(scope.clone(), "growth:scope"))
    };
    now.difference(before).map(draft).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::samples::{server, tool};

    fn grown(before: &[Value], after: &[Value]) -> Vec<(String, String)> {
        let drafts = grown_tools(&Baseline::of(&server(before)), &server(after));
        drafts.into_iter().map(|draft| (draft.location, draft.discriminator)).collect()
    }

    fn get(properties: &Value, required: &[&str], read_only: bool) -> Value {
        json!({"name": "get_note", "inputSchema": {"type": "object", "properties": properties, "required": required},
            "annotations": {"readOnlyHint": read_only}})
    }

    #[test]
    fn new_powers_are_flagged() {
        let known = get(&json!({"kind": {"type": "string", "enum": ["a"]}}), &["kind"], true);
        for (after, expected) in [
            (
                get(&json!({"kind": {"type": "string"}}), &["kind"], true),
                ("tool:get_note#/inputSchema/properties/kind", "widened"),
            ),
            (
                get(&json!({"kind": {"type": "string", "enum": ["a"]}}), &[], true),
                ("tool:get_note#/inputSchema/properties/kind", "widened"),
            ),
            (
                get(&json!({"kind": {"type": "string", "enum": ["a"]}}), &["kind"], false),
                ("tool:get_note#/annotations/readOnlyHint", "read-only"),
            ),
            (
                get(
                    &json!({"kind": {"type": "string", "enum": ["a"]}, "file_path": {"type": "string"}}),
                    &["kind"],
                    true,
                ),
                ("tool:get_note#/inputSchema/properties/file_path", "path"),
            ),
            (
                get(
                    &json!({"kind": {"type": "string", "enum": ["a"]}, "password": {"type": "string"}}),
                    &["kind"],
                    true,
                ),
                ("tool:get_note#/inputSchema/properties/password", "secret"),
            ),
        ] {
            assert_eq!(grown(std::slice::from_ref(&known), &[after]), [(expected.0.to_owned(), expected.1.to_owned())]);
        }
        let added = [known.clone(), tool("delete_note", "Deletes", "id")];
        assert_eq!(grown(std::slice::from_ref(&known), &added), [("tool:delete_note".to_owned(), "new".to_owned())]);
        let lifted = [tool("get_note", "Deletes the note after reading", "id")];
        assert_eq!(
            grown(&[tool("get_note", "Gets a note", "id")], &lifted),
            [("tool:get_note".to_owned(), "class".to_owned())]
        );
    }

    #[test]
    fn tighter_schemas_new_readers_and_other_texts_are_not() {
        let known = get(&json!({"kind": {"type": "string"}}), &[], true);
        let tighter =
            get(&json!({"kind": {"type": "string", "enum": ["a"]}, "page": {"type": "integer"}}), &["kind"], true);
        assert!(grown(std::slice::from_ref(&known), &[tighter]).is_empty());
        assert!(grown(std::slice::from_ref(&known), &[known.clone(), tool("list_notes", "Lists", "page")]).is_empty());
        assert!(wider_scopes(&BTreeSet::from(["a".to_owned()]), &BTreeSet::new()).is_empty());
        assert_eq!(wider_scopes(&BTreeSet::new(), &BTreeSet::from(["a".to_owned()])).len(), 1);
    }
}
