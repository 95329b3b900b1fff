//! The same server at another address of this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use url::Url;

use crate::probe::{Probe, ProbeError, Request};
use crate::wire::connection::{Connection, WireError};
use crate::wire::http::HttpConnection;
use crate::wire::link::{Live, Place};

/// Addresses of this machine that others reach it at: those from which it would send into the network. Nothing is sent
/// to find out; asking which way a datagram would go is enough.
pub(crate) fn own_addresses() -> Vec<IpAddr> {
    // Addresses for documents: on every machine with a network they lie behind its gateway.
    let ways: [(IpAddr, IpAddr); 2] = [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::new(198, 51, 100, 1).into()),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into()),
    ];
    let own = ways.into_iter().filter_map(|(any, far)| {
        let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
        socket.connect(SocketAddr::new(far, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    });
    own.filter(|address| !address.is_loopback() && !address.is_unspecified()).collect()
}

impl Probe {
    /// The request over a connection of its own: to the address of the target, or to the same port of another address of
    /// this machine, under the name of the target in any case, because a caller from the network may write any name into
    /// `Host`. The policy of the run does not apply to the latter: it is an interface here, and nobody else named it.
    pub(crate) fn over_own<'p>(&'p self, request: Request<'p>, own: Option<IpAddr>) -> Result<Request<'p>, ProbeError> {
        let Place::Http { client, url } = &self.opener().place else {
            return Err(ProbeError::Unreachable("the server is no HTTP server".to_owned()));
        };
        let over = |client: outbound::Client, url: Url| {
            let connection = Connection::Http(HttpConnection::new(client, url, None));
            request.over(Arc::new(Live { connection, session: None }))
        };
        let Some(own) = own else { return Ok(over(client.clone(), url.clone())) };
        let mut elsewhere = url.clone();
        if elsewhere.set_ip_host(own).is_err() {
            return Err(ProbeError::Unreachable("the URL of the target has no host".to_owned()));
        }
        let client = outbound::Client::new(outbound::Policy::AllowPrivate, client.limits());
        let client = client.map_err(|error| ProbeError::from(WireError::from(error)))?;
        let host = url.host_str().unwrap_or_default();
        let name = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(over(client, elsewhere).replace_header("Host", &name))
    }
}
