//! Resource addresses that lead to files which the server does not offer.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use super::proof_file::signature;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::resource_at;
use crate::probe::{Answer, Probe, ProbeError};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-011",
    title: "Traversal in resource addresses",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Read only resources that the server offers: resolve the path of the address first, then compare it with the allowed folder.",
    tags: &[Tag::Cwe(22), Tag::McpTop10(5), Tag::Spec("2026-07-28", "Resources: security considerations")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Templates and resources that are tried.
const MOST_TEMPLATES: usize = 3;
const MOST_RESOURCES: usize = 2;
const PLAIN: &str = "file:///etc/os-release";
/// Ways up and out, by their encoding. None begins with a slash, because the value stands behind one.
const WAYS: [(&str, &str); 3] = [
    ("parent", "../../../../../../../../../../../../etc/os-release"),
    ("encoded", "..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fos-release"),
    (
        "encoded-dots",
        "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/os-release",
    ),
];

/// An address to read.
#[derive(Debug, PartialEq, Eq)]
struct Candidate {
    /// Where a finding is.
    location: String,
    name: &'static str,
    uri: String,
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let snapshot = probe.snapshot();
    if snapshot.capabilities.get("resources").is_none()
        && snapshot.resources.is_empty()
        && snapshot.templates.is_empty()
    {
        return Ok(Verdict::not_applicable("the server offers no resources"));
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for candidate in candidates(snapshot) {
        if drafts.iter().any(|draft| draft.location == candidate.location) {
            continue;
        }
        // Twice, so that no accident is a finding.
        let mut proof = None;
        for _ in 0..2 {
            let exchange = match probe.request("resources/read", json!({ "uri": candidate.uri })).send().await {
                Ok(exchange) => exchange,
                Err(_) if !drafts.is_empty() => return Ok(Verdict::Decided(drafts)),
                Err(error) => return Err(error),
            };
            let answer = Answer { exchange };
            proof = answer.texts().into_iter().find_map(|(_, text)| {
                let range = signature(&text)?;
                let sample = Sample::part(text, range, format!("proof-file:{}", candidate.name));
                Some(sample.after(answer.exchange.request.clone(), answer.exchange.status))
            });
            if proof.is_none() {
                break;
            }
        }
        if let Some(sample) = proof {
            let message = "reading a resource returns a system file that the server does not offer";
            drafts.push(
                Draft::new(Severity::High, Confidence::Confirmed, candidate.location, message)
                    .distinct(candidate.name)
                    .sample(sample),
            );
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// Addresses of the proof file: plain, through each variable of a template, and up from where resources are.
fn candidates(snapshot: &Snapshot) -> Vec<Candidate> {
    // What is offered openly may be read.
    let is_offered = |uri: &str| snapshot.resources.iter().any(|resource| resource.uri == uri);
    let mut found = vec![Candidate { location: "method:resources/read".into(), name: "file-uri", uri: PLAIN.into() }];
    for template in snapshot.templates.iter().take(MOST_TEMPLATES) {
        for (name, way) in WAYS {
            let Some(uri) = expanded(&template.uri, way) else { continue };
            found.push(Candidate { location: resource_at(template, ""), name, uri });
        }
    }
    let hierarchical = snapshot.resources.iter().filter(|resource| resource.uri.starts_with("file://"));
    for resource in hierarchical.take(MOST_RESOURCES) {
        let Some((folder, _)) = resource.uri.rsplit_once('/') else { continue };
        for (name, way) in WAYS {
            found.push(Candidate { location: resource_at(resource, ""), name, uri: format!("{folder}/{way}") });
        }
    }
    found.retain(|candidate| !is_offered(&candidate.uri));
    found
}

/// A template with the way in its last variable and a harmless word in the others. Operators are those of RFC 6570.
fn expanded(template: &str, way: &str) -> Option<String> {
    let last = template.rfind('{')?;
    let (before, rest) = template.split_at(last);
    let (variable, after) = rest.strip_prefix('{')?.split_once('}')?;
    let operator = variable.chars().next().filter(|first| "+#./;?&".contains(*first));
    let lead = match operator {
        Some(lead @ ('/' | '.')) => lead.to_string(),
        Some(lead @ (';' | '?' | '&')) => {
            let name = variable[1..].split([',', '*', ':']).next().unwrap_or_default();
            format!("{lead}{name}=")
        }
        _ => String::new(),
    };
    let mut uri = String::new();
    let mut left = before;
    while let Some((literal, rest)) = left.split_once('{') {
        let (_, behind) = rest.split_once('}')?;
        uri.push_str(literal);
        uri.push_str("mcpa");
        left = behind;
    }
    Some(format!("{uri}{left}{lead}{way}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{resource, server};

    #[test]
    fn the_way_stands_in_the_last_variable() {
        let cases = [
            ("note://{name}", Some("note://W")),
            ("file:///srv/{project}/{+path}", Some("file:///srv/mcpa/W")),
            ("files://{user}{/path*}.txt", Some("files://mcpa/W.txt")),
            ("search://all{?query}", Some("search://all?query=W")),
            ("note://today", None),
        ];
        for (template, expected) in cases {
            assert_eq!(expanded(template, "W").as_deref(), expected, "{template}");
        }
    }

    #[test]
    fn what_is_offered_is_not_tried() {
        let mut snapshot = server(&[]);
        assert_eq!(candidates(&snapshot).len(), 1);
        snapshot.resources = vec![resource("release", PLAIN), resource("note", "notes://today")];
        let tried = candidates(&snapshot);
        assert!(tried.iter().all(|candidate| candidate.uri != PLAIN && candidate.uri.starts_with("file:///etc/")));
        snapshot.templates = vec![resource("note", "note://{name}")];
        assert_eq!(candidates(&snapshot)[0].location, "resource:note://{}");
    }
}
