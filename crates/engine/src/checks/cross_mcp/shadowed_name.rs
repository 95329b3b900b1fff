//! Tools and prompts with the name of one of another server.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{are_same, audited, listed_neighbours};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::neighbour::{Declared, Neighbour};
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-002",
    title: "Name taken from another server",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Put the server's own name in front of its tools and prompts, or let the client do so, so that no call reaches the wrong server.",
    tags: &[Tag::Cwe(694), Tag::McpTop10(3), Tag::Agentic(4)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let neighbours = match listed_neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    let beside = neighbours.into_iter().filter(|(neighbour, _)| !are_same(&audited, neighbour));
    beside.flat_map(|(neighbour, declared)| taken(&audited, neighbour, declared)).collect()
}

fn taken(audited: &Neighbour, neighbour: &Neighbour, theirs: &Declared) -> Vec<Draft> {
    let Some(own) = &audited.declared else { return Vec::new() };
    let is_remote = !audited.is_local() || !neighbour.is_local();
    let draft = |location: String, name: &str, differs: bool| {
        let (severity, message) = if differs && is_remote {
            (
                Severity::High,
                "another server of the configuration has this name for something else, and one of the two is remote",
            )
        } else {
            (Severity::Medium, "another server of the configuration has something of the same name")
        };
        Draft::new(severity, Confidence::Confirmed, location, message)
            .distinct(neighbour.name.clone())
            .sample(Sample::whole(format!("{name}, also in {}", neighbour.name), "same-name"))
    };
    let tools = own.tools.iter().filter(|tool| !tool.name.is_empty()).filter_map(|tool| {
        let other = theirs.tools.iter().find(|other| other.name == tool.name)?;
        Some(draft(format!("tool:{}", tool.name), &tool.name, tool.description != other.description))
    });
    let prompts = own.prompts.iter().filter(|(name, _)| !name.is_empty()).filter_map(|(name, description)| {
        let (_, other) = theirs.prompts.iter().find(|(other, _)| other == name)?;
        Some(draft(format!("prompt:{name}"), name, description != other))
    });
    tools.chain(prompts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::cross_mcp::members::tests::{launched, remote};
    use crate::checks::samples::{server, tool};

    #[test]
    fn the_severity_follows_distance_and_meaning() {
        let found = |own: &Neighbour, other: &Neighbour| {
            let declared = other.declared.as_ref().expect("a listed server");
            taken(own, other, declared).iter().map(|draft| draft.severity).collect::<Vec<_>>()
        };
        let notes = server(&[tool("search_notes", "Searches notes", "query")]);
        let mail = server(&[tool("search_notes", "Searches mail", "query"), tool("send", "Sends", "to")]);
        let own = launched("own", "/opt/notes", &notes);
        assert_eq!(found(&own, &remote("mail", "https://mail.example/mcp", &mail)), [Severity::High]);
        assert_eq!(found(&own, &launched("mail", "/opt/mail", &mail)), [Severity::Medium]);
        assert_eq!(found(&own, &remote("notes", "https://notes.example/mcp", &notes)), [Severity::Medium]);
        let other = server(&[tool("find", "Finds", "query")]);
        assert!(found(&own, &remote("other", "https://other.example/mcp", &other)).is_empty());
        assert!(are_same(&own, &launched("twice", "/opt/notes", &notes)));
        assert!(are_same(&own, &Neighbour { mirror: true, ..remote("copy", "https://notes.example/mcp", &notes) }));
    }
}
