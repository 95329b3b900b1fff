//! What the server says about its authorization: the challenge, the protected-resource metadata, the issuers.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::Value;
use url::{Host, Url};

use super::issuer::{self, Issuer};
use crate::check::Verdict;
use crate::checks::access::{anonymous_lists, was_refused};
use crate::probe::{Probe, ProbeError};
use crate::snapshot::strings;
use crate::wire::{Exchange, jsonrpc};

/// The announcements of a server about its authorization.
#[derive(Debug, Clone, Default)]
pub(crate) struct Discovery {
    /// Whether a request without a credential is refused.
    pub(crate) refuses: bool,
    /// `WWW-Authenticate` of the refusal, as it came.
    pub(crate) challenge: Option<String>,
    /// The protected-resource metadata documents that answered, the one of the challenge first.
    pub(crate) documents: Vec<Document>,
    /// The authorization servers that clients are sent to.
    pub(crate) issuers: Vec<Issuer>,
}

/// A metadata document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// How a location names it: `protected-resource`, `authorization-server`.
    pub(crate) kind: &'static str,
    /// The document; `Null` where it is no JSON.
    pub(crate) value: Value,
    /// The document as it came.
    pub(crate) text: String,
}

impl Document {
    /// The strings of a list, such as `authorization_servers`.
    pub(crate) fn list(&self, field: &str) -> Vec<&str> {
        self.value.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

impl Discovery {
    /// Every scope that the challenge asks for or that the documents offer.
    pub(crate) fn scopes(&self) -> BTreeSet<String> {
        let asked = self.challenge.as_deref().and_then(|challenge| parameter(challenge, "scope")).unwrap_or_default();
        let offered = self.documents.iter().flat_map(|document| document.list("scopes_supported"));
        asked.split_ascii_whitespace().chain(offered).map(str::to_owned).collect()
    }
}

/// The verdict for a server without authorization.
pub(crate) fn without_authorization() -> Verdict {
    Verdict::not_applicable("the server asks for no credential and publishes no authorization metadata")
}

/// The verdict for a server that publishes no resource metadata.
pub(crate) fn without_metadata() -> Verdict {
    Verdict::not_applicable("the server publishes no resource metadata")
}

/// Asks without a credential, then for the documents that the answer and the target's address lead to.
pub(crate) async fn discover(probe: &Probe) -> Result<Discovery, ProbeError> {
    let mut found = Discovery::default();
    for answer in anonymous_lists(probe).await? {
        found.refuses |= was_refused(answer);
        if found.challenge.is_none() && was_refused(answer) {
            found.challenge = answer.header("www-authenticate").map(str::to_owned);
        }
    }
    let Some(target) = probe.snapshot().url.as_deref().and_then(|url| Url::parse(url).ok()) else { return Ok(found) };
    let announced = announced(found.challenge.as_deref());
    for url in places(announced.as_ref(), &target) {
        if let Some(document) = document(probe, &url, announced.as_ref() == Some(&url)).await? {
            let is_known = found.documents.iter().any(|known| known.value == document.value);
            if !is_known {
                found.documents.push(document);
            }
        }
    }
    found.issuers = issuer::ask(probe, &target, &found).await?;
    Ok(found)
}

/// Where a challenge says that the resource metadata is (RFC 9728 section 5.1). Only an address of HTTP is followed,
/// whatever else a client may know how to open.
pub(crate) fn announced(challenge: Option<&str>) -> Option<Url> {
    let url = Url::parse(&parameter(challenge?, "resource_metadata")?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// The places that are asked for resource metadata: the announced one first, then the well-known ones.
pub(crate) fn places(announced: Option<&Url>, target: &Url) -> Vec<Url> {
    let mut places: Vec<Url> = announced.into_iter().cloned().chain(well_known(target)).collect();
    places.dedup();
    places
}

/// A document, if something that looks like one answers.
async fn document(probe: &Probe, url: &Url, announced: bool) -> Result<Option<Document>, ProbeError> {
    let answer = match probe.fetch(url).await {
        Ok(answer) => answer,
        // Refused by our address guard, or nobody there: it is not published for us.
        Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(read(&answer, announced))
}

/// Reads resource metadata. What the challenge announced counts however it looks.
pub(crate) fn read(answer: &Exchange, announced: bool) -> Option<Document> {
    if answer.status != Some(200) {
        return None;
    }
    let text = answer.text();
    let value = jsonrpc::document(&answer.body).unwrap_or_default();
    // A site that answers every path with its start page publishes nothing.
    let is_page = answer.header("content-type").is_some_and(|kind| kind.contains("html"));
    (announced || value.is_object() || !is_page).then(|| Document { kind: "protected-resource", value, text })
}

/// The two places of RFC 9728: with the path of the resource, and of the whole origin.
fn well_known(target: &Url) -> Vec<Url> {
    let path = target.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = target.clone();
        url.set_path(&path);
        url.set_query(None);
        url
    };
    let root = at("/.well-known/oauth-protected-resource".to_owned());
    if path.is_empty() { vec![root] } else { vec![at(format!("/.well-known/oauth-protected-resource{path}")), root] }
}

/// Whether a URL points to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// A parameter of a challenge (RFC 9110): quoted or a token; names ignore case.
pub(crate) fn parameter(challenge: &str, name: &str) -> Option<String> {
    parameters(challenge).into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The parameters of a challenge in order.
pub(crate) fn parameters(challenge: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = challenge;
    while let Some(equals) = rest.find('=') {
        let name = rest[..equals].rsplit([' ', ',', '\t']).next().unwrap_or_default().to_owned();
        let after = &rest[equals + 1..];
        let (value, length) = if let Some(quoted) = after.strip_prefix('"') {
            let mut value = String::new();
            let mut letters = quoted.char_indices();
            let mut length = quoted.len();
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '"' => {
                        length = at + 1;
                        break;
                    }
                    '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
                    other => value.push(other),
                }
            }
            (value, length + 1)
        } else {
            let length = after.find([',', ' ']).unwrap_or(after.len());
            (after[..length].to_owned(), length)
        };
        found.push((name, value));
        rest = after.get(length..).unwrap_or_default();
    }
    found
}

/// Every value in challenge and metadata that is an address: where it stands, and the text as it came.
pub(crate) fn addresses(found: &Discovery) -> Vec<(String, String)> {
    let mut addresses = Vec::new();
    for (name, value) in found.challenge.as_deref().map(parameters).unwrap_or_default() {
        if matches!(
            name.to_ascii_lowercase().as_str(),
            "resource_metadata" | "error_uri" | "authorization_uri" | "resource"
        ) {
            addresses.push((format!("oauth:challenge#{name}"), value));
        }
    }
    for document in found.documents.iter().chain(found.issuers.iter().filter_map(Issuer::metadata)) {
        let is_key = |pointer: &str, text: &str| pointer.rsplit('/').next() == Some(text);
        for (pointer, text) in strings(&document.value).into_iter().filter(|(pointer, text)| !is_key(pointer, text)) {
            let field = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
            if is_address_field(field) {
                addresses.push((format!("oauth:{}#{field}", document.kind), text.to_owned()));
            }
        }
    }
    addresses
}

fn is_address_field(field: &str) -> bool {
    matches!(field, "resource" | "authorization_servers" | "issuer")
        || ["_endpoint", "_uri", "_url", "_documentation"].iter().any(|suffix| field.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let challenge = r#"Bearer realm="a, b", error=invalid_token, resource_metadata="https://x.example/.well-known/a?b=c", scope="a \"b\"""#;
        assert_eq!(parameter(challenge, "Resource_Metadata").as_deref(), Some("https://x.example/.well-known/a?b=c"));
        assert_eq!(parameter(challenge, "error").as_deref(), Some("invalid_token"));
        assert_eq!(parameter(challenge, "scope").as_deref(), Some("a \"b\""));
        assert_eq!(parameter("Bearer", "scope"), None);
        assert_eq!(parameter("Bearer scope=\"", "scope").as_deref(), Some(""));
    }

    #[test]
    fn only_addresses_of_http_are_followed() {
        let followed = |url: &str| announced(Some(&format!("Bearer resource_metadata=\"{url}\""))).map(String::from);
        assert_eq!(followed("https://x.example/a").as_deref(), Some("https://x.example/a"));
        for other in ["file:///etc/hosts", "ftp://x.example/a", "javascript:alert(1)", "/a", ""] {
            assert_eq!(followed(other), None, "{other}");
        }
        assert_eq!(announced(None), None);
    }

    #[test]
    fn well_known_places_follow_the_path() {
        let places = |url: &str| {
            well_known(&url.parse().expect("a URL")).into_iter().map(|url| url.path().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            places("https://x.example/a/mcp/"),
            ["/.well-known/oauth-protected-resource/a/mcp", "/.well-known/oauth-protected-resource"]
        );
        assert_eq!(places("https://x.example"), ["/.well-known/oauth-protected-resource"]);
    }
}
