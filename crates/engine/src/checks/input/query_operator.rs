//! Parameters that become a part of a query of a document store or a directory: an operator in them widens what is found.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use super::compare::records;
use super::slots::{Probed, Reply, Slot, probe_each};
use super::sql_error::statement_slots;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-008",
    title: "Query operator accepted",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Check that a value is a plain text before it becomes a part of a query, and escape what the query language gives a meaning.",
    tags: &[Tag::Cwe(943), Tag::Cwe(90), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = statement_slots(probe);
    probe_each(probe, &slots, "no tool takes text that could be looked up", |probe, slot| {
        Box::pin(probe_slot(probe, slot))
    })
    .await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some([baseline, repeated]) = slot.control(probe).await? else { return Ok(Probed::NotPermitted) };
    if records(&baseline) != records(&repeated) || baseline.is_error != repeated.is_error {
        return Ok(Probed::Unstable);
    }
    // The operator, and the same without a meaning: what takes any object for a text finds as much for both.
    let mut families: Vec<(&str, Value, Value)> = vec![("nosql", json!({ "$ne": null }), json!({ "mcpa": null }))];
    if names_entry(slot.parameter) {
        families.push(("ldap", json!("*)(cn=*"), json!("mcpa-cn-mcpa")));
    }
    for (name, operator, literal) in families {
        let Some(widened) = slot.send(probe, operator.clone(), CallKind::Probing).await? else {
            return Ok(Probed::NotPermitted);
        };
        if !finds_more(&widened, &baseline) {
            continue;
        }
        let Some(control) = slot.send(probe, literal, CallKind::Probing).await? else { continue };
        let Some(again) = slot.send(probe, operator, CallKind::Probing).await? else { continue };
        if finds_more(&widened, &control) && records(&widened) == records(&again) && !again.is_error {
            let message = "an operator of a query language in a parameter finds more than the parameter should";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Likely, slot.location(), message)
                    .distinct(name)
                    .sample(Sample::whole(again.text, "differential").after(again.request, again.status)),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// Whether an answer holds more records than another, and is no error.
fn finds_more(wide: &Reply, narrow: &Reply) -> bool {
    !wide.is_error && records(wide) > records(narrow)
}

/// Whether a parameter names an entry of a directory.
fn names_entry(name: &str) -> bool {
    const ENTRIES: [&str; 16] = [
        "user", "username", "uid", "login", "cn", "dn", "group", "member", "mail", "email", "name", "person",
        "employee", "query", "filter", "search",
    ];
    split(name).iter().any(|word| ENTRIES.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::input::compare::tests::reply;

    #[test]
    fn more_records_count_and_errors_do_not() {
        let (many, one) = (reply("[1, 2, 3]"), reply("[1]"));
        assert!(finds_more(&many, &one) && !finds_more(&one, &many) && !finds_more(&one, &one));
        assert!(!finds_more(&Reply { is_error: true, ..many }, &one));
    }
}
