//! Servers that show other definitions to other clients.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::difference::changes;
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{Probe, ProbeError};
use crate::wire::ClientIdentity;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-006",
    title: "Different face per client",
    test: NamedTest::RugPull,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Show the same definitions to every client with the same capabilities and rights; what reviewers see must be what users get.",
    tags: &[Tag::Cwe(506), Tag::Cwe(807), Tag::McpTop10(3), Tag::Agentic(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Clients that many people use: name, version and user agent.
const POPULAR: [(&str, &str, &str); 3] = [
    ("claude-code", "2.1.0", "claude-code/2.1.0 (cli)"),
    ("cursor-vscode", "1.0.0", "Cursor/2.4.0"),
    ("Visual Studio Code", "1.110.0", "node"),
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let (ours, again) = (probe.relist_fresh(None).await?, probe.relist_fresh(None).await?);
    if !changes(&ours, &again).is_empty() {
        return Ok(Verdict::not_assessed("unstable: the lists differ between two equal connections"));
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for (name, version, user_agent) in POPULAR {
        let client =
            ClientIdentity { name: name.to_owned(), version: version.to_owned(), user_agent: user_agent.to_owned() };
        let theirs = probe.relist_fresh(Some(client)).await?;
        drafts.extend(changes(&ours, &theirs).iter().map(|change| {
            let message = "the server shows a widespread client another definition than it shows this test";
            Draft::new(Severity::High, Confidence::Confirmed, change.location.clone(), message)
                .distinct(change.kind)
                .sample(change.sample())
        }));
    }
    Ok(Verdict::Decided(drafts))
}
