//! The authorization servers that a server sends its clients to, and what they publish about themselves.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use url::Url;

use super::discovery::{Discovery, Document, is_loopback, without_authorization};
use crate::check::Verdict;
use crate::checks::description::foreign_sink::registrable;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;
use crate::wire::jsonrpc::{self, Unreadable};

/// How many issuers are asked for their metadata.
const ISSUERS: usize = 3;
/// Why a document is not read.
const TOO_LARGE: &str = "what it publishes is longer, deeper or wider than metadata ever is";
/// How long one of them may take for all of its well-known places.
const ASKING: Duration = Duration::from_secs(10);

/// An authorization server.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    /// Its identifier, as the resource metadata has it.
    pub(crate) identifier: String,
    /// Whether resource metadata names it. Clients of 2025-03-26 take the server's own origin where nothing does.
    pub(crate) is_named: bool,
    /// What it publishes.
    pub(crate) published: Published,
}

/// What an issuer publishes about itself.
#[derive(Debug, Clone)]
pub(crate) enum Published {
    /// Metadata.
    Metadata {
        /// The first document that a client finds.
        document: Document,
        /// Whether it was found only where OpenID Connect has it.
        is_openid: bool,
    },
    /// Every well-known place answers, and none with metadata.
    Nowhere,
    /// It could not be found out, and why not.
    Unclear(String),
    /// Nothing that any client should ask: its identifier is no https URL.
    NotAsked,
}

impl Issuer {
    /// The document that it publishes.
    pub(crate) fn metadata(&self) -> Option<&Document> {
        match &self.published {
            Published::Metadata { document, .. } => Some(document),
            _ => None,
        }
    }

    /// What tells it from other issuers of the same server, and stays the same between runs: host and path.
    pub(crate) fn key(&self) -> String {
        match Url::parse(&self.identifier) {
            Ok(url) => format!("{}{}", url.host_str().unwrap_or_default(), url.path().trim_end_matches('/')),
            Err(_) => self.identifier.clone(),
        }
    }

    /// Whether it belongs to another organisation than a URL: a shared provider of identities, whose metadata tells what
    /// it can do for any of its customers.
    pub(crate) fn is_shared_with(&self, url: &Url) -> bool {
        Url::parse(&self.identifier).is_ok_and(|issuer| !same_site(&issuer, url))
    }

    /// An address that it publishes and that may be asked: https, or http on this machine, within its own organisation.
    pub(crate) fn endpoint(&self, field: &str) -> Option<Url> {
        let published = self.metadata()?.value.get(field)?.as_str()?;
        let issuer = Url::parse(&self.identifier).ok()?;
        Url::parse(published).ok().filter(|url| may_be_asked(url) && same_site(url, &issuer))
    }

    /// Whether people log in there, by the authorization code flow. Those that only serve machines need no protection
    /// of codes.
    pub(crate) fn issues_codes(&self) -> bool {
        let Some(metadata) = self.metadata() else { return false };
        let is_listed = match metadata.value.get("grant_types_supported").and_then(Value::as_array) {
            Some(grants) => grants.iter().any(|grant| grant == "authorization_code"),
            // Left out, it means the code flow and the implicit one (RFC 8414 section 2).
            None => true,
        };
        is_listed && metadata.value.get("authorization_endpoint").is_some_and(Value::is_string)
    }
}

/// The issuers with metadata; a verdict where there are none.
pub(crate) fn published(found: &Discovery) -> Result<Vec<(&Issuer, &Document)>, Verdict> {
    if !found.refuses && found.documents.is_empty() {
        return Err(without_authorization());
    }
    let with_metadata = |issuer| Some((issuer, Issuer::metadata(issuer)?));
    let issuers: Vec<_> = found.issuers.iter().filter_map(with_metadata).collect();
    if !issuers.is_empty() {
        return Ok(issuers);
    }
    let unclear = found.issuers.iter().find_map(|issuer| match &issuer.published {
        Published::Unclear(reason) => Some(reason),
        _ => None,
    });
    Err(match unclear {
        Some(reason) => unreadable(reason),
        None => Verdict::not_applicable("no authorization server that the server names publishes metadata"),
    })
}

/// The verdict where an issuer could not be asked.
pub(crate) fn unreadable(reason: &str) -> Verdict {
    Verdict::not_assessed(format!("the metadata of the authorization server could not be read: {reason}"))
}

