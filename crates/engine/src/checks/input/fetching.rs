//! Tools that fetch an address which their caller gives: which they are, and what their answers say about it.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::slots::{Slot, slots};
use crate::checks::subject::is_url;
use crate::probe::Probe;
use crate::snapshot::Tool;
use crate::tool_class::split;

/// Why a check of fetched addresses has no meaning.
pub(crate) const NO_ADDRESS: &str = "no tool takes an address";

/// Parameters that take an address.
pub(crate) fn address_slots(probe: &Probe) -> Vec<Slot<'_>> {
    slots(probe, |_, name, schema| takes_address(name, schema))
}

/// Whether a parameter takes a whole address.
pub(crate) fn takes_address(name: &str, schema: &Value) -> bool {
    let words = split(name);
    let named = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    is_url(name, schema)
        || (named(&["site", "website", "webpage", "feed", "callback", "src"]) && !named(&["name", "id"]))
}

/// Parameters that take an address, or only its host.
pub(crate) fn host_slots(probe: &Probe) -> Vec<Slot<'_>> {
    slots(probe, |_, name, schema| takes_address(name, schema) || takes_host(name))
}

fn takes_host(name: &str) -> bool {
    split(name).iter().any(|word| matches!(word.as_str(), "host" | "hostname" | "domain" | "fqdn" | "ip"))
}

/// An address as a parameter takes it: whole, or as a host. What a tool adds to a host belongs to the query then.
pub(crate) fn as_taken(slot: &Slot<'_>, url: &str) -> String {
    match url.strip_prefix("http://") {
        Some(host) if !takes_address(slot.parameter, slot.schema) => format!("{host}?"),
        _ => url.to_owned(),
    }
}

/// Whether fetching public pages is what the tool is for, by its name and the beginning of its description.
pub(crate) fn is_fetcher(tool: &Tool) -> bool {
    const VERBS: [&str; 10] =
        ["fetch", "fetches", "scrape", "scrapes", "crawl", "crawls", "browse", "download", "downloads", "retrieves"];
    const PLACES: [&str; 12] = [
        "url", "urls", "web", "website", "page", "pages", "webpage", "webpages", "internet", "link", "address", "http",
    ];
    let words = split(&tool.name);
    let said = split(tool.description.as_deref().unwrap_or_default());
    let beginning = said.iter().take(20);
    let has = |known: &[&str]| words.iter().chain(beginning.clone()).any(|word| known.contains(&word.as_str()));
    has(&VERBS) && has(&PLACES)
}

/// Whether a tool says that nothing answered where it connected to.
pub(crate) fn failed_to_connect(text: &str) -> bool {
    static FAILED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)ECONNREFUSED|connection (?:was )?refused|actively refused|all connection attempts failed|failed to (?:establish a new|open a) connection|could ?n[o']t connect to server|ERR_CONNECTION_REFUSED")
            .expect("a constant pattern is valid")
    });
    FAILED.is_match(text) && !was_refused(text)
}

/// Whether a tool says that it does not go there.
fn was_refused(text: &str) -> bool {
    static REFUSED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)not allowed|not permitted|blocked|forbidden|denied|private (?:address|network|ip)|internal (?:address|network)|loopback|disallowed|unsupported|not supported|polic(?:y|ies)|only https?|unknown (?:url type|scheme|protocol)|invalid (?:url|scheme|protocol)|no connection adapters")
            .expect("a constant pattern is valid")
    });
    REFUSED.is_match(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{server, tool};

    #[test]
    fn a_tool_is_a_fetcher_by_its_words() {
        let is = |name: &str, description: &str| is_fetcher(&server(&[tool(name, description, "url")]).tools[0]);
        assert!(is("fetch", "Fetches a URL from the internet and returns it as markdown"));
        assert!(is("scrape_page", "Returns the text of a page"));
        assert!(!is("get_avatar", "Returns the size of an avatar by its address"));
        assert!(!is("fetch_orders", "Fetches the newest orders of a customer"));
    }

    #[test]
    fn a_refused_connection_is_no_refused_address() {
        assert!(failed_to_connect("connect ECONNREFUSED 127.0.0.1:1"));
        assert!(failed_to_connect("[Errno 111] Connection refused"));
        assert!(!failed_to_connect("connection refused: loopback is blocked by policy"));
        assert!(!failed_to_connect("cannot fetch this address"));
    }

    #[test]
    fn addresses_are_recognised_by_name_and_format() {
        let text = json!({"type": "string"});
        assert!(takes_address("image_url", &text) && takes_address("feed", &text));
        assert!(takes_address("where", &json!({"type": "string", "format": "uri"})));
        assert!(!takes_address("site_id", &text) && !takes_address("city", &text));
        assert!(takes_host("target_host") && takes_host("domain") && !takes_host("ship"));
    }
}
