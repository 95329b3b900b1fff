//! TLS in front of a server: with a sound certificate, or one that is wrong in one way, or in a revision of long ago.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a client may take to shake hands.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// The certificate of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// Sound, for whoever trusts its authority.
    Sound,
    /// Signed by itself.
    SelfSigned,
    /// Its time was over in 2021.
    Expired,
    /// Of another host.
    OtherName,
}

/// A certificate with its key, and the authority behind it.
#[derive(Debug)]
pub(crate) struct Identity {
    config: Arc<ServerConfig>,
    /// The authority in DER; `None` where the certificate is signed by itself.
    pub(crate) authority: Option<Vec<u8>>,
}

impl Identity {
    /// Makes one up.
    pub(crate) fn new(certificate: Certificate) -> Result<Self, Error> {
        let name = if certificate == Certificate::OtherName { "other.example" } else { "127.0.0.1" };
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        if certificate == Certificate::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate()?;
        let (own, authority) = if certificate == Certificate::SelfSigned {
            (params.self_signed(&key)?, None)
        } else {
            let mut issuer = CertificateParams::new(Vec::<String>::new())?;
            issuer.distinguished_name.push(DnType::CommonName, "authority of the test servers");
            issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate()?)?;
            (params.signed_by(&key, &issuer)?, Some(issuer.as_ref().der().to_vec()))
        };
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| Error::CouldNotParseKeyPair)?;
        Ok(Self { config: Arc::new(config(own.der().clone(), private)), authority })
    }
}

fn config(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("a provider that knows TLS 1.3");
    builder.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a certificate of this key")
}

/// Takes connections and shakes hands on them, one after the other.
pub(crate) struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    /// Whether it agrees to TLS 1.0 and 1.1. It says so and closes: nothing here can go on in them.
    speaks_old: bool,
}

impl TlsListener {
    pub(crate) fn new(listener: TcpListener, identity: &Identity, speaks_old: bool) -> Self {
        Self { listener, acceptor: TlsAcceptor::from(identity.config.clone()), speaks_old }
    }

    async fn shake_hands(&self, mut stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        // The revision stands behind the headers of the record and of the message.
        let mut hello = [0; 11];
        while stream.peek(&mut hello).await? < hello.len() {
            stream.readable().await?;
            tokio::task::yield_now().await;
        }
        if self.speaks_old && matches!(hello[9..], [3, 1 | 2]) {
            stream.write_all(&server_hello(hello[10])).await?;
            stream.shutdown().await?;
            return Err(io::ErrorKind::Unsupported.into());
        }
        self.acceptor.accept(stream).await
    }
}

/// A `ServerHello` of TLS 1.0 or 1.1: a random number, no session, and a cipher suite that every client of them offers.
fn server_hello(minor: u8) -> Vec<u8> {
    let mut hello = vec![22, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    hello
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.listener.accept().await else { continue };
            // A client that does not like the certificate hangs up.
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, self.shake_hands(stream)).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.listener.local_addr().unwrap_or_else(|_| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
    }
}
