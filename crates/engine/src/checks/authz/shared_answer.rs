//! Answers that differ between callers and that caches may give to anybody.

use std::collections::BTreeSet;

use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{send_as, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Exchange, ItemKind, Probe, ProbeError};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-008",
    title: "Caller-specific answer is marked shareable",
    test: NamedTest::Authz,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Mark what depends on the caller as `private`, in `cacheScope` and in `Cache-Control`.",
    tags: &[Tag::Cwe(524), Tag::McpTop10(10), Tag::Spec("2026-07-28", "Caching")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Resources that are read as each caller.
const RESOURCES: usize = 2;
/// Lists, and what offers each.
const LISTS: [(&str, &str); 4] = [
    ("tools/list", "tools"),
    ("prompts/list", "prompts"),
    ("resources/list", "resources"),
    ("resources/templates/list", "resources"),
];
/// What a result says about itself, and not about what was asked for.
const ASIDE: [&str; 5] = ["_meta", "ttlMs", "cacheScope", "nextCursor", "resultType"];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !probe.has_credential() {
        return Ok(Verdict::needs_credentials(
            "answers to different callers are compared: give `--header 'Authorization: Bearer …'`",
        ));
    }
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut is_unstable, mut is_alone) = (false, false);
    for era in 0..probe.eras().len() {
        for (method, params) in requests(probe).await? {
            let location = format!("method:{method}");
            if drafts.iter().any(|draft| draft.location == location) {
                continue;
            }
            let own = probe.request(method, params.clone()).era(era).send().await?;
            if !was_granted(&own) || !is_shareable(&own) {
                continue;
            }
            if told(&probe.request(method, params.clone()).era(era).send().await?) != told(&own) {
                is_unstable = true;
                continue;
            }
            let ask = async |headers: &[(String, SecretString)]| {
                send_as(probe, era, method, params.clone(), |request| request.credentials(headers)).await
            };
            let mut others = vec![ask(&[]).await?];
            if let Some(headers) = probe.second_credential() {
                others.push(ask(headers).await?);
            }
            others.retain(was_granted);
            is_alone |= others.is_empty() && probe.second_credential().is_none();
            let Some(other) = others.into_iter().find(|other| told(other) != told(&own)) else { continue };
            let message = "the answer differs between callers, and caches are told that it may be given to anybody";
            let severity = over_network(Severity::Medium, probe.snapshot());
            let sample = Sample::whole(difference(&own, &other), "differential");
            drafts.push(
                Draft::new(severity, Confidence::Confirmed, location, message)
                    .sample(sample.after(own.request.clone(), own.status)),
            );
        }
    }
    Ok(match () {
        () if !drafts.is_empty() => Verdict::Decided(drafts),
        () if is_unstable => {
            Verdict::not_assessed("unstable: an answer differs from one time to the next for one caller")
        }
        () if is_alone => Verdict::needs_credentials(
            "answers are marked for sharing: give another caller to compare, `--credential2 'Authorization: Bearer …'`",
        ),
        () => Verdict::PASS,
    })
}

/// What is asked for: the lists that the server offers, and some of its resources.
async fn requests(probe: &Probe) -> Result<Vec<(&'static str, Value)>, ProbeError> {
    let lists = offered(probe.snapshot()).map(|method| (method, json!({})));
    let read = probe.read_samples().await?.iter().filter(|read| read.kind == ItemKind::Resource);
    let resources = read.filter_map(|read| probe.snapshot().resources.get(read.index));
    let resources = resources.take(RESOURCES).map(|resource| ("resources/read", json!({ "uri": resource.uri })));
    Ok(lists.chain(resources).collect())
}

fn offered(snapshot: &Snapshot) -> impl Iterator<Item = &'static str> {
    let is_listed =
        |method: &str| snapshot.listings.iter().any(|listing| listing.method == method && listing.stopped.is_none());
    LISTS
        .into_iter()
        .filter(move |(method, capability)| is_listed(method) && snapshot.capabilities.get(capability).is_some())
        .map(|(method, _)| method)
}

/// Whether caches are told that anybody may be given an answer.
fn is_shareable(answer: &Exchange) -> bool {
    let scope = answer.result().and_then(|result| result.get("cacheScope")).and_then(Value::as_str);
    let control = answer.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    let says = |word: &str| control.split(',').any(|directive| directive.trim() == word);
    scope == Some("public") || says("public") && !says("no-store") && scope.is_none()
}

/// What an answer holds, in no order.
fn told(answer: &Exchange) -> BTreeSet<String> {
    let Some(result) = answer.result().and_then(Value::as_object) else { return BTreeSet::new() };
    let members = result.iter().filter(|(name, _)| !ASIDE.contains(&name.as_str()));
    members
        .flat_map(|(name, member)| match member {
            Value::Array(items) => items.iter().map(|item| format!("{name}: {item}")).collect(),
            other => vec![format!("{name}: {other}")],
        })
        .collect()
}

/// Something that only one of two answers holds.
fn difference(own: &Exchange, other: &Exchange) -> String {
    let (own, other) = (told(own), told(other));
    own.symmetric_difference(&other).next().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn the_order_and_the_hints_make_no_difference() {
        let list = |result: Value| answered(200, &json!({ "id": 1, "result": result }).to_string());
        let one = list(json!({ "tools": [{ "name": "a" }, { "name": "b" }], "ttlMs": 5, "cacheScope": "public" }));
        assert_eq!(told(&one), told(&list(json!({ "tools": [{ "name": "b" }, { "name": "a" }], "_meta": {} }))));
        assert_ne!(told(&one), told(&list(json!({ "tools": [{ "name": "a" }] }))));
        assert!(is_shareable(&one) && !is_shareable(&list(json!({ "tools": [], "cacheScope": "private" }))));
        let with_header = |value: &str| {
            let mut answer = list(json!({ "tools": [] }));
            answer.headers.push(("cache-control".to_owned(), value.to_owned()));
            is_shareable(&answer)
        };
        assert!(with_header("max-age=60, Public") && !with_header("private") && !with_header("no-store"));
    }
}
