//! Why a request was not sent, or has no answer.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Why a request was not sent, or has no answer. No message holds a credential, a query or user information.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// Neither http nor https.
    #[error("`{0}` is not allowed: use http or https")]
    Scheme(String),
    /// User name or password in the URL.
    #[error("user information in a URL is not allowed: send it as a header")]
    UserInformation,
    /// A port that belongs to another protocol.
    #[error("port {0} is not allowed: use 80, 443, or 1024 and above")]
    Port(u16),
    /// No host.
    #[error("the URL has no host")]
    Host,
    /// The policy forbids an address of the host.
    #[error("{host} is at {address}, which is not a public address: allow private addresses if this is meant")]
    Address {
        /// The host of the URL.
        host: String,
        /// The address that is not allowed.
        address: IpAddr,
    },
    /// The connection ended at another address than the checked ones.
    #[error("the connection to {host} ended at {address}, which is not allowed")]
    Peer {
        /// The host of the URL.
        host: String,
        /// The address of the peer.
        address: IpAddr,
    },
    /// The name has no address.
    #[error("cannot find the address of {host}: check its spelling")]
    Resolve {
        /// The host of the URL.
        host: String,
        /// What the resolver said.
        source: std::io::Error,
    },
    /// The TLS certificate is not valid.
    #[error("the certificate of {host} is not valid: {reason}")]
    Certificate {
        /// The host of the URL.
        host: String,
        /// What is wrong with it, in one word.
        fault: CertificateFault,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection below HTTP.
    #[error("cannot connect to {host}: check that the server is running and reachable")]
    Unreachable {
        /// The host of the URL.
        host: String,
        /// The reason of the system.
        source: std::io::Error,
    },
    /// No connection, or it broke before the answer.
    #[error("cannot connect to {host}: check that the server is running and reachable")]
    Connect {
        /// The host of the URL.
        host: String,
        /// The reason of the HTTP client.
        source: reqwest::Error,
    },
    /// The connection broke, or what came is no HTTP.
    #[error("the answer of {host} broke off or is no HTTP")]
    Broken {
        /// The host of the URL.
        host: String,
        /// The reason of the HTTP client.
        source: reqwest::Error,
    },
    /// Nothing came in time.
    #[error("no {what} within {limit:?}")]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long.
        limit: Duration,
    },
    /// The request has a header or method that HTTP forbids.
    #[error("the request cannot be sent: {0}")]
    Request(String),
}

/// What can be wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateFault {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It belongs to another host.
    OtherName,
    /// Nobody who is trusted has signed it; self-signed ones among them.
    UnknownIssuer,
    /// It was revoked.
    Revoked,
    /// Anything else.
    Other,
}

impl CertificateFault {
    fn of(error: &rustls::CertificateError) -> Self {
        use rustls::CertificateError as Error;
        match error {
            Error::Expired | Error::ExpiredContext { .. } => Self::Expired,
            Error::NotValidYet | Error::NotValidYetContext { .. } => Self::NotYetValid,
            Error::NotValidForName | Error::NotValidForNameContext { .. } => Self::OtherName,
            Error::UnknownIssuer => Self::UnknownIssuer,
            Error::Revoked => Self::Revoked,
            _ => Self::Other,
        }
    }
}

impl OutboundError {
    /// Whether the request was refused before anything was sent.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Scheme(_)
                | Self::UserInformation
                | Self::Port(_)
                | Self::Host
                | Self::Address { .. }
                | Self::Peer { .. }
                | Self::Request(_)
        )
    }
}

/// Sorts an error of the HTTP client, which nests the interesting ones.
pub(crate) fn of_reqwest(url: &url::Url, error: reqwest::Error) -> OutboundError {
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(&error);
    while let Some(current) = cause {
        if let Some(refused) = current.downcast_ref::<OutboundError>() {
            match refused {
                OutboundError::Address { host, address } => {
                    return OutboundError::Address { host: host.clone(), address: *address };
                }
                OutboundError::Resolve { host, source } => {
                    let source = std::io::Error::new(source.kind(), source.to_string());
                    return OutboundError::Resolve { host: host.clone(), source };
                }
                _ => {}
            }
        }
        if let Some(error) = certificate_error(current) {
            return OutboundError::Certificate { host, fault: CertificateFault::of(error), reason: error.to_string() };
        }
        cause = current.source();
    }
    // URLs may carry credentials in their query.
    let source = error.without_url();
    if source.is_connect() { OutboundError::Connect { host, source } } else { OutboundError::Broken { host, source } }
}

/// What rustls says about a certificate. It travels inside one `io::Error` or more, whose `source` skips what they wrap.
fn certificate_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::CertificateError> {
    let mut inner = error;
    while let Some(wrapped) = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        inner = wrapped;
    }
    match inner.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(reason) => Some(reason),
        _ => None,
    }
}
