//! Servers of strangers beside a server that executes on this machine.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{audited, neighbours};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::neighbour::Neighbour;
use crate::probe::Probe;
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-010",
    title: "Mixed trust",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Use the server that executes in a profile of its own, and pin what is launched beside it.",
    tags: &[Tag::Cwe(653), Tag::McpTop10(9), Tag::Agentic(3)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let neighbours = match neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    neighbours.iter().filter_map(|neighbour| mixed(&audited, neighbour)).collect()
}

fn mixed(audited: &Neighbour, neighbour: &Neighbour) -> Option<Draft> {
    let (message, shown) = match (distrusted(audited), executes(neighbour), executes(audited), distrusted(neighbour)) {
        (Some(why), Some(tool), ..) => (
            "the server stands beside one that executes on this machine, and what it says cannot be relied on",
            format!("this server {why}; {} has {tool}", neighbour.name),
        ),
        (_, _, Some(tool), Some(why)) => (
            "the server executes on this machine, and beside it stands one whose words cannot be relied on",
            format!("this server has {tool}; {} {why}", neighbour.name),
        ),
        _ => return None,
    };
    Some(
        Draft::new(Severity::Medium, Confidence::Confirmed, "server", message)
            .distinct(neighbour.name.clone())
            .sample(Sample::whole(shown, "mixed-trust")),
    )
}

/// Why nobody vouches for what a server says.
fn distrusted(member: &Neighbour) -> Option<&'static str> {
    if member.is_anonymous_remote() {
        Some("is remote and answers everybody")
    } else if member.pinned == Some(false) {
        Some("is launched in whatever version is newest")
    } else {
        None
    }
}

/// The tool with which a server executes on this machine.
fn executes(member: &Neighbour) -> Option<&str> {
    let tools = &member.declared.as_ref().filter(|_| member.is_local())?.tools;
    tools.iter().find(|tool| tool.class == ToolClass::Execution).map(|tool| tool.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::cross_mcp::members::tests::{launched, remote};
    use crate::checks::samples::{server, tool};
    use crate::snapshot::Snapshot;

    #[test]
    fn strangers_beside_a_shell_are_flagged() {
        let shell = launched("shell", "/opt/shell", &server(&[tool("run_task", "Runs a task", "command")]));
        let clock = server(&[tool("get_time", "Returns the time", "zone")]);
        let floating = launched("clock", "npx -y clock", &clock);
        let open = remote("clock", "https://clock.example/mcp", &Snapshot { anonymous: Some(true), ..clock.clone() });
        assert!(mixed(&shell, &floating).is_some() && mixed(&floating, &shell).is_some());
        assert!(mixed(&shell, &open).is_some() && mixed(&open, &shell).is_some());

        let guarded =
            remote("clock", "https://clock.example/mcp", &Snapshot { anonymous: Some(false), ..clock.clone() });
        let pinned = launched("clock", "npx -y clock@1.0.0", &clock);
        for sound in [&guarded, &pinned] {
            assert!(mixed(&shell, sound).is_none() && mixed(sound, &shell).is_none());
        }
        assert!(mixed(&floating, &open).is_none());
    }
}
