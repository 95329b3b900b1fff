//! Addresses in authorization metadata that lead a client into a network it should not reach for anybody.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity, display_url};
use futures_util::future::join_all;
use outbound::{AddressClass, addresses_of, classify};
use url::{Host, Url};

use super::discovery::{addresses, without_authorization};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{anonymous_lists, discovery};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-008",
    title: "Metadata points inside",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Publish public endpoints only. If you did not write this address, treat the server as compromised.",
    tags: &[
        Tag::Cwe(918),
        Tag::McpTop10(5),
        Tag::Spec("2025-11-25", "Security best practices: server-side request forgery"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many names in the metadata are looked up, and how long one may take.
const NAMES: usize = 24;
const LOOKING_UP: Duration = Duration::from_secs(3);
/// Where clouds answer with the credentials of the machine, apart from 169.254.0.0/16.
const METADATA_SERVICES: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let found = discovery(probe).await?;
    if !found.refuses && found.documents.is_empty() {
        return Ok(without_authorization());
    }
    let target = if probe.snapshot().loopback {
        AddressClass::Loopback
    } else {
        let peer = anonymous_lists(probe).await?.iter().find_map(|answer| answer.peer);
        peer.map_or(AddressClass::Public, |peer| classify(peer.ip()))
    };
    let named: Vec<(String, Url)> =
        addresses(found).into_iter().filter_map(|(place, text)| Some((place, Url::parse(&text).ok()?))).collect();
    let hosts = look_up(&named).await;
    let draft = |(place, url): &(String, Url)| {
        let kind = hosts.get(url.host_str()?)?.iter().find_map(|address| inside(*address, target))?;
        let message = "an address in the authorization metadata leads into a private network or to this machine";
        let draft = Draft::new(Severity::High, Confidence::Confirmed, place.clone(), message);
        Some(draft.distinct(kind).sample(Sample::whole(display_url(url), format!("address:{kind}"))))
    };
    Ok(named.iter().filter_map(draft).collect())
}

/// The addresses of each host. Nothing is connected to; a name that has no address leads nowhere.
async fn look_up(places: &[(String, Url)]) -> BTreeMap<String, Vec<IpAddr>> {
    let mut hosts: BTreeMap<String, Host<&str>> = BTreeMap::new();
    let mut names = 0;
    for host in places.iter().filter_map(|(_, url)| url.host()) {
        // Only names cost something, so that no number of them hides an address.
        let is_name = matches!(host, Host::Domain(_));
        if hosts.contains_key(&host.to_string()) || (is_name && names == NAMES) {
            continue;
        }
        names += usize::from(is_name);
        hosts.insert(host.to_string(), host);
    }
    let asked = hosts.into_iter().map(|(name, host)| async move {
        let found = tokio::time::timeout(LOOKING_UP, addresses_of(&host)).await;
        (name, found.ok().and_then(Result::ok).unwrap_or_default())
    });
    join_all(asked).await.into_iter().collect()
}

/// What kind of inner address it is, for a client of a server at such an address. A server on this machine or in a
/// private network may use what is there; services that hand out credentials are nobody's authorization server.
fn inside(address: IpAddr, target: AddressClass) -> Option<&'static str> {
    use AddressClass::{LinkLocal, Loopback, Private, Shared, SiteLocal, UniqueLocal, Unspecified};
    if METADATA_SERVICES.contains(&address.to_canonical()) {
        return Some("metadata-service");
    }
    let is_local = target == Loopback;
    let is_private = |class: AddressClass| matches!(class, Private | UniqueLocal | SiteLocal | Shared);
    match classify(address) {
        LinkLocal if target != LinkLocal => Some("link-local"),
        Loopback | Unspecified if !is_local => Some("loopback"),
        class if is_private(class) && !is_local && !is_private(target) => Some("private"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inside_depends_on_where_the_server_is() {
        let kind = |address: &str, target: AddressClass| inside(address.parse().expect("an address"), target);
        for (address, public, private, local) in [
            ("203.0.114.9", None, None, None),
            ("127.0.0.1", Some("loopback"), Some("loopback"), None),
            ("::ffff:127.0.0.1", Some("loopback"), Some("loopback"), None),
            ("0.0.0.0", Some("loopback"), Some("loopback"), None),
            ("10.1.2.3", Some("private"), None, None),
            ("fd12::1", Some("private"), None, None),
            ("169.254.169.254", Some("link-local"), Some("link-local"), Some("link-local")),
            ("fd00:ec2::254", Some("metadata-service"), Some("metadata-service"), Some("metadata-service")),
            ("100.100.100.200", Some("metadata-service"), Some("metadata-service"), Some("metadata-service")),
        ] {
            assert_eq!(kind(address, AddressClass::Public), public, "{address}");
            assert_eq!(kind(address, AddressClass::Private), private, "{address}");
            assert_eq!(kind(address, AddressClass::Loopback), local, "{address}");
        }
    }

    #[tokio::test]
    async fn names_are_looked_up_not_without_end_and_addresses_always() {
        let url = |host: &str| ("oauth:x#y".to_owned(), Url::parse(&format!("https://{host}/")).expect("a URL"));
        let many = (0..40).map(|number| url(&format!("a{number}..invalid")));
        let named: Vec<_> = many.chain([url("10.0.0.1"), url("10.0.0.1")]).collect();
        let found = look_up(&named).await;
        assert_eq!((found.len(), found["10.0.0.1"].len()), (NAMES + 1, 1));
        let named = [url("[::1]"), url("2130706433"), url("a..invalid")];
        let found = look_up(&named).await;
        let told: Vec<_> = found.iter().map(|(host, addresses)| (host.as_str(), addresses.len())).collect();
        assert_eq!(told, [("127.0.0.1", 1), ("[::1]", 1), ("a..invalid", 0)]);
    }
}
