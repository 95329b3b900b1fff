//! Servers that present themselves as another one of the configuration.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{are_same, audited, listed_neighbours, owner};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::neighbour::{Declared, Neighbour};
use crate::probe::Probe;
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-007",
    title: "Impersonates a server",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Give the server a name, title and icon of its own; if it is a copy on purpose, declare it as a mirror.",
    tags: &[Tag::Cwe(290), Tag::McpTop10(9), Tag::Agentic(9)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

/// Words of names that frameworks and examples give to any server.
const NAMELESS: [&str; 14] = [
    "mcp", "server", "my", "example", "demo", "test", "default", "fastmcp", "fast", "rmcp", "sample", "app",
    "template", "sdk",
];

fn check(probe: &Probe) -> Verdict {
    let neighbours = match listed_neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    let Some(own) = &audited.declared else { return Verdict::PASS };
    let draft = |(neighbour, declared): (&Neighbour, &Declared)| {
        let (field, shown) = same_identity(own, declared)?;
        let has_same_owner = owner(&audited).is_some() && owner(&audited) == owner(neighbour);
        if are_same(&audited, neighbour) || has_same_owner {
            return None;
        }
        let message =
            format!("the server has the {field} of another server of the configuration, and comes from elsewhere");
        Some(
            Draft::new(Severity::Medium, Confidence::Confirmed, "server", message)
                .distinct(neighbour.name.clone())
                .sample(Sample::whole(format!("{shown}, also in {}", neighbour.name), format!("identity:{field}"))),
        )
    };
    neighbours.into_iter().filter_map(draft).collect()
}

/// What two servers call themselves, or show, alike.
fn same_identity(own: &Declared, other: &Declared) -> Option<(&'static str, String)> {
    let same = |own: &Option<String>, other: &Option<String>| {
        let own = own.as_deref()?;
        let is_equal = other.as_deref().is_some_and(|other| other.trim().to_lowercase() == own.trim().to_lowercase());
        let is_distinctive = split(own).iter().any(|word| !NAMELESS.contains(&word.as_str()));
        (is_equal && is_distinctive).then(|| own.to_owned())
    };
    let icon = || own.icons.iter().find(|icon| other.icons.contains(*icon)).cloned();
    same(&own.name, &other.name)
        .map(|name| ("name", name))
        .or_else(|| same(&own.title, &other.title).map(|title| ("title", title)))
        .or_else(|| icon().map(|icon| ("icon", icon)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::cross_mcp::members::tests::remote;
    use crate::checks::samples::server;
    use crate::snapshot::Snapshot;

    #[test]
    fn a_borrowed_identity_is_found_and_a_default_name_is_not() {
        let field = |own: Value, other: Value| {
            let declared = |info: Value| {
                let snapshot = Snapshot { server_info: info, ..server(&[]) };
                remote("a", "https://a.example/mcp", &snapshot).declared.expect("a listed server")
            };
            same_identity(&declared(own), &declared(other)).map(|(field, _)| field)
        };
        assert_eq!(field(json!({"name": "acme-notes"}), json!({"name": "Acme-Notes"})), Some("name"));
        assert_eq!(field(json!({"name": "a", "title": "Acme"}), json!({"name": "b", "title": "Acme"})), Some("title"));
        let icon = |name: &str| json!({"name": name, "icons": [{"src": "https://acme.example/icon.png"}]});
        assert_eq!(field(icon("a"), icon("b")), Some("icon"));
        assert_eq!(field(json!({"name": "mcp-server"}), json!({"name": "mcp-server"})), None);
        assert_eq!(field(json!({"name": "acme-notes"}), json!({"name": "acme-mail"})), None);
    }
}
