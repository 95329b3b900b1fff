//! Tokens that were issued for somebody else.

use contracts::audit::{Confidence, NamedTest, Severity};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::other_resource::covers;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{discovery, granted_to, refused, shown, telling_eras};
use crate::checks::subject::over_network;
use crate::checks::token::Claims;
use crate::probe::{Exchange, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-017",
    title: "Token for another audience accepted",
    test: NamedTest::Authz,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Accept only tokens whose audience is the canonical URI of this server, as RFC 8707 lets clients ask for it.",
    tags: &[
        Tag::Cwe(863),
        Tag::McpTop10(7),
        Tag::Agentic(3),
        Tag::Spec("2026-07-28", "Authorization: access token privilege restriction"),
        Tag::Other("RFC 8707 section 2"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let eras = match telling_eras(probe).await? {
        Ok(eras) => eras,
        Err(verdict) => return Ok(verdict),
    };
    let Some(url) = probe.url() else { return Ok(Verdict::not_assessed("the target has no URL")) };
    let found = discovery(probe).await?;
    let declared: Vec<&str> =
        found.documents.iter().filter_map(|document| document.value.get("resource").and_then(Value::as_str)).collect();
    if let Some(foreign) = probe.foreign_credential() {
        let claims = Claims::of(foreign);
        if claims.as_ref().is_some_and(|claims| is_for(claims, url, &declared)) {
            return Ok(Verdict::needs_credentials(
                "the token of `--foreign-credential` was issued for this server: give one for another",
            ));
        }
        if let Some(answer) = granted_to(probe, &eras, foreign).await? {
            let message = "the server accepts a token that was issued for another audience";
            return Ok(accepted(probe, Confidence::Confirmed, message, &answer));
        }
        let now = Timestamp::now().as_second();
        if claims.and_then(|claims| claims.time("exp")).is_some_and(|end| end <= now) {
            return Ok(Verdict::needs_credentials(
                "the token of `--foreign-credential` has expired, so that its refusal says nothing: give a valid one",
            ));
        }
        return Ok(Verdict::PASS);
    }
    let Some(own) = Claims::of(probe.credentials()) else {
        return Ok(Verdict::needs_credentials(
            "the credential does not say whom it is for: give a token for another server, `--foreign-credential 'Authorization: Bearer …'`",
        ));
    };
    if is_for(&own, url, &declared) {
        return Ok(Verdict::PASS);
    }
    Ok(match granted_to(probe, &eras, probe.credentials()).await? {
        Some(answer) => {
            let message = "the server accepts a token whose audience is not the address of this server";
            accepted(probe, Confidence::Likely, message, &answer)
        }
        None => refused(),
    })
}

fn accepted(probe: &Probe, confidence: Confidence, message: &str, answer: &Exchange) -> Verdict {
    let severity = over_network(Severity::High, probe.snapshot());
    let sample = Sample::whole(shown(answer), "jwt:audience").after(answer.request.clone(), answer.status);
    Draft::new(severity, confidence, "header:Authorization", message).sample(sample).into()
}

/// Whether a token names the server: by its address, a path above it, or as the resource that its metadata declares.
fn is_for(claims: &Claims, url: &Url, declared: &[&str]) -> bool {
    let same = |one: &str, other: &str| one.trim_end_matches('/') == other.trim_end_matches('/');
    claims
        .audiences()
        .into_iter()
        .any(|audience| covers(audience, url) || declared.iter().any(|resource| same(resource, audience)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::token::bearer;

    #[test]
    fn the_address_and_the_declared_resource_are_this_server() {
        let url: Url = "https://mcp.example.com/mcp?tenant=1".parse().expect("a URL");
        let is_for = |audience: Value| {
            let claims = Claims::of(&bearer(&json!({ "aud": audience }))).expect("claims");
            is_for(&claims, &url, &["https://gateway.example/mcp"])
        };
        for audience in ["https://mcp.example.com/mcp", "https://MCP.example.com:443", "https://gateway.example/mcp/"] {
            assert!(is_for(json!(audience)), "{audience}");
        }
        assert!(is_for(json!(["account", "https://mcp.example.com/mcp/"])));
        for audience in ["https://mcp.example.com/other", "http://mcp.example.com/mcp", "account", ""] {
            assert!(!is_for(json!(audience)), "{audience}");
        }
        assert!(!is_for(Value::Null));
    }
}
