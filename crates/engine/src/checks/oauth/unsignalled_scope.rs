//! Refusals for a missing scope that a client cannot understand, so that it cannot ask for the scope.

use contracts::audit::{Confidence, NamedTest, Severity, Transport};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::shown;
use crate::checks::input::slots::unstable;
use crate::checks::second::{
    SecondCaller, call_as_second, invalid_calls, is_denial, is_same_failure, is_steady, second_caller,
};
use crate::probe::{CallKind, Exchange, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-016",
    title: "Missing scope is not signalled",
    test: NamedTest::Authz,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Low,
    remediation: "Answer a token that lacks a scope with 403 and `WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"…\"`.",
    tags: &[Tag::Cwe(755), Tag::McpTop10(2), Tag::Spec("2026-07-28", "Authorization: scope challenge handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Tools that are called.
const TOOLS: usize = 8;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.snapshot().transport == Transport::HttpSse {
        return Ok(Verdict::not_applicable("over HTTP+SSE a call is answered on a stream, which has no status"));
    }
    let SecondCaller { headers, .. } = match second_caller(probe).await? {
        Ok(caller) => caller,
        Err(verdict) => return Ok(verdict),
    };
    let mut drafts: Vec<Draft> = Vec::new();
    let (mut is_scoped, mut is_unstable) = (false, false);
    // The arguments are invalid, so that nothing happens if the token suffices.
    for (tool, call) in invalid_calls(probe).await?.into_iter().take(TOOLS) {
        let answer = match call_as_second(probe, headers, tool, &call.arguments, CallKind::SchemaInvalid).await {
            Ok(answer) => answer,
            // A tool that is left alone is no reason to leave out the others.
            Err(ProbeError::Budget(_) | ProbeError::NotPermitted | ProbeError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        };
        if is_same_failure(&answer, &call.answer, &[]) {
            continue;
        }
        let fault = fault(&answer.exchange);
        if fault.is_some() && !is_steady(probe, tool, call).await? {
            is_unstable = true;
            continue;
        }
        is_scoped |= fault.is_some() || answer.exchange.status == Some(403);
        let Some((kind, message)) = fault.filter(|(kind, _)| !drafts.iter().any(|known| known.discriminator == *kind))
        else {
            continue;
        };
        let exchange = &answer.exchange;
        let sample = Sample::whole(shown(exchange), "status").after(exchange.request.clone(), exchange.status);
        let draft = Draft::new(Severity::Low, Confidence::Confirmed, tool.location(), message);
        drafts.push(draft.distinct(kind).sample(sample));
    }
    Ok(match () {
        () if is_scoped => Verdict::Decided(drafts),
        () if is_unstable => unstable(),
        () => Verdict::not_applicable("no tool that may be called refuses the second credential for a scope"),
    })
}

/// What is wrong with the refusal of a token that the server knows.
fn fault(answer: &Exchange) -> Option<(&'static str, &'static str)> {
    match answer.status {
        Some(401) => Some(("unauthorized", "the server answers a token that lacks a scope as if it were invalid")),
        Some(500..=599) => Some(("failure", "the server fails on a token that lacks a scope instead of refusing it")),
        Some(200..=299) if is_denial(answer) => {
            Some(("success", "the server refuses a token that lacks a scope with a success status"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn only_403_tells_a_client_what_to_do() {
        let kind = |status: u16, body: &str| fault(&answered(status, body)).map(|(kind, _)| kind);
        let denied = r#"{"id":1,"error":{"code":-32000,"message":"missing scope notes:write"}}"#;
        assert_eq!(kind(403, denied), None);
        assert_eq!(kind(401, denied), Some("unauthorized"));
        assert_eq!(kind(500, ""), Some("failure"));
        assert_eq!(kind(200, denied), Some("success"));
        assert_eq!(kind(200, r#"{"id":1,"error":{"code":-32602,"message":"there is no such tool"}}"#), None);
    }
}
