//! Servers that are used on this machine and answer to the whole network.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity, Transport};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::shown;
use crate::probe::{Probe, ProbeError, Request, own_addresses};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-009",
    title: "Local server on all interfaces",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Bind a local server to 127.0.0.1 or ::1; where others are meant to reach it, put TLS and authentication in front.",
    tags: &[Tag::Cwe(1327), Tag::McpTop10(9), Tag::Spec("2025-11-25", "Transports: security warning")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How long a stream is read: that it is one is seen before.
const FIRST_EVENT: Duration = Duration::from_millis(100);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if !probe.snapshot().loopback {
        return Ok(Verdict::not_applicable("the server is not used over the loopback interface"));
    }
    if probe.options().exposed {
        return Ok(Verdict::not_applicable("the server is meant to be reached from other machines"));
    }
    let addresses = own_addresses();
    if addresses.is_empty() {
        return Ok(Verdict::not_applicable("this machine has no address that others reach"));
    }
    let here = probe.over_own(opening(probe), None)?.send().await?;
    for address in addresses {
        let there = match probe.over_own(opening(probe), Some(address))?.send().await {
            Ok(there) => there,
            // Nobody listens there.
            Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        };
        let again = async || probe.over_own(opening(probe), None)?.send().await;
        // What shows nothing of itself is no other server each time.
        if tells(&here) && !is_same(&again().await?, &again().await?) {
            return Ok(Verdict::not_assessed("unstable: the server presents itself otherwise each time it is asked"));
        }
        if !is_same(&here, &there) {
            continue;
        }
        let anonymous = !probe.has_credential() || probe.snapshot().anonymous == Some(true);
        let severity = if anonymous { Severity::High } else { Severity::Medium };
        let message = "the server is used over the loopback interface but answers at an address of this machine that others reach";
        let sample = Sample::whole(shown(&there), "differential").after(there.request.clone(), there.status);
        return Ok(Draft::new(severity, Confidence::Confirmed, "server", message).sample(sample).into());
    }
    Ok(Verdict::PASS)
}

/// The first request of a client that has no credential.
fn opening(probe: &Probe) -> Request<'_> {
    let is_modern = probe.is_modern();
    let request = if probe.snapshot().transport == Transport::HttpSse {
        let get = probe.request("", Value::Null).http_method("GET").replace_header("Accept", "text/event-stream");
        get.read_for(FIRST_EVENT)
    } else {
        probe.request(if is_modern { "server/discover" } else { "initialize" }, Value::Null)
    };
    request.anonymous().session(None)
}

/// Whether an answer shows who sent it; a plain page does not.
fn tells(answer: &Exchange) -> bool {
    answer.result().is_some()
        || answer.error().is_some()
        || answer.header("www-authenticate").is_some()
        || answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"))
}

/// Whether two answers come from one server: another one may listen on the same port of another interface.
fn is_same(here: &Exchange, there: &Exchange) -> bool {
    let of_result = |answer: &Exchange| {
        let result = answer.result()?;
        let meta = result.pointer("/_meta/io.modelcontextprotocol~1serverInfo").cloned();
        Some((result.get("capabilities").cloned(), result.get("serverInfo").cloned(), meta))
    };
    let refused_alike =
        here.header("www-authenticate") == there.header("www-authenticate") && here.error() == there.error();
    tells(here)
        && here.status == there.status
        && here.header("content-type") == there.header("content-type")
        && of_result(here) == of_result(there)
        && refused_alike
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn the_same_server_gives_the_same_answer_and_another_one_does_not() {
        let server =
            |name: &str| answered(200, &format!(r#"{{"id":1,"result":{{"serverInfo":{{"name":"{name}"}}}}}}"#));
        assert!(is_same(&server("a"), &server("a")));
        assert!(!is_same(&server("a"), &server("b")));
        assert!(!is_same(&server("a"), &answered(404, "")));
        let guarded = |realm: &str| {
            let mut answer = answered(401, "");
            answer.headers.push(("www-authenticate".into(), realm.into()));
            answer
        };
        assert!(is_same(&guarded("Bearer"), &guarded("Bearer")));
        assert!(!is_same(&guarded("Bearer"), &guarded("Basic")));
        assert!(!is_same(&answered(404, ""), &answered(404, "")), "that may be anybody");
    }
}
