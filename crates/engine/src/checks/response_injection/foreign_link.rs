//! Links and embedded resources in answers that lead out of the server's own resources.

use contracts::audit::{Confidence, NamedTest, Severity};
use url::{Host, Url};

use super::blocks::{Block, blocks};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-009",
    title: "Out-of-scope link",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Link only to resources of the server's own scheme; never hand a client file paths, addresses of its network or scripts to open.",
    tags: &[Tag::Cwe(73), Tag::Cwe(918), Tag::McpTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(blocks) = blocks(probe).await? else { return Ok(nothing_read()) };
    let drafts = blocks.iter().filter_map(|block| {
        let (pointer, uri) = link(block)?;
        let kind = out_of_scope(uri, probe.snapshot())?;
        let location = format!("{}{pointer}", block.location);
        let message = "an answer links to a place outside the server's own resources, which a client may open";
        let draft = Draft::new(Severity::Medium, Confidence::Confirmed, location, message).distinct(kind);
        Some(draft.sample(block.sample(uri, format!("link:{kind}"))))
    });
    Ok(drafts.collect())
}

fn link<'b>(block: &'b Block<'_>) -> Option<(&'static str, &'b str)> {
    match block.text("/type")? {
        "resource_link" => Some(("/uri", block.text("/uri")?)),
        "resource" => Some(("/resource/uri", block.text("/resource/uri")?)),
        _ => None,
    }
}

/// Why a link is none of the server's; `None` where it is.
fn out_of_scope(uri: &str, snapshot: &Snapshot) -> Option<&'static str> {
    let listed = snapshot.resources.iter().any(|item| item.uri == uri);
    let scheme = uri.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let own_scheme = snapshot
        .resources
        .iter()
        .chain(&snapshot.templates)
        .any(|item| item.uri.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(&scheme)));
    if listed {
        return None;
    }
    match scheme.as_str() {
        "javascript" | "vbscript" => Some("script"),
        // A file server's own files are its resources, whether it lists them or not.
        "file" if !own_scheme => Some("file"),
        "http" | "https" => {
            let host = Url::parse(uri).ok()?.host().map(|host| host.to_owned())?;
            let own = snapshot.url.as_deref().and_then(|own| Url::parse(own).ok());
            let is_own = own.is_some_and(|own| own.host().map(|host| host.to_owned()).as_ref() == Some(&host));
            (!is_own && is_private(&host)).then_some("private-host")
        }
        _ => None,
    }
}

fn is_private(host: &Host<String>) -> bool {
    match host {
        Host::Ipv4(address) => !outbound::Policy::PublicOnly.allows((*address).into()),
        Host::Ipv6(address) => !outbound::Policy::PublicOnly.allows((*address).into()),
        Host::Domain(name) => {
            let name = name.to_ascii_lowercase();
            name == "localhost" || [".localhost", ".internal", ".local"].iter().any(|suffix| name.ends_with(suffix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{resource, server};

    #[test]
    fn files_scripts_and_inner_hosts_are_out_of_scope() {
        let mut snapshot = server(&[]);
        snapshot.resources.push(resource("notes", "note://1"));
        let kind = |uri: &str| out_of_scope(uri, &snapshot);
        assert_eq!(kind("file:///home/me/.ssh/id_rsa"), Some("file"));
        assert_eq!(kind("javascript:alert(1)"), Some("script"));
        assert_eq!(kind("http://169.254.169.254/latest"), Some("private-host"));
        assert_eq!(kind("http://db.internal/"), Some("private-host"));
        assert_eq!(kind("note://2"), None);
        assert_eq!(kind("https://docs.vendor.dev/a"), None);
        let mut files = server(&[]);
        files.resources.push(resource("a", "file:///srv/a.txt"));
        assert_eq!(out_of_scope("file:///srv/b.txt", &files), None);
    }
}
