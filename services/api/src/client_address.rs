//! The address that a request came from, for limits and the audit log.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::state::Api;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Where the request came from. Absent only where the server does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientAddress(pub(crate) Option<IpAddr>);

impl ClientAddress {
    /// What one subscriber has: an IPv4 address, or the 64 bits that providers hand out of IPv6.
    pub(crate) fn network(self) -> Option<IpAddr> {
        self.0.map(|address| match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
            address @ IpAddr::V4(_) => address,
        })
    }
}

/// Finds the address out, for everything behind.
pub(crate) async fn find(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let forwarded = forwarded_for(request.headers(), api.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(forwarded.or(peer)));
    next.run(request).await
}

/// The entry that the outermost of our proxies appended: what is left of it was written by the client.
fn forwarded_for(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    if trusted_proxies == 0 {
        return None;
    }
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let entries: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let entry = entries.len().checked_sub(trusted_proxies).map(|index| entries[index])?;
    entry.parse().or_else(|_| entry.parse().map(|address: SocketAddr| address.ip())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forwarded(lines: &[&str], trusted_proxies: usize) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        forwarded_for(&headers, trusted_proxies).map(|address| address.to_string())
    }

    #[test]
    fn a_client_cannot_choose_its_address() {
        let lines = ["6.6.6.6, 203.0.113.9", "198.51.100.1"];
        assert_eq!(forwarded(&lines, 0), None);
        assert_eq!(forwarded(&lines, 1).as_deref(), Some("198.51.100.1"));
        assert_eq!(forwarded(&lines, 2).as_deref(), Some("203.0.113.9"));
        assert_eq!(forwarded(&lines, 4), None, "fewer entries than proxies: one was passed by");
        assert_eq!(forwarded(&["[2001:db8::1]:443"], 1).as_deref(), Some("2001:db8::1"));
        assert_eq!(forwarded(&["unknown"], 1), None);
    }

    #[test]
    fn an_ipv6_subscriber_is_one_network() {
        let network = |address: &str| ClientAddress(Some(address.parse().unwrap())).network().unwrap().to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("203.0.113.9"), "203.0.113.9");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9");
    }
}
