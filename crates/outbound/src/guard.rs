//! The checks before and after connecting.

use std::io;
use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::{OutboundError, Policy};

/// Checks all of a URL that can be checked without the network. `url` has normalised decimal, octal and hexadecimal
/// forms of IPv4 addresses already.
pub(crate) fn check_url(url: &Url, policy: Policy) -> Result<(), OutboundError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(OutboundError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(OutboundError::UserInformation);
    }
    let port = url.port_or_known_default().ok_or(OutboundError::Host)?;
    if !matches!(port, 80 | 443 | 1024..) {
        return Err(OutboundError::Port(port));
    }
    let literal = match url.host().ok_or(OutboundError::Host)? {
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
        Host::Domain(_) => return Ok(()),
    };
    if policy.allows(literal) {
        Ok(())
    } else {
        Err(OutboundError::Address { host: literal.to_string(), address: literal })
    }
}

/// Checks where a connection ended.
pub(crate) fn check_peer(url: &Url, peer: Option<SocketAddr>, policy: Policy) -> Result<(), OutboundError> {
    match peer {
        Some(peer) if !policy.allows(peer.ip()) => {
            Err(OutboundError::Peer { host: url.host_str().unwrap_or_default().to_owned(), address: peer.ip() })
        }
        _ => Ok(()),
    }
}

/// The addresses that a host has: the one that it spells out, or those of its name. Nothing is connected to.
pub async fn addresses_of(host: &Host<&str>) -> Result<Vec<IpAddr>, OutboundError> {
    match host {
        Host::Ipv4(address) => Ok(vec![IpAddr::V4(*address)]),
        Host::Ipv6(address) => Ok(vec![IpAddr::V6(*address)]),
        Host::Domain(name) => {
            let failed = |source| OutboundError::Resolve { host: (*name).to_owned(), source };
            Ok(tokio::net::lookup_host((*name, 0)).await.map_err(failed)?.map(|found| found.ip()).collect())
        }
    }
}

/// Resolves with the system, then refuses the name as a whole if one address of it is not allowed: a name that points
/// inside and outside is an attack, or a mistake that would make the outcome a matter of luck.
pub(crate) struct GuardedResolver {
    pub(crate) policy: Policy,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.policy;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let addresses = resolve(&host, policy).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a URL, all of them checked. Their port is that of the URL.
pub(crate) async fn addresses(url: &Url, policy: Policy) -> Result<Vec<SocketAddr>, OutboundError> {
    check_url(url, policy)?;
    let port = url.port_or_known_default().ok_or(OutboundError::Host)?;
    match url.host().ok_or(OutboundError::Host)? {
        Host::Ipv4(address) => Ok(vec![SocketAddr::from((address, port))]),
        Host::Ipv6(address) => Ok(vec![SocketAddr::from((address, port))]),
        Host::Domain(host) => {
            let found = resolve(host, policy).await?;
            Ok(found.into_iter().map(|address| SocketAddr::from((address.ip(), port))).collect())
        }
    }
}

async fn resolve(host: &str, policy: Policy) -> Result<Vec<SocketAddr>, OutboundError> {
    let failed = |source| OutboundError::Resolve { host: host.to_owned(), source };
    // The port is the URL's; the HTTP client replaces a zero.
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await.map_err(failed)?.collect();
    checked(host, found, policy)
}

fn checked(host: &str, found: Vec<SocketAddr>, policy: Policy) -> Result<Vec<SocketAddr>, OutboundError> {
    if found.is_empty() {
        let source = io::Error::new(io::ErrorKind::NotFound, "no address");
        return Err(OutboundError::Resolve { host: host.to_owned(), source });
    }
    match found.iter().find(|address| !policy.allows(address.ip())) {
        Some(refused) => Err(OutboundError::Address { host: host.to_owned(), address: refused.ip() }),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_refused_before_anything_is_sent() {
        let refused = |url: &str| check_url(&Url::parse(url).expect("a test URL"), Policy::PublicOnly).is_err();
        for bad in [
            "ftp://example.com/",
            "file:///etc/os-release",
            "http://user@example.com/",
            "http://:secret@example.com/",
            "http://example.com:22/",
            "http://example.com:6/",
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://169.254.169.254/latest/",
            "http://0/",
        ] {
            assert!(refused(bad), "{bad} was allowed");
        }
        for good in
            ["https://example.com/mcp", "http://example.com:8080/", "https://8.8.8.8/", "http://example.com:80/"]
        {
            assert!(!refused(good), "{good} was refused");
        }
    }

    #[test]
    fn one_forbidden_answer_refuses_the_name() {
        let addresses =
            |list: &[&str]| list.iter().map(|text| text.parse().expect("a test address")).collect::<Vec<SocketAddr>>();
        let mixed = addresses(&["8.8.8.8:0", "10.0.0.1:0"]);
        let error = checked("rebind.example", mixed.clone(), Policy::PublicOnly).expect_err("a private answer");
        assert!(matches!(error, OutboundError::Address { address, .. } if address == mixed[1].ip()));
        assert_eq!(checked("rebind.example", mixed.clone(), Policy::AllowPrivate).expect("allowed"), mixed);
        assert!(checked("nowhere.example", Vec::new(), Policy::AllowPrivate).is_err());
    }

    #[test]
    fn the_peer_is_checked_again() {
        let url = Url::parse("https://example.com/").expect("a test URL");
        let peer = |address: &str| Some(address.parse().expect("a test address"));
        assert!(check_peer(&url, peer("10.0.0.1:443"), Policy::AllowLoopback).is_err());
        assert!(check_peer(&url, peer("8.8.8.8:443"), Policy::PublicOnly).is_ok());
    }
}
