//! Reads what a server and its issuer publish about authorization, by the functions that the checks of it use.

use std::time::Duration;

use bytes::Bytes;
use detect::evidence::EvidenceKey;
use detect::evidence::Masker;
use serde_json::Value;
use url::Url;

use super::{assert_shown, depth, parted};
use crate::check::Verdict;
use crate::checks::oauth::discovery::{self, Discovery};
use crate::checks::oauth::issuer::{self, Issuer, Place, Published};
use crate::checks::oauth::{
    broken_metadata, issuer_mismatch, no_discovery, obsolete_grants, omnibus_scopes, other_resource, unnamed_issuer,
    unsafe_issuer, weak_code_protection, weaponised_url,
};
use crate::wire::{Exchange, jsonrpc};

/// The server that is tested.
const TARGET: &str = "https://mcp.example.com/team/mcp";
/// Issuers and well-known places of each that may be asked.
const MOST_ISSUERS: usize = 3;
const MOST_PLACES: usize = 3;

/// Reads a challenge (RFC 6750, RFC 9728), resource metadata (RFC 9728) and the metadata of its issuers (RFC 8414), with
/// an empty line between them.
///
/// # Panics
/// Where anything but an address of HTTP would be asked, an issuer would be asked elsewhere than at its own host or with
/// user information, more would be asked than is allowed, or a check marks what is no part of its text.
pub fn oauth(bytes: &[u8]) {
    let (challenge, documents) = parted(bytes);
    let (resource, metadata) = parted(documents);
    let challenge = String::from_utf8_lossy(challenge).into_owned();
    let target = Url::parse(TARGET).expect("a constant URL");

    let read: usize = discovery::parameters(&challenge).iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(read <= challenge.len(), "{read} bytes of parameters in {challenge:?}");
    let announced = discovery::announced(Some(&challenge));
    for url in discovery::places(announced.as_ref(), &target) {
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(announced.as_ref() == Some(&url) || url.origin() == target.origin(), "{url}");
    }
    let document = discovery::read(&answered(resource), announced.is_some());
    assert!(document.iter().all(|document| depth(&document.value) <= jsonrpc::MAX_DEPTH));
    let mut found = Discovery {
        refuses: true,
        challenge: Some(challenge),
        documents: document.into_iter().collect(),
        ..Discovery::default()
    };
    found.issuers = issuer::identifiers(&found).into_iter().map(|identifier| published(identifier, metadata)).collect();
    assert!(found.issuers.len() <= MOST_ISSUERS);
    judge(&found, &target);
}

/// An answer of success.
fn answered(body: &[u8]) -> Exchange {
    let mut answer = Exchange::silent("GET".to_owned(), None, Duration::ZERO);
    answer.status = Some(200);
    answer.truncated = None;
    answer.body = Bytes::copy_from_slice(body);
    answer
}

/// An issuer that publishes this wherever it is asked.
fn published(identifier: &str, metadata: &[u8]) -> Issuer {
    let places = issuer::places(identifier);
    assert!(places.len() <= MOST_PLACES, "{identifier:?}");
    for place in &places {
        let named = Url::parse(identifier).expect("an issuer that is asked");
        assert!(place.scheme() == "https" || place.scheme() == "http" && discovery::is_loopback(place), "{place}");
        assert!(place.username().is_empty() && place.password().is_none(), "{place}");
        assert_eq!(place.origin(), named.origin(), "{identifier:?}");
    }
    let published = match issuer::read(&answered(metadata)) {
        _ if places.is_empty() => Published::NotAsked,
        Place::Metadata(document) => {
            assert!(depth(&document.value) <= jsonrpc::MAX_DEPTH);
            Published::Metadata { document, is_openid: metadata.len() % 2 == 1 }
        }
        Place::Nothing => Published::Nowhere,
        Place::Unclear(reason) => Published::Unclear(reason),
    };
    let issuer = Issuer { identifier: identifier.to_owned(), is_named: true, published };
    let fields = issuer.metadata().and_then(|metadata| metadata.value.as_object()).into_iter().flatten();
    for endpoint in fields.filter_map(|(field, _)| issuer.endpoint(field)) {
        let named = Url::parse(identifier).expect("an issuer that is asked");
        assert!(matches!(endpoint.scheme(), "http" | "https") && issuer::same_site(&endpoint, &named), "{endpoint}");
    }
    issuer
}

/// Every check that judges what was published without asking anybody.
fn judge(found: &Discovery, target: &Url) {
    let masker = Masker::new(EvidenceKey([7; 32]));
    let verdicts = [
        no_discovery::judge(found),
        broken_metadata::judge(found),
        other_resource::judge(found, target),
        unsafe_issuer::judge(found, false),
        unsafe_issuer::judge(found, true),
        issuer_mismatch::judge(&found.issuers),
        weak_code_protection::judge(found),
        weaponised_url::judge(found),
        obsolete_grants::judge(found, Some(target)),
        unnamed_issuer::judge(found),
        omnibus_scopes::judge(found),
    ];
    for verdict in verdicts {
        let Verdict::Decided(drafts) = verdict else { continue };
        assert_shown(&drafts, &masker);
    }
    let texts = found.documents.iter().map(|document| &document.value).filter(|value| value.is_object());
    let members = texts.filter_map(Value::as_object).flatten();
    let values: usize = members.map(|(field, value)| field.len() + value.to_string().len()).sum();
    let asked = found.challenge.as_deref().map_or(0, str::len);
    let scopes: usize = found.scopes().iter().map(String::len).sum();
    assert!(scopes <= values + asked, "{scopes} bytes of scopes");
}
