//! Cursors that nobody was given.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{send_as, shown, was_granted};
use crate::checks::second::view;
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-019",
    title: "Cursor is not validated",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Sign or encrypt cursors and bind them to their caller; answer any other cursor with error -32602.",
    tags: &[Tag::Cwe(20), Tag::Cwe(639), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Pagination: error handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.snapshot().tools.is_empty() {
        return Ok(Verdict::not_applicable("the server lists no tools"));
    }
    let method = "tools/list";
    let answer = probe.request(method, json!({ "cursor": probe.canary() })).send().await?;
    let mut drafts = Vec::new();
    if let Some((kind, message)) = judge(&answer) {
        drafts.push(draft(Severity::Low, kind, message, &answer));
    }
    let of_another = match page_of_another(probe, method).await? {
        // What the random cursor showed stands by itself.
        Err(unstable) if drafts.is_empty() => return Ok(unstable),
        of_another => of_another.unwrap_or_default(),
    };
    if let Some(answer) = of_another {
        let message = "the cursor of one user shows another what that one is not listed";
        let severity = over_network(Severity::Medium, probe.snapshot());
        drafts.push(draft(severity, "cross-caller", message, &answer));
    }
    Ok(Verdict::Decided(drafts))
}

fn draft(severity: Severity, kind: &str, message: &str, answer: &Exchange) -> Draft {
    let sample = Sample::whole(shown(answer), format!("cursor:{kind}")).after(answer.request.clone(), answer.status);
    Draft::new(severity, Confidence::Confirmed, "method:tools/list", message).distinct(kind).sample(sample)
}

/// The page that our cursor shows to a second caller, where there is one and it is listed less; the verdict where the
/// lists of one caller are not the same twice.
async fn page_of_another(probe: &Probe, method: &str) -> Result<Result<Option<Exchange>, Verdict>, ProbeError> {
    let Some(headers) = probe.second_credential() else { return Ok(Ok(None)) };
    let own = probe.request(method, json!({})).send().await?;
    let Some(cursor) = own.result().and_then(|result| result.get("nextCursor")?.as_str()) else { return Ok(Ok(None)) };
    let view = match view(probe).await? {
        Ok(view) => view,
        Err(unstable @ Verdict::NotAssessed(_)) => return Ok(Err(unstable.clone())),
        Err(_) => return Ok(Ok(None)),
    };
    probe.shared().masker.hide(cursor, "{{cursor}}");
    let answer = send_as(probe, 0, method, json!({ "cursor": cursor }), |request| request.credentials(headers)).await?;
    let tools = answer.result().filter(|_| was_granted(&answer)).and_then(|result| result.get("tools")?.as_array());
    let names = tools.into_iter().flatten().filter_map(|tool| tool.get("name")?.as_str());
    let shows_more = names.into_iter().any(|name| !view.tools.contains(name));
    Ok(Ok(shows_more.then_some(answer)))
}

/// What is wrong with the answer to a random cursor.
fn judge(answer: &Exchange) -> Option<(&'static str, &'static str)> {
    if answer.status.is_some_and(|status| status >= 500) {
        return Some(("failure", "the server fails on a cursor that it never gave out"));
    }
    let lists = answer
        .result()
        .and_then(|result| result.get("tools"))
        .is_some_and(|tools| tools.as_array().is_some_and(|tools| !tools.is_empty()));
    (was_granted(answer) && lists)
        .then_some(("accepted", "the server answers a cursor that it never gave out with data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn data_and_failures_are_flagged_and_errors_are_not() {
        let kind = |status: u16, body: &str| judge(&answered(status, body)).map(|(kind, _)| kind);
        assert_eq!(kind(200, r#"{"id":1,"result":{"tools":[{"name":"a"}]}}"#), Some("accepted"));
        assert_eq!(kind(500, "oops"), Some("failure"));
        assert_eq!(kind(200, r#"{"id":1,"result":{"tools":[]}}"#), None);
        assert_eq!(kind(200, r#"{"id":1,"error":{"code":-32602,"message":"unknown cursor"}}"#), None);
    }
}