/// Asks the issuers that the resource metadata names, side by side; the server's own origin where it names none.
pub(crate) async fn ask(probe: &Probe, target: &Url, found: &Discovery) -> Result<Vec<Issuer>, ProbeError> {
    let asked = join_all(identifiers(found).into_iter().map(|identifier| issuer(probe, identifier))).await;
    let mut issuers = asked.into_iter().collect::<Result<Vec<Issuer>, ProbeError>>()?;
    let is_old = probe.eras().iter().any(|era| !era.modern);
    if found.documents.is_empty() && found.refuses && is_old {
        let own = issuer(probe, &target.origin().ascii_serialization()).await?;
        if own.metadata().is_some() {
            issuers.push(Issuer { is_named: false, ..own });
        }
    }
    Ok(issuers)
}

/// The issuers that are asked, of those that the resource metadata names.
pub(crate) fn identifiers(found: &Discovery) -> Vec<&str> {
    let mut identifiers: Vec<&str> = Vec::new();
    for identifier in found.documents.iter().flat_map(|document| document.list("authorization_servers")) {
        if !identifiers.contains(&identifier) && identifiers.len() < ISSUERS {
            identifiers.push(identifier);
        }
    }
    identifiers
}

/// The places at which an issuer is asked; none where its identifier is nothing that a client should ask.
pub(crate) fn places(identifier: &str) -> Vec<Url> {
    let issuer = Url::parse(identifier).ok().filter(may_be_asked);
    issuer.map(|issuer| well_known(&issuer)).unwrap_or_default()
}

async fn issuer(probe: &Probe, identifier: &str) -> Result<Issuer, ProbeError> {
    let places = places(identifier);
    let published = if places.is_empty() {
        Published::NotAsked
    } else {
        match tokio::time::timeout(ASKING, look(probe, places)).await {
            Ok(published) => published?,
            Err(_) => Published::Unclear(format!("no answer within {ASKING:?}")),
        }
    };
    Ok(Issuer { identifier: identifier.to_owned(), is_named: true, published })
}

async fn look(probe: &Probe, places: Vec<Url>) -> Result<Published, ProbeError> {
    let mut unclear = None;
    for url in places {
        let answer = match probe.ask_issuer(outbound::Request::get(url.clone()), &url).await {
            Ok(answer) => answer,
            // Refused by our address guard, or nobody there; the other places are on the same host.
            Err(error @ (ProbeError::Unreachable(_) | ProbeError::Timeout(_))) => {
                return Ok(Published::Unclear(error.to_string()));
            }
            Err(error) => return Err(error),
        };
        match read(&answer) {
            Place::Metadata(document) => {
                return Ok(Published::Metadata { document, is_openid: url.path().contains("openid-configuration") });
            }
            Place::Nothing => {}
            Place::Unclear(reason) => unclear = Some(reason),
        }
    }
    Ok(unclear.map_or(Published::Nowhere, Published::Unclear))
}

/// What one well-known place says.
pub(crate) enum Place {
    /// Metadata.
    Metadata(Document),
    /// Nothing about the issuer.
    Nothing,
    /// Something that is not read, and why not.
    Unclear(String),
}

/// Reads what a well-known place answers.
pub(crate) fn read(answer: &Exchange) -> Place {
    match answer.status {
        _ if answer.truncated.is_some() => Place::Unclear(TOO_LARGE.to_owned()),
        Some(200) => match jsonrpc::document(&answer.body) {
            Ok(value) if is_metadata(&value) => {
                Place::Metadata(Document { kind: "authorization-server", text: answer.text(), value })
            }
            Err(Unreadable::Over(_)) => Place::Unclear(TOO_LARGE.to_owned()),
            _ => Place::Nothing,
        },
        Some(300..=399) => Place::Unclear("it sends on to another address, which is not followed".to_owned()),
        // Guards in front of an issuer refuse auditors in these ways, which says nothing about what others see.
        Some(status @ (403 | 408 | 425 | 429 | 500..)) => Place::Unclear(format!("it answers with status {status}")),
        _ => Place::Nothing,
    }
}

fn is_metadata(value: &Value) -> bool {
    ["issuer", "authorization_endpoint", "token_endpoint"]
        .iter()
        .any(|field| value.get(field).is_some_and(Value::is_string))
}

