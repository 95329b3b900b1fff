//! Servers that run a call although the header that repeats one of its parameters says something else, or is not there.
//! A proxy that routes or allows by that header then decides about another call than the one that runs.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{shown, was_granted};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::checks::input::slots::unstable;
use crate::probe::{CallKind, Probe, ProbeError, Request};
use crate::snapshot::Tool;
use crate::tool_class::{benign_arguments, benign_value};
use crate::wire::message::{header_value, mirrored_header};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-002",
    title: "Parameter header mismatch handled",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Compare every `Mcp-Param-*` header with its argument before a call runs, and answer 400 with error -32020 where one differs or is missing.",
    tags: &[Tag::Cwe(436), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Streamable HTTP: server validation")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Tools that are called: one that does not compare stands for its server.
const MOST_TOOLS: usize = 3;

/// A parameter that a header repeats.
struct Mirrored<'s> {
    parameter: &'s str,
    schema: &'s Value,
    header: String,
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| era.modern) else {
        return Ok(Verdict::not_applicable("the server speaks no revision whose headers repeat parameters"));
    };
    let tools = &probe.snapshot().tools;
    let annotated: Vec<(&Tool, Mirrored<'_>)> = tools.iter().filter_map(|tool| Some((tool, mirrored(tool)?))).collect();
    if annotated.is_empty() {
        return Ok(Verdict::not_applicable("no header repeats a parameter of a tool"));
    }
    let callable: Vec<_> =
        annotated.into_iter().filter(|(tool, _)| probe.permits(tool, CallKind::Benign)).take(MOST_TOOLS).collect();
    if callable.is_empty() {
        return Ok(nothing_read());
    }
    let (mut drafts, mut compared, mut is_unstable) = (Vec::new(), false, false);
    for (tool, mirrored) in &callable {
        match judge(probe, era, tool, mirrored).await? {
            Compared::Nothing => {}
            Compared::Unstable => is_unstable = true,
            Compared::Sound => compared = true,
            Compared::Weak(draft) => drafts.push(*draft),
        }
    }
    Ok(match () {
        () if compared || !drafts.is_empty() => Verdict::Decided(drafts),
        () if is_unstable => unstable(),
        () => Verdict::not_applicable(
            "no harmless call of a tool with such a parameter succeeds, so there is nothing to compare",
        ),
    })
}

/// What the calls of one tool came to.
enum Compared {
    /// Even the call as it should be does not succeed.
    Nothing,
    /// It succeeds at one time and not at another.
    Unstable,
    Sound,
    Weak(Box<Draft>),
}

/// Calls a tool as it should be called, then with a header that disagrees, then without it, and as it should be again.
async fn judge(probe: &Probe, era: usize, tool: &Tool, mirrored: &Mirrored<'_>) -> Result<Compared, ProbeError> {
    let canary = probe.canary();
    let Some((arguments, other)) = arguments(tool, mirrored, &canary) else { return Ok(Compared::Nothing) };
    let call = || probe.request("tools/call", json!({ "name": tool.name, "arguments": arguments })).era(era);
    if !was_granted(&call().send().await?) {
        let again = call().send().await?;
        return Ok(if was_granted(&again) { Compared::Unstable } else { Compared::Nothing });
    }
    let header = mirrored.header.as_str();
    let changes: [(&str, &str, Request<'_>); 2] = [
        (
            "mismatch",
            "the server runs a call although the header that repeats a parameter says something else",
            call().replace_header(header, &other),
        ),
        (
            "missing",
            "the server runs a call although the header that repeats a parameter is missing",
            call().without_header(header),
        ),
    ];
    let mut compared = Compared::Sound;
    for (kind, message, request) in changes {
        let answer = request.send().await?;
        if was_granted(&answer) {
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            let escaped = mirrored.parameter.replace('~', "~0").replace('/', "~1");
            let location = tool.at(&format!("/inputSchema/properties/{escaped}/x-mcp-header"));
            let draft = Draft::new(Severity::Medium, Confidence::Confirmed, location, message);
            compared = Compared::Weak(Box::new(draft.distinct(kind).sample(sample)));
            break;
        }
    }
    Ok(if was_granted(&call().send().await?) { compared } else { Compared::Unstable })
}

/// The first parameter of a tool that a header repeats, if its annotation is valid.
fn mirrored(tool: &Tool) -> Option<Mirrored<'_>> {
    tool.parameters().find_map(|(parameter, schema)| {
        let is_primitive = matches!(schema.get("type")?.as_str()?, "string" | "integer" | "boolean");
        let header = mirrored_header(schema).filter(|_| is_primitive)?;
        Some(Mirrored { parameter, schema, header })
    })
}

/// Harmless arguments with that parameter, and a value for its header that is valid and another one.
fn arguments(tool: &Tool, mirrored: &Mirrored<'_>, canary: &str) -> Option<(Value, String)> {
    let mut arguments = benign_arguments(tool, canary)?;
    let members = arguments.as_object_mut()?;
    if !members.contains_key(mirrored.parameter) {
        members.insert(mirrored.parameter.to_owned(), benign_value(tool, mirrored.schema, canary)?);
    }
    let other = match members.get(mirrored.parameter)? {
        Value::String(text) => {
            let choices = mirrored.schema.get("enum").and_then(Value::as_array).into_iter().flatten();
            let choice = choices.filter_map(Value::as_str).find(|choice| choice != text);
            header_value(choice.unwrap_or("mcpa-other"))
        }
        Value::Bool(flag) => (!flag).to_string(),
        Value::Number(number) => (number.as_i64()?.checked_add(1)?).to_string(),
        _ => return None,
    };
    Some((arguments, other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::server;

    fn other(schema: &Value) -> Option<String> {
        let tool = json!({ "name": "get", "inputSchema": { "type": "object", "properties": { "a": schema } } });
        let snapshot = server(&[tool]);
        let tool = &snapshot.tools[0];
        arguments(tool, &mirrored(tool)?, "mcpaABCDEFGHIJKLMNOP").map(|(arguments, other)| {
            assert!(arguments.get("a").is_some(), "{arguments}");
            other
        })
    }

    #[test]
    fn the_header_says_something_else_that_would_be_valid() {
        let cases = [
            (json!({ "type": "string", "enum": ["eu", "us"], "x-mcp-header": "Region" }), Some("us")),
            (json!({ "type": "string", "x-mcp-header": "Region" }), Some("mcpa-other")),
            (json!({ "type": "integer", "minimum": 4, "x-mcp-header": "Shard" }), Some("5")),
            (json!({ "type": "boolean", "x-mcp-header": "Dry" }), Some("true")),
            (json!({ "type": "object", "x-mcp-header": "Region" }), None),
            (json!({ "type": "string", "x-mcp-header": "a b" }), None),
            (json!({ "type": "string" }), None),
        ];
        for (schema, expected) in cases {
            assert_eq!(other(&schema).as_deref(), expected, "{schema}");
        }
    }
}
