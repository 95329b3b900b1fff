//! Endpoints that still speak the revisions of TLS that were deprecated in 2021 (RFC 8996).

use contracts::audit::{Confidence, NamedTest, Severity};
use url::Host;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::over_network;
use crate::checks::transport::client_hello::{SERVER_HELLO_BYTES, TLS_1_0, TLS_1_1, chosen_version, client_hello};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-003",
    title: "TLS 1.0 or 1.1 accepted",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Turn TLS 1.0 and 1.1 off at the server and at whatever terminates TLS in front of it; TLS 1.2 is the least, TLS 1.3 the usual.",
    tags: &[Tag::Cwe(326), Tag::McpTop10(7), Tag::Other("RFC 8996")],
    run: Run::Reach(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(url) = probe.url().filter(|url| url.scheme() == "https") else {
        return Ok(Verdict::not_applicable("the endpoint is served without TLS, which another check judges"));
    };
    // Addresses are no server names (RFC 6066).
    let host = url.host().and_then(|host| if let Host::Domain(name) = host { Some(name) } else { None });
    let mut accepted = Vec::new();
    for (version, name) in [(TLS_1_0, "TLS 1.0"), (TLS_1_1, "TLS 1.1")] {
        let hello = client_hello(version, host, rand::random());
        let answer = probe.exchange_bytes(&hello, SERVER_HELLO_BYTES).await?;
        if chosen_version(&answer) == Some(version) {
            accepted.push(name);
        }
    }
    if accepted.is_empty() {
        return Ok(Verdict::PASS);
    }
    let accepted = accepted.join(" and ");
    let message = format!("the server still accepts {accepted}, which was deprecated for its weak hashes and ciphers");
    let sample = Sample::whole(format!("ServerHello: {accepted}"), "tls:version");
    let severity = over_network(Severity::Medium, probe.snapshot());
    Ok(Draft::new(severity, Confidence::Confirmed, "server", message).sample(sample).into())
}