/// The places where an issuer publishes its metadata, in the order of the MCP specification: RFC 8414, then OpenID
/// Connect with the path behind and before the well-known part.
fn well_known(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = issuer.clone();
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    let mut places = vec![
        at(format!("/.well-known/oauth-authorization-server{path}")),
        at(format!("/.well-known/openid-configuration{path}")),
        at(format!("{path}/.well-known/openid-configuration")),
    ];
    places.dedup();
    places
}

/// Whether an address is one that a client would ask: https, or http on this machine, without user information.
fn may_be_asked(url: &Url) -> bool {
    let is_anonymous = url.username().is_empty() && url.password().is_none();
    is_anonymous && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
}

/// Whether two addresses belong to one organisation: the same host, or names below the same registered one.
pub(crate) fn same_site(one: &Url, other: &Url) -> bool {
    match (one.host(), other.host()) {
        (Some(url::Host::Domain(one)), Some(url::Host::Domain(other))) => registrable(one) == registrable(other),
        (one, other) => one.is_some() && one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{answered, issuer};
    use crate::wire::Cap;

    #[test]
    fn places_follow_the_path_of_the_issuer() {
        let places = |issuer: &str| -> Vec<String> {
            well_known(&issuer.parse().expect("a URL")).iter().map(|url| url.path().to_owned()).collect()
        };
        assert_eq!(
            places("https://login.example/tenants/a/"),
            [
                "/.well-known/oauth-authorization-server/tenants/a",
                "/.well-known/openid-configuration/tenants/a",
                "/tenants/a/.well-known/openid-configuration",
            ]
        );
        let root = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
        assert_eq!(places("https://login.example"), root);
        assert_eq!(places("https://login.example/?tenant=a#b"), root);
    }

    #[test]
    fn hostile_and_foreign_documents_are_no_metadata() {
        let kind = |status: u16, body: &str| match read(&answered(status, body)) {
            Place::Metadata(_) => "metadata",
            Place::Nothing => "nothing",
            Place::Unclear(_) => "unclear",
        };
        assert_eq!(kind(200, r#"{"issuer": "https://login.example"}"#), "metadata");
        assert_eq!(kind(200, "\u{feff}{\"token_endpoint\": \"https://login.example/token\"}"), "metadata");
        for nothing in ["<html>", "[]", "\"issuer\"", r#"{"error": "not found"}"#, r#"{"issuer": ["a"]}"#] {
            assert_eq!(kind(200, nothing), "nothing", "{nothing}");
        }
        let deep = format!(r#"{{"issuer": "https://login.example", "a": {}{}}}"#, "[".repeat(100), "]".repeat(100));
        let wide = format!(r#"{{"issuer": "https://login.example", "a": [{}0]}}"#, "0,".repeat(200_000));
        assert_eq!((kind(200, &deep), kind(200, &wide)), ("unclear", "unclear"));
        let cut = Exchange { truncated: Some(Cap::Message), ..answered(200, r#"{"issuer": "https://login.example"}"#) };
        assert!(matches!(read(&cut), Place::Unclear(_)));
        assert_eq!(kind(404, r#"{"issuer": "https://login.example"}"#), "nothing");
        for status in [302, 307, 403, 429, 503] {
            assert_eq!(kind(status, ""), "unclear", "{status}");
        }
    }

    #[test]
    fn only_plain_addresses_of_its_own_organisation_are_asked() {
        let endpoint = |address: Value| {
            issuer("https://login.example.com/a", json!({"registration_endpoint": address}))
                .endpoint("registration_endpoint")
                .map(String::from)
        };
        assert_eq!(endpoint(json!("https://api.example.com/r")).as_deref(), Some("https://api.example.com/r"));
        for refused in [
            json!("https://other.example/r"),
            json!("https://user:word@login.example.com/r"),
            json!("http://login.example.com/r"),
            json!("http://127.0.0.1:9000/r"),
            json!("/r"),
            json!(["https://login.example.com/r"]),
            json!(7),
        ] {
            assert_eq!(endpoint(refused.clone()), None, "{refused}");
        }
    }

    #[test]
    fn machines_need_no_codes() {
        let people = |value: Value| issuer("https://login.example.com", value).issues_codes();
        assert!(people(json!({"authorization_endpoint": "https://login.example.com/a"})));
        assert!(!people(json!({"token_endpoint": "https://login.example.com/t"})));
        let machines = json!({"authorization_endpoint": "https://login.example.com/a", "grant_types_supported": ["client_credentials"]});
        assert!(!people(machines));
    }
}
