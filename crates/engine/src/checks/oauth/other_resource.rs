//! Metadata that speaks for another server, by which clients would send their tokens to the wrong one.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;
use url::Url;

use super::discovery::{Discovery, without_metadata};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-003",
    title: "Metadata names another resource",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Set `resource` to the exact URL under which clients reach the server, and serve the document from the same origin.",
    tags: &[Tag::Cwe(346), Tag::McpTop10(7), Tag::Other("RFC 9728 section 3.3")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(target) = probe.snapshot().url.as_deref().and_then(|url| Url::parse(url).ok()) else {
        return Ok(Verdict::not_assessed("the target has no URL"));
    };
    Ok(judge(discovery(probe).await?, &target))
}

/// The verdict on what was published for a target.
pub(crate) fn judge(found: &Discovery, target: &Url) -> Verdict {
    if found.documents.is_empty() {
        return without_metadata();
    }
    let draft = |resource: &str| {
        let message = "the resource metadata names a resource that is not this server";
        Draft::new(Severity::High, Confidence::Confirmed, "oauth:protected-resource#resource", message)
            .sample(Sample::whole(resource, "oauth:resource"))
    };
    let resources =
        found.documents.iter().filter_map(|document| document.value.get("resource").and_then(Value::as_str));
    resources.filter(|resource| !covers(resource, target)).map(draft).collect()
}

/// Whether a resource identifier is the target, a path above it, or its whole origin.
pub(super) fn covers(resource: &str, target: &Url) -> bool {
    let Ok(resource) = Url::parse(resource) else { return false };
    // The parser drops default ports and lower-cases hosts.
    if resource.origin() != target.origin() {
        return false;
    }
    let (above, path) = (resource.path().trim_end_matches('/'), target.path().trim_end_matches('/'));
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_its_origin_and_paths_above_are_covered() {
        let target: Url = "https://x.example/a/mcp".parse().expect("a URL");
        for resource in
            ["https://x.example/a/mcp", "https://X.example:443/a/mcp/", "https://x.example", "https://x.example/a"]
        {
            assert!(covers(resource, &target), "{resource}");
        }
        for resource in [
            "http://x.example/a/mcp",
            "https://y.example/a/mcp",
            "https://x.example:8443/a/mcp",
            "https://x.example/a/m",
            "https://x.example/b",
            "mcp",
        ] {
            assert!(!covers(resource, &target), "{resource}");
        }
    }
}
