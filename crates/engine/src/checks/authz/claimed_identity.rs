//! Servers that believe what a client says about itself.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, list_with, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Lists, Probe, ProbeError};
use crate::wire::{ClientIdentity, Exchange};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-009",
    title: "Client-asserted identity is trusted",
    test: NamedTest::Authz,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Decide what a caller may see from its verified token only; `clientInfo` and `_meta` are claims that anybody can make.",
    tags: &[Tag::Cwe(807), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Basics: _meta")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Keys by which a request might claim a role.
const CLAIMS: [(&str, &str); 4] = [("role", "admin"), ("user", "admin"), ("userId", "admin"), ("isAdmin", "true")];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    let mut drafts = Vec::new();
    let ordinary = probe.relist_fresh(None).await?;
    let again = probe.relist_fresh(None).await?;
    if names(&ordinary) != names(&again) {
        return Ok(Verdict::not_assessed("unstable: the lists differ between two equal connections"));
    }
    let claimed = probe
        .relist_fresh(Some(ClientIdentity { name: "admin-console".to_owned(), ..ClientIdentity::default() }))
        .await?;
    let gained: Vec<String> = names(&claimed).difference(&names(&ordinary)).cloned().collect();
    if !gained.is_empty() {
        let message = "a client that calls itself an administration console is shown more than others";
        drafts.push(draft("clientInfo", message, gained.join("\n"), snapshot));
    }
    for era in 0..probe.eras().len() {
        let method = list_method(snapshot, probe.eras()[era].modern);
        let control = list_with(probe, era, |request| request).await?;
        let claimed = list_with(probe, era, |request| {
            CLAIMS.iter().fold(request, |request, (key, value)| request.meta(key, json!(value)))
        })
        .await?;
        if !was_granted(&control) || !was_granted(&claimed) {
            continue;
        }
        let gained: Vec<String> = members(&claimed).difference(&members(&control)).cloned().collect();
        if !gained.is_empty() {
            let again = list_with(probe, era, |request| request).await?;
            if members(&again) != members(&control) {
                return Ok(Verdict::not_assessed("unstable: the same request is shown more at another time"));
            }
            let message = "a request that claims a role in its metadata is shown more than others";
            let mut draft = draft("_meta", message, gained.join("\n"), snapshot);
            for sample in &mut draft.samples {
                sample.request = Some(claimed.request.clone());
                sample.status = claimed.status;
            }
            draft.location = format!("method:{method}");
            drafts.push(draft);
            break;
        }
    }
    Ok(Verdict::Decided(drafts))
}

fn draft(claim: &str, message: &str, gained: String, snapshot: &crate::snapshot::Snapshot) -> Draft {
    let severity = over_network(Severity::High, snapshot);
    Draft::new(severity, Confidence::Confirmed, "server", message)
        .distinct(claim)
        .sample(Sample::whole(gained, "differential"))
}

/// Names and fields of everything listed.
fn names(lists: &Lists) -> BTreeSet<String> {
    let tools = lists.tools.iter().flat_map(|tool| fields("tool", &tool.raw));
    let prompts = lists.prompts.iter().flat_map(|prompt| fields("prompt", &prompt.raw));
    tools.chain(prompts).collect()
}

/// Names and fields of everything in one list, whatever it lists.
fn members(list: &Exchange) -> BTreeSet<String> {
    let Some(result) = list.result() else { return BTreeSet::new() };
    let lists = ["tools", "prompts", "resources"].into_iter().filter_map(|key| result.get(key)?.as_array());
    lists.flatten().flat_map(|item| fields("item", item)).collect()
}

/// What an item shows: its name, and the paths of its fields. Values may change by themselves.
fn fields(kind: &str, item: &Value) -> BTreeSet<String> {
    let name = item.get("name").or_else(|| item.get("uri")).and_then(Value::as_str).unwrap_or_default();
    let paths = crate::snapshot::strings(item).into_iter().map(|(pointer, _)| format!("{kind}:{name}#{pointer}"));
    std::iter::once(format!("{kind}:{name}")).chain(paths).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn a_new_tool_or_field_is_more_and_a_changed_value_is_not() {
        let list = |tools: Value| {
            members(&answered(200, &json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": tools}}).to_string()))
        };
        let ordinary = list(json!([{"name": "a", "description": "x"}]));
        assert_eq!(list(json!([{"name": "a", "description": "y"}])), ordinary);
        assert!(list(json!([{"name": "a", "description": "x"}, {"name": "b"}])).difference(&ordinary).next().is_some());
        assert!(
            list(json!([{"name": "a", "description": "x", "internalUrl": "y"}])).difference(&ordinary).next().is_some()
        );
    }
}
