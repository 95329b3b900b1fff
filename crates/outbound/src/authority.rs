//! Certificate authorities beside those of the system.

use crate::OutboundError;

/// A certificate authority that a user trusts, such as that of a company.
#[derive(Debug, Clone)]
pub struct Authority(pub(crate) reqwest::Certificate);

impl Authority {
    /// One certificate in DER.
    pub fn from_der(der: &[u8]) -> Result<Self, OutboundError> {
        reqwest::Certificate::from_der(der).map(Self).map_err(|error| unreadable(&error))
    }

    /// All certificates of a PEM file.
    pub fn from_pem(pem: &[u8]) -> Result<Vec<Self>, OutboundError> {
        let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| unreadable(&error))?;
        Ok(certificates.into_iter().map(Self).collect())
    }
}

fn unreadable(error: &reqwest::Error) -> OutboundError {
    OutboundError::Request(format!("a certificate authority cannot be read: {error}"))
}
