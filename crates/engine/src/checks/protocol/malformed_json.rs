//! Bodies that are no JSON, or barely.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_method, shown, survives, unstable_control, was_granted};
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-005",
    title: "Malformed JSON breaks the server",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Catch parse errors in front of the dispatcher and answer 400 with error -32700; bound nesting and size before parsing.",
    tags: &[Tag::Cwe(248), Tag::Cwe(20), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Broken bodies by name, each made from a request that is otherwise good.
fn bodies(method: &str) -> [(&'static str, Vec<u8>); 5] {
    let good = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{{}}}}");
    let with = |text: &str| good.replace("\"params\":{}", text).into_bytes();
    let mut invalid_utf8 = with("\"params\":{\"a\":\"?\"}");
    if let Some(byte) = invalid_utf8.iter_mut().rfind(|byte| **byte == b'?') {
        *byte = 0xff;
    }
    [
        ("truncated", good.as_bytes()[..good.len() / 2].to_vec()),
        ("nul", [good.as_bytes(), &[0]].concat()),
        ("invalid-utf8", invalid_utf8),
        ("deep", with(&format!("\"params\":{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100)))),
        ("duplicate-keys", with("\"params\":{},\"params\":{},\"id\":2")),
    ]
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !probe.is_http() {
        return Ok(Verdict::not_applicable(
            "malformed messages are sent over HTTP only: a child process that ends would end the audit",
        ));
    }
    if let Err(verdict) = control(probe, 0).await? {
        return Ok(verdict);
    }
    let modern = probe.is_modern();
    let mut drafts = Vec::new();
    for (name, body) in bodies(list_method(probe.snapshot(), modern)) {
        let sent = probe.request(list_method(probe.snapshot(), modern), serde_json::json!({})).body(body).send().await;
        // Whoever died does not answer a good request either; whoever refuses it, for a limit that it sets, lives.
        let Some(alive) = survives(probe, 0, lives).await else { return Ok(unstable_control()) };
        if !alive {
            let message = "the server stops answering after a malformed request";
            let mut draft = Draft::new(Severity::High, Confidence::Confirmed, "server", message).distinct(name);
            if let Ok(answer) = &sent {
                draft = draft.sample(
                    Sample::whole(shown(answer), format!("malformed:{name}"))
                        .after(answer.request.clone(), answer.status),
                );
            }
            drafts.push(draft);
            break;
        }
        if let Ok(answer) = sent
            && let Some(message) = fault(&answer)
        {
            let sample =
                Sample::whole(shown(&answer), format!("malformed:{name}")).after(answer.request.clone(), answer.status);
            drafts.push(
                Draft::new(Severity::Low, Confidence::Confirmed, "server", message).distinct(name).sample(sample),
            );
        }
    }
    Ok(Verdict::Decided(drafts))
}

fn lives(answer: &Exchange) -> bool {
    was_granted(answer) || matches!(answer.status, Some(400..=499))
}

/// What is wrong with the answer to a malformed request.
fn fault(answer: &Exchange) -> Option<&'static str> {
    if answer.status.is_some_and(|status| status >= 500) {
        return Some("the server fails on a malformed request instead of refusing it");
    }
    let is_page = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    let shows_trace = is_page && crate::checks::data_exposure::internals::scan(&answer.text()).is_some();
    shows_trace.then_some("the server answers a malformed request with a page that shows a trace")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn failures_are_flagged_and_refusals_are_not() {
        assert!(fault(&answered(500, "oops")).is_some());
        assert!(
            fault(&answered(400, r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}"#))
                .is_none()
        );
    }

    #[test]
    fn a_limit_is_a_sign_of_life() {
        assert!(lives(&answered(200, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#)) && lives(&answered(429, "")));
        assert!(!lives(&answered(502, "")));
    }

    #[test]
    fn bodies_are_broken_each_in_its_way() {
        for (name, body) in bodies("tools/list") {
            let readable = serde_json::from_slice::<serde_json::Value>(&body).is_ok();
            assert_eq!(readable, matches!(name, "deep" | "duplicate-keys"), "{name}");
        }
    }
}
