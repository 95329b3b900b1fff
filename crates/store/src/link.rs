//! Signed links in e-mails: who has one may download that report's PDF until it expires, and nothing else.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contracts::ids::{OrgId, ReportId};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::OrgScope;

/// Keeps signatures of links apart from any other use of the same key.
const CONTEXT: &[u8] = b"mcp-audit report link v1\n";

/// What a valid link allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLink {
    /// The organisation of the report.
    pub scope: OrgScope,
    /// The report.
    pub report_id: ReportId,
}

/// Makes the token of a link, of characters that need no escape in a URL. `expires` counts to the second.
pub fn sign(key: &[u8], org: &OrgId, report: &ReportId, expires: Timestamp) -> String {
    let claims = format!("{org}.{report}.{}", expires.as_second());
    let signature = mac(key, &claims).finalize().into_bytes();
    format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(&claims), BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// Returns what a token allows, if `key` signed it and it has not expired. Does not tell why a token is refused.
pub fn verify(key: &[u8], token: &str, now: Timestamp) -> Option<VerifiedLink> {
    let (claims, signature) = token.split_once('.')?;
    let claims = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    // Compares in constant time.
    mac(key, &claims).verify_slice(&signature).ok()?;
    let mut parts = claims.split('.');
    let (org, report, expires, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    let expires = Timestamp::from_second(expires.parse().ok()?).ok()?;
    (now < expires).then_some(VerifiedLink { scope: OrgScope::new(org.parse().ok()?), report_id: report.parse().ok()? })
}

fn mac(key: &[u8], claims: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(CONTEXT);
    mac.update(claims.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_untouched_link_in_time_opens_its_report() {
        let now: Timestamp = "2026-11-20T13:00:00Z".parse().unwrap();
        let expires: Timestamp = "2026-11-27T13:00:00Z".parse().unwrap();
        let (org, report): (OrgId, ReportId) = ("org-1".parse().unwrap(), "report-1".parse().unwrap());
        let token = sign(b"key", &org, &report, expires);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)), "{token}");
        assert_eq!(
            verify(b"key", &token, now),
            Some(VerifiedLink { scope: OrgScope::new(org.clone()), report_id: report.clone() })
        );

        assert_eq!(verify(b"key", &token, expires), None, "expired");
        assert_eq!(verify(b"other", &token, now), None, "another key");
        let (_, signature) = token.split_once('.').unwrap();
        let (forged, _) = sign(b"other", &"org-2".parse().unwrap(), &report, expires)
            .split_once('.')
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        for bad in [
            format!("{forged}.{signature}"),
            token[..token.len() - 1].to_owned(),
            format!("{token}A"),
            String::new(),
            ".".to_owned(),
        ] {
            assert_eq!(verify(b"key", &bad, now), None, "{bad}");
        }
    }
}
