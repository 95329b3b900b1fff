//! Cacheable results that do not say for how long and for whom.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::was_granted;
use crate::probe::dialog::is_complete;
use crate::probe::{Probe, ProbeError};
use crate::snapshot::{Listing, ListingStop};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-014",
    title: "Caching hints missing or invalid",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Add `ttlMs` (a number of milliseconds, 0 or more) and `cacheScope` (`public` or `private`) to discovery, lists and resource reads.",
    tags: &[Tag::Cwe(524), Tag::Spec("2026-07-28", "Caching")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Cacheable methods and the capability that offers each.
const CACHEABLE: [(&str, Option<&str>); 5] = [
    ("server/discover", None),
    ("tools/list", Some("tools")),
    ("prompts/list", Some("prompts")),
    ("resources/list", Some("resources")),
    ("resources/templates/list", Some("resources")),
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(era) = probe.eras().iter().position(|era| era.modern) else {
        return Ok(Verdict::not_applicable("caching hints exist since 2026-07-28"));
    };
    let mut drafts = Vec::new();
    for (method, capability) in CACHEABLE {
        if capability.is_some_and(|capability| probe.snapshot().capabilities.get(capability).is_none()) {
            continue;
        }
        // What could not be read when it was listed would only take its time once more.
        let unreadable = |listing: &Listing| {
            listing.method == method && matches!(listing.stopped, Some(ListingStop::TooLarge | ListingStop::Failed(_)))
        };
        if probe.snapshot().listings.iter().any(unreadable) {
            continue;
        }
        let answer = probe.request(method, json!({})).era(era).send().await?;
        let Some(result) = answer.result().filter(|_| was_granted(&answer)) else { continue };
        for (field, message) in faults(result) {
            let shown = json!({"ttlMs": result.get("ttlMs"), "cacheScope": result.get("cacheScope")}).to_string();
            let draft = Draft::new(Severity::Low, Confidence::Confirmed, format!("method:{method}"), message);
            drafts.push(
                draft
                    .distinct(field)
                    .sample(Sample::whole(shown, "caching").after(answer.request.clone(), answer.status)),
            );
        }
    }
    Ok(Verdict::Decided(drafts))
}

fn faults(result: &Value) -> Vec<(&'static str, &'static str)> {
    // Results that ask for input or announce a task are not cacheable.
    if !is_complete(result) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    match result.get("ttlMs") {
        None => faults.push(("ttlMs", "a cacheable result does not say how long it stays valid")),
        Some(ttl) if !ttl.as_f64().is_some_and(|ttl| ttl >= 0.0) => {
            faults.push(("ttlMs", "the time that a cacheable result stays valid is no number of milliseconds"));
        }
        Some(_) => {}
    }
    match result.get("cacheScope").map(Value::as_str) {
        None => faults.push(("cacheScope", "a cacheable result does not say whether it may be shared between callers")),
        Some(Some("public" | "private")) => {}
        Some(_) => faults.push(("cacheScope", "the scope of a cacheable result is neither public nor private")),
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_invalid_hints_are_named() {
        let fields = |result: Value| faults(&result).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
        assert_eq!(fields(json!({"tools": []})), ["ttlMs", "cacheScope"]);
        assert_eq!(fields(json!({"ttlMs": -1, "cacheScope": "all"})), ["ttlMs", "cacheScope"]);
        assert_eq!(fields(json!({"ttlMs": "5", "cacheScope": "private"})), ["ttlMs"]);
        assert_eq!(fields(json!({"ttlMs": 0, "cacheScope": "public"})), [] as [&str; 0]);
        assert_eq!(fields(json!({"resultType": "input_required"})), [] as [&str; 0]);
    }
}
