//! Sessions that work for whoever names them, with any valid token.

use contracts::audit::{Confidence, NamedTest, Severity, Transport};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, list_method, refused, shown, was_granted};
use crate::checks::second::second;
use crate::checks::subject::over_network;
use crate::checks::token::Claims;
use crate::probe::{Exchange, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-011",
    title: "Session is not bound to its owner",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Key each session by the user that its token names, and answer a session id of somebody else like one that does not exist.",
    tags: &[
        Tag::Cwe(639),
        Tag::McpTop10(7),
        Tag::Agentic(3),
        Tag::Spec("2025-11-25", "Security best practices: session hijacking"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let Some(era) = guarded.into_iter().find(|era| probe.eras().get(*era).is_some_and(|era| !era.modern)) else {
        return Ok(Verdict::not_applicable("the server has no guarded revision with sessions"));
    };
    let headers = match second(probe) {
        Ok(headers) => headers,
        Err(verdict) => return Ok(verdict),
    };
    if same_subject(Claims::of(probe.credentials()).as_ref(), Claims::of(headers).as_ref()) {
        return Ok(Verdict::not_applicable("both credentials are of the same user"));
    }
    if !was_granted(&list_as(probe, era, |request| request.credentials(headers)).await?) {
        return Ok(Verdict::needs_credentials("the second credential was refused: give a valid `--credential2`"));
    }
    let session = probe.open_session(|request| request.era(era)).await?;
    if !session.accepted {
        return Ok(refused());
    }
    // Over HTTP+SSE the session is the stream, and its id is in the address of its messages.
    let is_stream = probe.snapshot().transport == Transport::HttpSse;
    if session.id().is_none() && !is_stream {
        return Ok(Verdict::not_applicable("the server opened no session"));
    }
    let request = || session.request(list_method(probe.snapshot(), false), json!({}));
    let by_second = request().credentials(headers).send().await;
    let by_owner = request().send().await;
    // Who takes any id has no sessions that could be bound.
    let invented = request().credentials(headers).session(Some(&probe.canary())).send().await;
    session.end().await?;
    let (by_second, by_owner, invented) = (answered(by_second)?, answered(by_owner)?, answered(invented)?);
    if !is_stream && invented.as_ref().is_some_and(was_granted) {
        return Ok(Verdict::not_applicable("the server does not look at session ids"));
    }
    if !by_owner.as_ref().is_some_and(was_granted) {
        return Ok(Verdict::not_assessed("unstable: the owner of the session was refused in it"));
    }
    let Some(by_second) = by_second.filter(was_granted) else { return Ok(Verdict::PASS) };
    let message = "a session that one user opened works with the token of another";
    let severity = over_network(Severity::High, probe.snapshot());
    let sample = Sample::whole(shown(&by_second), "differential").after(by_second.request.clone(), by_second.status);
    let location = if is_stream { "server" } else { "header:Mcp-Session-Id" };
    Ok(Draft::new(severity, Confidence::Confirmed, location, message).sample(sample).into())
}

/// No answer is none: a message that was refused gets none on a stream.
fn answered(sent: Result<Exchange, ProbeError>) -> Result<Option<Exchange>, ProbeError> {
    match sent {
        Ok(answer) => Ok(Some(answer)),
        Err(ProbeError::Timeout(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether two tokens say that they are of one user of one issuer.
fn same_subject(one: Option<&Claims>, other: Option<&Claims>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    one.text("sub").is_some() && one.text("sub") == other.text("sub") && one.text("iss") == other.text("iss")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::checks::token::bearer;

    #[test]
    fn two_tokens_of_one_user_prove_nothing() {
        let same = |one: Value, other: Value| {
            same_subject(Claims::of(&bearer(&one)).as_ref(), Claims::of(&bearer(&other)).as_ref())
        };
        assert!(same(json!({"sub": "ann", "scope": "read"}), json!({"sub": "ann", "scope": "write"})));
        assert!(!same(json!({"sub": "ann"}), json!({"sub": "bob"})));
        assert!(!same(
            json!({"sub": "ann", "iss": "https://a.example"}),
            json!({"sub": "ann", "iss": "https://b.example"})
        ));
        assert!(!same(json!({}), json!({})));
        assert!(!same_subject(None, None));
    }
}
