//! Starts servers on loopback.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use axum::middleware;

use crate::access::Place;
use crate::fixtures::Fixture;
use crate::flaw::Flaw;
use crate::http::{self, Endpoint};
use crate::recording::{Recorded, Recording, record};
use crate::server::Server;
use crate::serving::Serving;
use crate::tls::{Identity, TlsListener};
use crate::tokens::Tokens;

/// A server that runs. It stops, with all its connections, when this is dropped.
#[derive(Debug)]
pub struct Running {
    url: String,
    tokens: Option<Tokens>,
    authority: Option<Vec<u8>>,
    recording: Recording,
    serving: Serving,
}

impl Running {
    /// The endpoint.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The bearer token that it wants; `None` where it is open to everybody.
    pub fn token(&self) -> Option<&str> {
        self.tokens.as_ref().map(|tokens| tokens.own.as_str())
    }

    /// The token of another user, who may only read.
    pub fn second_token(&self) -> Option<&str> {
        self.tokens.as_ref().map(|tokens| tokens.second.as_str())
    }

    /// A token that is no longer good.
    pub fn expired_token(&self) -> Option<&str> {
        self.tokens.as_ref().map(|tokens| tokens.expired.as_str())
    }

    /// A token that was issued for another server.
    pub fn foreign_token(&self) -> Option<&str> {
        self.tokens.as_ref().map(|tokens| tokens.foreign.as_str())
    }

    /// The certificate authority, in DER, that an auditor of it is to trust.
    pub fn authority(&self) -> Option<&[u8]> {
        self.authority.as_deref()
    }

    /// What it was sent so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.recording.requests()
    }

    /// Waits until the server ends, which it does only if it fails.
    pub fn wait(self) {
        self.serving.wait();
    }
}

/// Starts a fixture on a free port of 127.0.0.1.
pub fn start(fixture: &Fixture) -> Running {
    start_on((fixture.build)(), 0)
}

/// Starts a server on a port of 127.0.0.1; 0 takes a free one.
///
/// # Panics
/// Where the port is taken.
pub fn start_on(server: Server, port: u16) -> Running {
    let bind = if server.has(Flaw::AllInterfaces) { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
    let listener = TcpListener::bind((bind, port)).expect("a free port");
    listener.set_nonblocking(true).expect("a socket that does not block");
    let port = listener.local_addr().expect("a bound socket").port();
    let identity = server.tls.map(|certificate| Identity::new(certificate).expect("a certificate"));
    let speaks_old = server.has(Flaw::OldTls);
    let origin = format!("{}://127.0.0.1:{port}", if identity.is_some() { "https" } else { "http" });
    let url = format!("{origin}{}", server.path());
    let tokens = server.guarded.then(|| Tokens::of(&server, &url));
    let place = Place { origin, port, tokens: tokens.clone() };
    let authority = identity.as_ref().and_then(|identity| identity.authority.clone());
    let recording = Recording::default();
    let kept = recording.clone();
    let serving = Serving::start(async move || {
        let router = match server.custom {
            Some(custom) => custom.router(&place),
            None => http::router(Arc::new(Endpoint::new(server, place))),
        };
        let router = router.layer(middleware::from_fn_with_state(kept, record));
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listening socket");
        match &identity {
            Some(identity) => axum::serve(TlsListener::new(listener, identity, speaks_old), router).await,
            None => axum::serve(listener, router).await,
        }
    });
    Running { url, tokens, authority, recording, serving }
}
