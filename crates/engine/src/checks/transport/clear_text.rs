//! Endpoints that are reachable without encryption.

use contracts::audit::{Confidence, NamedTest, Severity};
use url::Url;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::shown;
use crate::probe::{Probe, ProbeError};
use crate::wire::{Exchange, jsonrpc};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-001",
    title: "Clear-text HTTP",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Serve the endpoint over TLS only; let the http port redirect or refuse, and send `Strict-Transport-Security`.",
    tags: &[Tag::Cwe(319), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: communication security")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    let Some(url) = snapshot.url.as_deref().and_then(|url| Url::parse(url).ok()) else {
        return Ok(Verdict::not_assessed("the target has no URL"));
    };
    let draft =
        |message: &str, sample| Draft::new(Severity::High, Confidence::Confirmed, "server", message).sample(sample);
    if url.scheme() == "http" {
        if snapshot.loopback {
            return Ok(Verdict::PASS);
        }
        let sample = Sample::whole(url.as_str(), "scheme");
        return Ok(draft(
            "the endpoint is served over http, so credentials and answers cross the network in clear text",
            sample,
        )
        .into());
    }
    // Only the standard ports have a sibling whose port is known.
    let mut sibling = url.clone();
    if url.port().is_some() || sibling.set_scheme("http").is_err() {
        return Ok(Verdict::PASS);
    }
    match probe.fetch(&sibling).await {
        Ok(answer) if speaks_mcp(&answer) => {
            let sample = Sample::whole(shown(&answer), "sibling").after(answer.request.clone(), answer.status);
            Ok(draft("the same endpoint also answers over http without encryption", sample).distinct("sibling").into())
        }
        // Nobody listens there, or it redirects: that is what it should do.
        Ok(_) | Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => Ok(Verdict::PASS),
        Err(error) => Err(error),
    }
}

/// Whether the answer to a plain GET is that of an MCP endpoint: a stream, or a JSON-RPC message.
fn speaks_mcp(answer: &Exchange) -> bool {
    let is_redirect = answer.status.is_some_and(|status| (300..400).contains(&status));
    let is_stream = answer.status == Some(200)
        && answer.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
    !is_redirect
        && (is_stream
            || jsonrpc::parse(&answer.body)
                .is_ok_and(|messages| messages.iter().any(|message| message.get("jsonrpc").is_some())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn a_message_is_mcp_and_a_redirect_or_page_is_not() {
        assert!(speaks_mcp(&answered(405, r#"{"jsonrpc":"2.0","error":{"code":-32000,"message":"no"},"id":null}"#)));
        assert!(!speaks_mcp(&answered(301, r#"{"jsonrpc":"2.0"}"#)));
        assert!(!speaks_mcp(&answered(200, "<html></html>")));
    }
}
