//! What a server tells about the network and the machine that it runs on.

use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use super::internals;
use super::outputs::{Output, nothing_called, outputs};
use crate::capability::tags;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::transport::private::{is_private, is_private_address};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-005",
    title: "Topology leaked",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Strip addresses, host names and folders of the inside from results and errors; log them instead.",
    tags: &[Tag::Cwe(497), Tag::McpTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let peer = probe.benign_calls().await?.iter().find_map(|call| call.answer.exchange.peer);
    if is_private(probe.snapshot(), peer) {
        return Ok(Verdict::not_applicable("the server itself is private: who reaches it is inside already"));
    }
    let outputs = outputs(probe).await?;
    if outputs.is_empty() {
        return Ok(nothing_called());
    }
    // What strangers write about their networks says nothing of this one.
    let quotes_others = |output: &Output| {
        let tools = probe.snapshot().tools.iter().filter(|tool| tags(tool).u);
        tools.into_iter().any(|tool| output.location.starts_with(&tool.at("")))
    };
    Ok(outputs.iter().filter(|output| !quotes_others(output)).flat_map(leaks).collect())
}

fn leaks(output: &Output) -> Vec<Draft> {
    // A stack trace is reported as one, with the folders in it.
    if output.is_error && internals::scan(&output.text).is_some() {
        return Vec::new();
    }
    let draft = |(kind, matched): (&'static str, Range<usize>)| {
        let message = match kind {
            "address" => "an answer names an address of a private network",
            "host" => "an answer names a host of an internal network",
            _ => "an answer names a home directory of the machine that the server runs on",
        };
        // The whole tool is the place: which member of which answer shows it changes with every call.
        let location = output.item();
        let sample = Sample::part(output.text.clone(), matched, format!("topology:{kind}"));
        Draft::new(Severity::Low, Confidence::Confirmed, location, message)
            .distinct(kind)
            .sample(sample.after(output.request.clone(), output.status))
    };
    topology(&output.text, &output.request).into_iter().map(draft).collect()
}

/// Documented names and addresses that stand in examples everywhere, and say nothing of a network.
const KNOWN: [&str; 12] = [
    "host.docker.internal",
    "gateway.docker.internal",
    "kubernetes.docker.internal",
    "metadata.google.internal",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "192.168.0.1",
    "192.168.1.1",
    "192.168.1.100",
    "10.0.0.1",
    "172.17.0.1",
    "10.96.0.1",
];
/// Names of users that stand in examples.
const NOBODY: [&str; 14] = [
    "user",
    "username",
    "you",
    "your-name",
    "yourname",
    "your-username",
    "me",
    "name",
    "example",
    "john",
    "jane",
    "alice",
    "bob",
    "shared",
];

