//! Child processes that contact the internet before they are asked for anything, although the user opted out.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::transport::private::is_private_address;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-021",
    title: "Unexpected outbound contact",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Stdio,
    worst: Severity::Medium,
    remediation: "Contact nobody before a tool is called; where use is counted, say so, ask first, and honour `DO_NOT_TRACK`.",
    tags: &[Tag::Cwe(359), Tag::McpTop10(4), Tag::McpTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.is_isolated() {
        return Ok(Verdict::not_applicable("the server was started without a network, so it could contact nobody"));
    }
    Ok(match &probe.second_start().await?.contacts {
        Some(contacts) => outside(contacts).into_iter().collect(),
        None => Verdict::not_applicable("only Linux tells whom a process is connected to"),
    })
}

/// One finding for all addresses outside the user's own networks: which of a service's addresses answers is a matter of
/// chance.
fn outside(contacts: &BTreeSet<SocketAddr>) -> Option<Draft> {
    let is_inside = |address: IpAddr| is_private_address(address) || address.is_multicast();
    let outside: Vec<String> =
        contacts.iter().filter(|contact| !is_inside(contact.ip())).map(ToString::to_string).collect();
    let message = "between its start and its lists, before any tool was called, the server was connected to addresses in the internet";
    (!outside.is_empty()).then(|| {
        let sample = Sample::whole(format!("connected to {}", outside.join(", ")), "socket:outbound");
        Draft::new(Severity::Medium, Confidence::Tentative, "server", message).sample(sample)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_internet_is_outside() {
        let found = |contacts: &[&str]| {
            let contacts = contacts.iter().map(|contact| contact.parse().expect("an address")).collect();
            outside(&contacts).map(|draft| draft.samples[0].text.clone())
        };
        let shown = found(&["10.0.0.7:5432", "[2606:4700::1]:443", "1.1.1.1:443"]);
        assert_eq!(shown.as_deref(), Some("connected to 1.1.1.1:443, [2606:4700::1]:443"));
        assert_eq!(found(&["127.0.0.1:3000", "192.168.1.5:80", "[fd00::1]:53", "[::1]:9"]), None);
        assert_eq!(found(&[]), None);
    }
}
