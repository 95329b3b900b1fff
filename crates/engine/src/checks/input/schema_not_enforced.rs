//! Tools that take what their own schema forbids.

use std::collections::BTreeMap;

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::probe::{CallKind, Probe, ProbeError, ToolCall};
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-001",
    title: "Schema is not enforced",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Validate the arguments of every call against the tool's own schema before the tool runs, and answer with an error that names the fault.",
    tags: &[Tag::Cwe(20), Tag::Cwe(1287), Tag::McpTop10(5), Tag::Spec("2026-07-28", "Tools: security considerations")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// So many kinds must be accepted before it counts: servers may be tolerant in one respect.
const FEWEST_KINDS: usize = 2;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let calls = probe.invalid_calls().await?;
    if calls.is_empty() {
        let callable = probe.snapshot().tools.iter().any(|tool| probe.permits(tool, CallKind::SchemaInvalid));
        let reason = "no tool that may be called has a schema that a call could break";
        return Ok(if callable { Verdict::not_applicable(reason) } else { nothing_called() });
    }
    let tools = &probe.snapshot().tools;
    let drafts = accepted(calls).into_iter().filter_map(|(tool, calls)| {
        let tool = tools.get(tool)?;
        let severity = if matches!(tool.class, ToolClass::Write | ToolClass::Execution) {
            Severity::Medium
        } else {
            Severity::Low
        };
        let message = format!("the tool accepts calls that break its schema in {} different ways", calls.len());
        let mut draft = Draft::new(severity, Confidence::Confirmed, tool.at("/inputSchema"), message);
        let sample = |call: &&ToolCall| {
            let exchange = &call.answer.exchange;
            Sample::whole(exchange.text(), "schema:accepted").after(exchange.request.clone(), exchange.status)
        };
        draft.samples = calls.iter().map(sample).collect();
        Some(draft)
    });
    Ok(drafts.collect())
}

/// Per tool, one accepted call for each way to break its schema; only tools that accept enough of them.
fn accepted(calls: &[ToolCall]) -> BTreeMap<usize, Vec<&ToolCall>> {
    let mut accepted: BTreeMap<usize, Vec<&ToolCall>> = BTreeMap::new();
    for call in
        calls.iter().filter(|call| call.mutation.is_some() && call.answer.result().is_some() && !call.answer.is_error())
    {
        let of_tool = accepted.entry(call.tool).or_default();
        let same_kind = |known: &&ToolCall| known.mutation == call.mutation;
        if !of_tool.iter().any(same_kind) {
            of_tool.push(call);
        }
    }
    accepted.retain(|_, calls| calls.len() >= FEWEST_KINDS);
    accepted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::answered;
    use crate::probe::{Answer, Mutation};

    fn call(mutation: Mutation, body: &str) -> ToolCall {
        let answer = Answer { exchange: answered(200, body) };
        ToolCall { tool: 0, arguments: json!({}), kind: CallKind::SchemaInvalid, mutation: Some(mutation), answer }
    }

    #[test]
    fn two_accepted_kinds_count_and_one_or_errors_do_not() {
        let good = r#"{"id":1,"result":{"content":[]}}"#;
        let bad = r#"{"id":1,"result":{"isError":true,"content":[]}}"#;
        let refused = r#"{"id":1,"error":{"code":-32602,"message":"no"}}"#;
        let count = |calls: &[ToolCall]| accepted(calls).values().map(Vec::len).sum::<usize>();
        assert_eq!(count(&[call(Mutation::WrongType, good), call(Mutation::MissingRequired, good)]), 2);
        assert_eq!(count(&[call(Mutation::WrongType, good), call(Mutation::WrongType, good)]), 0);
        assert_eq!(
            count(&[
                call(Mutation::WrongType, good),
                call(Mutation::ExtraKey, bad),
                call(Mutation::MissingRequired, refused)
            ]),
            0
        );
    }
}