/// Places of the inside in a text: of each kind the first that was not sent by us.
fn topology(text: &str, sent: &str) -> Vec<(&'static str, Range<usize>)> {
    // A name or a number with dots is a place where something connects to it: in a URL, behind a word, before a port.
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        let context = r#"(?:[a-z][a-z0-9+.-]*://(?:[^\s/@]*@)?|@|\b(?:host|hostname|server|node|upstream|backend|pod|address|addr|dns|ip|connect to|connected to|connecting to|connection to|lookup|resolve|resolving|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|dial tcp)["'`\s:=]{1,6})"#;
        let place = r"(?P<place>\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+(?:svc\.cluster\.local|internal|local|svc))";
        Regex::new(&format!(r"(?i)(?P<context>{context})?\b{place}(?P<port>:\d{{2,5}}\b)?"))
            .expect("a constant pattern is valid")
    });
    // The home directories of any machine, not of one: by convention of Unix, macOS, Windows and the superuser.
    static HOME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[\s"'`(=:,\[]|file://)(?P<place>(?:/(?:home|Users)/(?P<unix>[A-Za-z0-9._-]{1,32})/|[A-Za-z]:\\{1,2}Users\\{1,2}(?P<windows>[A-Za-z0-9._-]{1,32})\\|/root/)[\w.~-])"#)
            .expect("a constant pattern is valid")
    });
    let is_new = |place: &str| !sent.contains(place) && !KNOWN.contains(&place.to_ascii_lowercase().as_str());
    let places = PLACE.captures_iter(text).filter_map(|found| {
        let place = found.name("place")?;
        let is_connected = found.name("context").is_some() || found.name("port").is_some();
        if !is_connected || goes_on(&text[place.end()..]) || !is_new(place.as_str()) {
            return None;
        }
        let kind = match place.as_str().parse::<Ipv4Addr>() {
            Ok(address) if is_private_address(address.into()) && !is_everywhere(address) => "address",
            Err(_) if place.as_str().bytes().any(|byte| byte.is_ascii_alphabetic()) => "host",
            _ => return None,
        };
        Some((kind, place.range()))
    });
    let homes = HOME.captures_iter(text).filter_map(|found| {
        let place = found.name("place")?;
        let user = found.name("unix").or_else(|| found.name("windows")).map_or("root", |user| user.as_str());
        (!NOBODY.contains(&user.to_ascii_lowercase().as_str()) && !sent.contains(place.as_str()))
            .then(|| ("home", place.range()))
    });
    let mut found: Vec<(&'static str, Range<usize>)> = Vec::new();
    for (kind, range) in places.chain(homes) {
        if !found.iter().any(|(known, _)| *known == kind) {
            found.push((kind, range));
        }
    }
    found
}

/// Whether what looked like the end of a name or number is none: `10.0.0.0/8`, `settings.local.json`.
fn goes_on(rest: &str) -> bool {
    let mut letters = rest.chars();
    match letters.next() {
        Some('.') => letters.next().is_some_and(char::is_alphanumeric),
        Some('/') => letters.next().is_some_and(|letter| letter.is_ascii_digit()),
        Some(letter) => letter.is_alphanumeric() || matches!(letter, '-' | '_' | '('),
        None => false,
    }
}

/// Addresses that every machine has.
fn is_everywhere(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_unspecified() || address.is_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::output;

    #[test]
    fn places_of_the_inside_are_told_from_examples_and_code() {
        let kinds = |text: &str| {
            topology(text, "get_page: sent.internal").into_iter().map(|(kind, _)| kind).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("connect ECONNREFUSED 10.12.0.7:5432", "address"),
            ("upstream: 172.20.4.9 answered", "address"),
            ("answered by http://orders.prod.internal/v2", "host"),
            ("ENOTFOUND db-2.payments.svc.cluster.local", "host"),
            ("postgres://app@ledger.local:5432/main", "host"),
            ("read from /home/deploy/notes/today.txt", "home"),
            ("C:\\Users\\mkuhn\\notes.txt is missing", "home"),
        ] {
            assert_eq!(kinds(text), [expected], "{text}");
        }
        for innocent in [
            "version 10.12.0.7 is the newest",
            "the range 10.0.0.0/8 is private; host 10.0.0.0/8",
            "see http://192.168.1.1 for the settings of a router",
            "add host.docker.internal:8080 to your hosts",
            "edit .claude/settings.local.json; server settings.local.json",
            "com.vendor.internal.Parser",
            "server at 93.184.215.14:443 and 127.0.0.1:80",
            "there is no page at http://sent.internal/",
            "put it into /home/user/.config/app.toml",
            "see https://vendor.dev/home/news/today",
        ] {
            assert!(kinds(innocent).is_empty(), "{innocent}: {:?}", kinds(innocent));
        }
    }

    #[test]
    fn a_trace_is_reported_elsewhere() {
        let trace = "Traceback (most recent call last):\n  File \"/home/deploy/server.py\", line 3";
        let error = Output { is_error: true, ..output(trace) };
        assert!(leaks(&error).is_empty());
        let found = leaks(&output("dial tcp 10.3.4.5:9000: timeout"));
        assert_eq!((found[0].location.as_str(), found[0].severity), ("tool:get", Severity::Low));
    }
}
