//! Whether a target is on this machine or in a private network, where browsers reach it and the internet does not.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use crate::snapshot::Snapshot;

/// Judged by the address that answered, else by the one in the URL.
pub(crate) fn is_private(snapshot: &Snapshot, peer: Option<SocketAddr>) -> bool {
    let in_url = || {
        let url = Url::parse(snapshot.url.as_deref()?).ok()?;
        match url.host()? {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        }
    };
    snapshot.loopback || peer.map(|peer| peer.ip()).or_else(in_url).is_some_and(is_private_address)
}

pub(crate) fn is_private_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || shared
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::server;

    #[test]
    fn addresses_decide() {
        let at = |url: &str| is_private(&Snapshot { url: Some(url.into()), ..server(&[]) }, None);
        for url in [
            "http://10.0.0.1/",
            "http://192.168.3.4/",
            "http://100.64.0.1/",
            "http://[fd00::1]/",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert!(at(url), "{url}");
        }
        for url in ["https://mcp.example.com/", "http://8.8.8.8/", "http://100.128.0.1/", "http://[2606:4700::1]/"] {
            assert!(!at(url), "{url}");
        }
    }
}
