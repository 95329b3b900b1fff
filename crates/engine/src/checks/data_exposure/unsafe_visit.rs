//! Addresses that a server asks its user to open, and that are not safe to open.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret;
use regex::Regex;
use serde_json::Value;
use url::{Host, Url};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::questions::dialog;
use crate::probe::{Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-014",
    title: "Unsafe elicitation URL",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Send the user to a clean https address of your own, and find out there who they are and what they may.",
    tags: &[
        Tag::Cwe(598),
        Tag::Cwe(601),
        Tag::Agentic(9),
        Tag::Spec("2026-07-28", "Elicitation: URL mode, safe URL handling"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let dialog = match dialog(probe).await? {
        Ok(dialog) => dialog,
        Err(verdict) => return Ok(verdict),
    };
    let visits = dialog.questions.iter().filter(|question| question.method == "elicitation/create");
    let drafts = visits.flat_map(|question| {
        let address = question.params.get("url").and_then(Value::as_str);
        address.into_iter().flat_map(move |address| {
            dangers(address, probe.snapshot().loopback).into_iter().map(move |(kind, (severity, message))| {
                let sample = Sample::whole(address, format!("visit:{kind}"));
                Draft::new(severity, Confidence::Confirmed, format!("{}#/url", question.location), message)
                    .distinct(kind)
                    .sample(sample.after(question.request.clone(), question.status))
            })
        })
    });
    Ok(drafts.collect())
}

/// What is not safe about an address.
fn dangers(address: &str, is_local: bool) -> BTreeMap<&'static str, (Severity, &'static str)> {
    use Severity::{High, Medium};
    let mut found = BTreeMap::new();
    let Ok(url) = Url::parse(address) else {
        found.insert("scheme", (Medium, "the user is asked to open something that is no address"));
        return found;
    };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    // Who develops on one machine sends nobody anywhere.
    if is_local && is_loopback && matches!(url.scheme(), "http" | "https") {
        return found;
    }
    match url.scheme() {
        "https" => {}
        "http" => drop(found.insert("clear-text", (Medium, "the user is asked to open an address without encryption"))),
        _ => drop(found.insert("scheme", (Medium, "the user is asked to open an address that is none of the web"))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        found.insert("user-info", (Medium, "the address that the user is asked to open holds user information"));
    }
    match url.host() {
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
            found.insert(
                "ip-literal",
                (Medium, "the address that the user is asked to open names a number, not a host"),
            );
        }
        Some(Host::Domain(name)) if is_look_alike(name) => {
            let message = "the host that the user is asked to visit imitates another one with letters that look alike";
            found.insert("look-alike", (Medium, message));
        }
        _ => {}
    }
    if !secret::scan(address).is_empty() || url.query_pairs().any(|(name, value)| logs_in(&name, &value)) {
        let message = "the address that the user is asked to open logs in whoever opens it";
        found.insert("pre-authenticated", (High, message));
    } else if url.query_pairs().any(|(name, value)| is_session(&name, &value)) {
        found.insert("token", (Medium, "the address that the user is asked to open holds a session in its query"));
    }
    if url.query_pairs().any(|(_, value)| is_mail(&value)) {
        found.insert(
            "e-mail",
            (Medium, "the address that the user is asked to open holds an e-mail address in its query"),
        );
    }
    found
}

/// Whether a host in punycode reads like one in ASCII. Names of other languages do not.
fn is_look_alike(host: &str) -> bool {
    host.split('.').filter(|label| label.starts_with("xn--")).any(|label| {
        let (shown, valid) = idna::domain_to_unicode(label);
        valid.is_err() || unicode_security::skeleton(&shown).all(|letter| letter.is_ascii())
    })
}

/// Whether a parameter of a query is a credential by itself. Parameters of OAuth that only name a request are none.
fn logs_in(name: &str, value: &str) -> bool {
    const CREDENTIALS: [&str; 10] =
        ["token", "jwt", "auth", "magic", "otp", "ticket", "password", "secret", "apikey", "signin"];
    const NONE: [&str; 6] = ["csrf", "xsrf", "challenge", "type", "method", "uri"];
    let words = split(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    value.len() >= 6 && has(&CREDENTIALS) && !has(&NONE)
}

fn is_session(name: &str, value: &str) -> bool {
    value.len() >= 8 && split(name).iter().any(|word| matches!(word.as_str(), "session" | "sid" | "sessionid"))
}

fn is_mail(value: &str) -> bool {
    static MAIL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+$").expect("a constant pattern is valid"));
    MAIL.is_match(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_scheme_host_and_query() {
        let kinds = |address: &str| dangers(address, true).into_keys().collect::<Vec<_>>();
        for (address, expected) in [
            ("http://login.weather-data.io/start", "clear-text"),
            ("javascript:alert(1)", "scheme"),
            ("https://desk@login.weather-data.io/", "user-info"),
            ("https://203.0.113.7/login", "ip-literal"),
            // The second letter is Cyrillic.
            ("https://p\u{430}ypal.com/login", "look-alike"),
            ("https://login.weather-data.io/?access_token=Zx81kk20fj37", "pre-authenticated"),
            ("https://login.weather-data.io/?session=Zx81kk20fj37", "token"),
            ("https://login.weather-data.io/?login_hint=mara%40orchard.dev", "e-mail"),
        ] {
            assert_eq!(kinds(address), [expected], "{address}");
        }
        for innocent in [
            "https://login.weather-data.io/connect?elicitation=6d637061-0000-4000-8000-000000000000",
            "https://login.weather-data.io/authorize?response_type=code&client_id=a&state=Zx81kk20fj37&code_challenge=Zx81kk20fj37Zx81",
            "https://m\u{fc}nchen.example/start",
            "http://localhost:8080/start",
            "http://127.0.0.1:8080/start?token=development",
        ] {
            assert!(kinds(innocent).is_empty(), "{innocent}: {:?}", kinds(innocent));
        }
        assert_eq!(dangers("http://localhost:8080/start", false).into_keys().collect::<Vec<_>>(), ["clear-text"]);
    }
}
