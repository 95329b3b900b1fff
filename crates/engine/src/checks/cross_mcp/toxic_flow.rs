//! Foreign text, private data and a way out, spread over several servers: the model that uses them all joins them.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{audited, listed_neighbours};
use crate::capability::Capabilities;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::neighbour::{Declared, Neighbour};
use crate::probe::Probe;
use crate::tool_class::ToolClass;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-009",
    title: "Toxic flow across servers",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Use servers that read foreign text and servers that hold private data or can send in separate profiles, or let a person approve every call that sends or executes.",
    tags: &[Tag::Cwe(441), Tag::McpTop10(6), Tag::McpTop10(10), Tag::LlmTop10(3), Tag::Agentic(1), Tag::Agentic(8)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let neighbours = match listed_neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    let Some(own) = &audited.declared else { return Verdict::PASS };
    let members: Vec<(&Neighbour, &Declared)> = std::iter::once((&audited, own)).chain(neighbours).collect();
    judge(&members).into_iter().collect()
}

/// Judges a set of servers whose first one is the audited one.
fn judge(members: &[(&Neighbour, &Declared)]) -> Option<Draft> {
    let roles: Vec<Roles> = members.iter().map(|(member, declared)| Roles::of(member, declared)).collect();
    let own = roles.first()?;
    // What one server can do alone is its own finding, and a server without any part in it is not to blame.
    if roles.iter().any(Roles::are_complete) || !own.takes_part() {
        return None;
    }
    // The part of the audited server comes first: it is what its owner can change.
    let source = |has: fn(&Roles) -> bool| roles.iter().position(has);
    let (untrusted, private, egress) = (
        source(|roles| roles.untrusted.is_some())?,
        source(|roles| roles.private.is_some())?,
        source(|roles| roles.egress.is_some())?,
    );
    let gated = members
        .iter()
        .flat_map(|(_, declared)| &declared.tools)
        .filter(|tool| tool.capabilities.e)
        .all(|tool| tool.capabilities.gated);
    if gated {
        return None;
    }
    let mut others: Vec<&str> = [untrusted, private, egress]
        .into_iter()
        .filter(|index| *index > 0)
        .map(|index| members[index].0.name.as_str())
        .collect();
    others.sort_unstable();
    others.dedup();
    let shown = |index: usize, tool: &Option<String>, tag: &str| {
        let server = if index == 0 { "this server" } else { members[index].0.name.as_str() };
        let tool = tool.as_deref().unwrap_or_default();
        Sample::whole(format!("{server}: {tool}"), format!("capability:{tag}"))
    };
    let message = "together with other servers of the configuration, foreign text, private data and a way out without an approval come together";
    Some(
        Draft::new(Severity::High, Confidence::Likely, "server", message)
            .distinct(others.join(","))
            .sample(shown(untrusted, &roles[untrusted].untrusted, "untrusted"))
            .sample(shown(private, &roles[private].private, "private"))
            .sample(shown(egress, &roles[egress].egress, "egress")),
    )
}

/// Which tool of a server plays which part.
#[derive(Debug, Default)]
struct Roles {
    untrusted: Option<String>,
    private: Option<String>,
    egress: Option<String>,
}

impl Roles {
    fn of(member: &Neighbour, declared: &Declared) -> Self {
        let first = |has: fn(&Capabilities) -> bool| {
            declared.tools.iter().find(|tool| has(&tool.capabilities)).map(|tool| tool.name.clone())
        };
        // Nobody vouches for what a remote server says that answers everybody.
        let stranger = || {
            let mut reading = declared.tools.iter().filter(|tool| tool.class == ToolClass::Read);
            reading.next().filter(|_| member.is_anonymous_remote()).map(|tool| tool.name.clone())
        };
        Self {
            untrusted: first(|tags| tags.u).or_else(stranger),
            private: first(|tags| tags.p),
            egress: first(|tags| tags.e),
        }
    }

    fn takes_part(&self) -> bool {
        self.untrusted.is_some() || self.private.is_some() || self.egress.is_some()
    }

    fn are_complete(&self) -> bool {
        self.untrusted.is_some() && self.private.is_some() && self.egress.is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::cross_mcp::members::tests::{launched, remote};
    use crate::checks::samples::{server, tool};
    use crate::snapshot::Snapshot;

    fn distinct(members: &[Neighbour]) -> Option<String> {
        let members: Vec<_> =
            members.iter().map(|member| (member, member.declared.as_ref().expect("a listed server"))).collect();
        judge(&members).map(|draft| draft.discriminator)
    }

    fn local(name: &str, definition: Value) -> Neighbour {
        launched(name, &format!("/opt/{name}"), &server(&[definition]))
    }

    #[test]
    fn the_union_is_flagged_and_its_parts_are_not() {
        let web = local("web", tool("fetch_webpage", "Fetches a web page", "url"));
        let files = local("files", tool("read_file", "Reads a file", "path"));
        let mail = local("mail", tool("send_email", "Sends an e-mail", "to"));
        let clock = local("clock", tool("get_time", "Returns the time", "zone"));
        assert_eq!(distinct(&[web.clone(), files.clone(), mail.clone()]).as_deref(), Some("files,mail"));
        assert_eq!(distinct(&[mail.clone(), clock.clone(), web.clone(), files.clone()]).as_deref(), Some("files,web"));
        assert_eq!(distinct(&[web.clone(), files.clone(), clock.clone()]), None);
        assert_eq!(distinct(&[clock, web.clone(), files.clone(), mail]), None, "the audited server takes no part");

        let confirmed = json!({"name": "send_email", "description": "Sends an e-mail", "inputSchema": {"properties": {"to": {"type": "string"}, "confirm": {"type": "boolean"}}}});
        assert_eq!(distinct(&[web, files, local("mail", confirmed)]), None, "a person approves");
    }

    #[test]
    fn a_stranger_that_answers_everybody_is_foreign_text() {
        let docs = |anonymous| {
            let snapshot = Snapshot { anonymous, ..server(&[tool("get_guide", "Returns a guide", "name")]) };
            remote("guides", "https://guides.example/mcp", &snapshot)
        };
        let files = local("files", tool("read_file", "Reads a file", "path"));
        let mail = local("mail", tool("send_email", "Sends an e-mail", "to"));
        assert_eq!(distinct(&[files.clone(), docs(Some(true)), mail.clone()]).as_deref(), Some("guides,mail"));
        assert_eq!(distinct(&[files, docs(Some(false)), mail]), None);
    }
}
