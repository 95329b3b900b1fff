//! Endpoints whose certificate proves nothing.

use contracts::audit::{Confidence, NamedTest, Severity};
use outbound::CertificateFault;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::over_network;
use crate::obstacle::Obstacle;
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-002",
    title: "Invalid certificate",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Serve a certificate that is in its time, names this host, and leads with all its intermediates to an authority that clients trust; renew it by machine.",
    tags: &[Tag::Cwe(295), Tag::McpTop10(7)],
    run: Run::Reach(|probe| Box::pin(async { Ok(check(probe)) })),
};

/// The client of the engine verifies with the roots of the system and those that the user added, as every client of the
/// server should: it connected, or the certificate is not valid.
fn check(probe: &Probe) -> Verdict {
    if probe.url().is_none_or(|url| url.scheme() != "https") {
        return Verdict::not_applicable("the endpoint is served without TLS, which another check judges");
    }
    let Some(Obstacle::Certificate { fault, reason }) = probe.obstacle() else { return Verdict::PASS };
    let (severity, kind, message) = judge(*fault);
    Draft::new(over_network(severity, probe.snapshot()), Confidence::Confirmed, "server", message)
        .distinct(kind)
        .sample(Sample::whole(reason, format!("certificate:{kind}")))
        .into()
}

fn judge(fault: CertificateFault) -> (Severity, &'static str, &'static str) {
    match fault {
        CertificateFault::Expired => (Severity::Medium, "expired", "the certificate of the server has expired"),
        CertificateFault::NotYetValid => {
            (Severity::High, "not-yet-valid", "the certificate of the server is not valid yet")
        }
        CertificateFault::OtherName => {
            (Severity::High, "name", "the certificate of the server belongs to another host")
        }
        CertificateFault::UnknownIssuer => {
            (Severity::High, "issuer", "no authority that is trusted has signed the certificate of the server")
        }
        CertificateFault::Revoked => (Severity::High, "revoked", "the certificate of the server was revoked"),
        CertificateFault::Other => (Severity::High, "other", "the certificate of the server cannot be verified"),
    }
}
