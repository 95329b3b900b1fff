//! Servers that are not reached over the loopback interface: by the address that this machine has in its network.

use std::collections::BTreeMap;
use std::net::{IpAddr, UdpSocket};

use contracts::audit::{Confidence, Outcome, Severity};
use engine::{Options, Target};
use outbound::{AddressClass, Policy, classify};
use serde_json::json;
use servers::{Flaw, Server, Tool, fixture, start_on};

use crate::auditing::{Silent, options};

/// The address of this machine that others reach; nothing is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("198.51.100.1:9").ok()?;
    Some(socket.local_addr().ok()?.ip()).filter(|address| !address.is_loopback() && !address.is_unspecified())
}

/// Audits a server by that address: what it found of these checks, and what each of them concluded.
async fn audited(
    server: Server,
    address: IpAddr,
) -> (Vec<(String, Severity, Confidence, String)>, BTreeMap<String, Outcome>) {
    let running = start_on(server.flaw(Flaw::AllInterfaces).flaw(Flaw::HostUnchecked), 0);
    let url = running.url().replace("127.0.0.1", &address.to_string()).parse().expect("a URL");
    let options = Options { addresses: Policy::AllowPrivate, exposed: true, ..options(fixture("clean-tools")) };
    let audit = engine::audit(Target::Http { url, headers: Vec::new() }, options, &Silent).await.expect("an audit");
    let is_of_network = |check: &str| ["MCPA-DX-005", "MCPA-SC-012", "MCPA-TRN-001"].contains(&check);
    let found = audit.findings.iter().filter(|finding| is_of_network(finding.check.as_str()));
    let found = found
        .map(|found| (found.check.to_string(), found.severity, found.confidence, found.location.clone()))
        .collect();
    (found, audit.checks.into_iter().map(|check| (check.check.to_string(), check.outcome)).collect())
}

fn queue(name: &str, answer: &str) -> Server {
    Server::new(name).tool(Tool::saying("get_queue", "Returns how long the queue is.", json!({}), answer).reading())
}

/// Whether others than those inside reach this address, so that what it tells about the inside is news to them.
fn is_outside(address: IpAddr) -> bool {
    !matches!(
        classify(address),
        AddressClass::Private | AddressClass::Shared | AddressClass::LinkLocal | AddressClass::UniqueLocal
    )
}

#[tokio::test]
async fn clear_text_a_borrowed_name_and_names_of_the_inside_are_findings() {
    // A machine without a network has no such address.
    let Some(address) = own_address() else { return };
    let server = queue("github-mcp-server", "7 in all, read from host ledger-2.internal");
    let (mut found, outcomes) = audited(server, address).await;
    found.sort();
    let of = |check: &str, severity, confidence, location: &str| {
        (check.to_owned(), severity, confidence, location.to_owned())
    };
    let mut expected = vec![
        of("MCPA-SC-012", Severity::Medium, Confidence::Tentative, "server"),
        of("MCPA-TRN-001", Severity::High, Confidence::Confirmed, "server"),
    ];
    if is_outside(address) {
        expected.insert(0, of("MCPA-DX-005", Severity::Low, Confidence::Confirmed, "tool:get_queue"));
    } else {
        let told = &outcomes["MCPA-DX-005"];
        assert!(matches!(told, Outcome::NotApplicable { .. }), "{told:?}");
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_server_under_its_own_name_that_tells_nothing_of_the_inside_passes() {
    let Some(address) = own_address() else { return };
    let (found, outcomes) = audited(queue("harbour-queue", "7 in all"), address).await;
    assert_eq!(found.iter().map(|found| found.0.as_str()).collect::<Vec<_>>(), ["MCPA-TRN-001"]);
    assert_eq!(outcomes["MCPA-SC-012"], Outcome::Pass);
    let told = &outcomes["MCPA-DX-005"];
    let is_expected =
        if is_outside(address) { *told == Outcome::Pass } else { matches!(told, Outcome::NotApplicable { .. }) };
    assert!(is_expected, "{told:?}");
}
