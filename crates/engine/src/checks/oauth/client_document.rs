//! Authorization servers that fetch the metadata of a client from wherever its id leads.

use contracts::audit::{Confidence, NamedTest, Need, Severity};
use serde_json::Value;

use super::authorization::authorize;
use super::discovery::is_loopback;
use super::issuer::published;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-013",
    title: "Client-metadata fetch reaches inside",
    test: NamedTest::AuthTest,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Fetch the metadata of clients over https only, from public addresses only, checked after the name is resolved, and follow no redirects.",
    tags: &[Tag::Cwe(918), Tag::McpTop10(5), Tag::Spec("2026-07-28", "Authorization: client ID metadata documents")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let issuers = match published(discovery(probe).await?) {
        Ok(issuers) => issuers,
        Err(verdict) => return Ok(verdict),
    };
    let fetches = |document: &Value| document.get("client_id_metadata_document_supported") == Some(&Value::Bool(true));
    let fetching = issuers.into_iter().find(|(_, document)| fetches(&document.value));
    let Some((issuer, _)) = fetching else {
        return Ok(Verdict::not_applicable("the authorization server takes no addresses for client ids"));
    };
    let Some(endpoint) = issuer.endpoint("authorization_endpoint") else {
        return Ok(Verdict::not_assessed("the authorization server has no endpoint of its own that may be asked"));
    };
    let listener = match probe.callback().await {
        // Only where the listener is inside for the authorization server does reaching it mean anything.
        Ok(listener) if listener.is_loopback() && is_loopback(&endpoint) => listener,
        Ok(_) => {
            return Ok(Verdict::needs(
                Need::Callback,
                "needs a callback listener on the machine that the authorization server runs on",
            ));
        }
        Err(reason) => return Ok(Verdict::needs(Need::Callback, reason)),
    };
    let (mut sent, mut was_refused) = (Vec::new(), true);
    for place in PLACES {
        let token = listener.issue(probe);
        let client = place.replace("{port}", &listener.port().to_string()).replace("{token}", &token);
        let redirect = format!("{client}/callback");
        match authorize(probe, &endpoint, &client, &redirect, &[]).await {
            Ok(step) => {
                was_refused &= step.is_refusal();
                sent.push((token, step.request, Some(step.status)));
            }
            // Whoever waits for our listener may be too slow for us; what it called counts all the same.
            Err(ProbeError::Timeout(_)) => {
                was_refused = false;
                sent.push((token, String::new(), None));
            }
            Err(error) if sent.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    let tokens: Vec<String> = sent.iter().map(|(token, ..)| token.clone()).collect();
    listener.linger(&tokens).await;
    let called = sent
        .into_iter()
        .filter_map(|(token, request, status)| Some(listener.hit(&token)?.sample().after(request, status)));
    let samples: Vec<Sample> = called.collect();
    if samples.is_empty() {
        let unseen = "the authorization server asks for a login before it looks at its client";
        return Ok(if was_refused { Verdict::PASS } else { Verdict::not_assessed(unseen) });
    }
    let message = "the authorization server fetches a client id that leads to the machine that it runs on: our listener there was called";
    let location = "oauth:authorization-server#authorization_endpoint";
    let draft = Draft::new(Severity::High, Confidence::Confirmed, location, message).distinct(issuer.key());
    Ok(Draft { samples, ..draft }.into())
}

/// Client ids that lead to this machine: by its address, by its name, and, for servers that only take https, by a name
/// that carries the token into the handshake.
const PLACES: [&str; 3] = [
    "http://127.0.0.1:{port}/{token}",
    "http://localhost:{port}/{token}",
    "https://{token}.localhost:{port}/client.json",
];
