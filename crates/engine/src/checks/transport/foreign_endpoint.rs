//! Servers of HTTP+SSE whose stream sends messages, and credentials with them, elsewhere. The engine never follows.

use contracts::audit::{Confidence, NamedTest, Severity, Transport};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::obstacle::Obstacle;
use crate::probe::Probe;
use crate::wire::Departure;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-013",
    title: "Message endpoint leads elsewhere",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Announce the message endpoint as a path of the origin that serves the stream, never as an address of another host, scheme or user.",
    tags: &[Tag::Cwe(601), Tag::Cwe(522), Tag::McpTop10(1), Tag::Spec("2024-11-05", "Transports: HTTP with SSE")],
    run: Run::Reach(|probe| Box::pin(async { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let (departure, endpoint) = match probe.obstacle() {
        Some(Obstacle::ForeignEndpoint { departure, endpoint }) => (*departure, endpoint),
        Some(obstacle @ Obstacle::Certificate { .. }) => {
            return Verdict::not_assessed(format!("no client can connect to the server: {obstacle}"));
        }
        None if probe.snapshot().transport == Transport::HttpSse => return Verdict::PASS,
        None => return Verdict::not_applicable("the server announces no message endpoint"),
    };
    let (kind, message) = match departure {
        Departure::Downgrade => ("downgrade", "the stream sends messages and credentials to an unencrypted address"),
        Departure::Origin => ("origin", "the stream sends messages and credentials to another origin"),
        Departure::UserInformation => {
            ("user-information", "the stream sends messages to an address with a user name or password of its own")
        }
    };
    let sample = Sample::whole(endpoint, format!("endpoint:{kind}"));
    Draft::new(Severity::High, Confidence::Confirmed, "server", message).distinct(kind).sample(sample).into()
}
