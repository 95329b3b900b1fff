//! The servers of one client configuration: the audited one and those beside it.

use contracts::audit::Need;
use url::Url;

use crate::check::Verdict;
use crate::checks::description::foreign_sink::registrable;
use crate::neighbour::{Declared, Neighbour, Source};
use crate::probe::Probe;

/// The servers beside the audited one, or why there is nothing to compare with.
pub(super) fn neighbours(probe: &Probe) -> Result<&[Neighbour], Verdict> {
    match probe.options().neighbours.as_deref() {
        None => Err(Verdict::needs(
            Need::Neighbours,
            "the other servers of the client configuration are not known: give the configuration",
        )),
        Some([]) => Err(Verdict::not_applicable("the client configuration has no other server")),
        Some(neighbours) => Ok(neighbours),
    }
}

/// The servers beside the audited one that were listed before.
pub(super) fn listed_neighbours(probe: &Probe) -> Result<Vec<(&Neighbour, &Declared)>, Verdict> {
    let listed: Vec<_> =
        neighbours(probe)?.iter().filter_map(|neighbour| Some((neighbour, neighbour.declared.as_ref()?))).collect();
    if listed.is_empty() {
        return Err(Verdict::needs(
            Need::Neighbours,
            "none of the other servers of the client configuration was listed yet: audit them, too",
        ));
    }
    Ok(listed)
}

/// The audited server as its neighbours are described.
pub(super) fn audited(probe: &Probe) -> Neighbour {
    let (snapshot, key) = (probe.snapshot(), &probe.options().evidence_key);
    let configured = match probe.url() {
        Some(url) => Neighbour::remote("", url, probe.credentials(), key),
        None => Neighbour::launched("", &snapshot.command, &snapshot.env, key),
    };
    configured.declaring(snapshot, key)
}

/// Whether two entries are the same server, or one is declared to be a copy of the other.
pub(super) fn are_same(audited: &Neighbour, other: &Neighbour) -> bool {
    other.mirror || audited.source == other.source
}

/// Who runs or publishes a server: a registered domain, or the scope or name of a package. `None` for programs and
/// addresses of this machine, and for bare addresses, which tell nobody.
pub(super) fn owner(member: &Neighbour) -> Option<String> {
    match &member.source {
        Source::Url(_) if member.is_local() => None,
        Source::Url(url) => match Url::parse(url).ok()?.host()? {
            url::Host::Domain(host) => Some(registrable(host)),
            url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
        },
        Source::Package(package) => {
            let name = package.split_once(':').map_or(package.as_str(), |(_, name)| name);
            let scope = name.strip_prefix('@').and_then(|name| name.split('/').next());
            Some(scope.map_or_else(|| name.to_owned(), |scope| format!("@{scope}")))
        }
        Source::Program(_) => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::snapshot::Snapshot;
    use detect::evidence::EvidenceKey;

    pub(in crate::checks::cross_mcp) const KEY: EvidenceKey = EvidenceKey([7; 32]);

    /// A server behind a URL that declares what a snapshot says.
    pub(in crate::checks::cross_mcp) fn remote(name: &str, url: &str, snapshot: &Snapshot) -> Neighbour {
        Neighbour::remote(name, &Url::parse(url).expect("a URL"), &[], &KEY).declaring(snapshot, &KEY)
    }

    /// A server that is launched by a command and declares what a snapshot says.
    pub(in crate::checks::cross_mcp) fn launched(name: &str, command: &str, snapshot: &Snapshot) -> Neighbour {
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        Neighbour::launched(name, &words, &[], &KEY).declaring(snapshot, &KEY)
    }

    #[test]
    fn owners_are_domains_and_scopes() {
        let snapshot = crate::checks::samples::server(&[]);
        for (member, expected) in [
            (remote("a", "https://mcp.acme.co.uk/mcp", &snapshot), Some("acme.co.uk")),
            (remote("a", "http://127.0.0.1:3000/mcp", &snapshot), None),
            (remote("a", "https://203.0.113.7/mcp", &snapshot), None),
            (launched("a", "npx -y @acme/notes@1.0.0", &snapshot), Some("@acme")),
            (launched("a", "uvx notes==1.0.0", &snapshot), Some("notes")),
            (launched("a", "/opt/notes", &snapshot), None),
        ] {
            assert_eq!(owner(&member).as_deref(), expected, "{:?}", member.source);
        }
    }
}
