//! Servers whose own model does what a page says that it reads.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::pages::visits;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PI-003",
    title: "Server-side model obeys content",
    test: NamedTest::PromptInjection,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Keep fetched text out of the instructions of the model that reads it, and give that model no tools.",
    tags: &[Tag::Cwe(1427), Tag::McpTop10(6), Tag::LlmTop10(1), Tag::Agentic(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let visits = match visits(probe).await? {
        Ok(visits) => visits,
        Err(verdict) => return Ok(verdict),
    };
    let listener = probe.callback().await.ok();
    let drafts = visits.iter().filter(|visit| visit.obeyed).map(|visit| {
        let message = "something behind the tool opened the address that the text of a page asked it to open, twice, and no other address of the page";
        let hit = listener.and_then(|listener| listener.hit(&visit.page.obey));
        let sample = hit.map_or_else(|| Sample::whole("the address was opened", "callback"), |hit| hit.sample());
        Draft::new(Severity::Critical, Confidence::Confirmed, visit.location.clone(), message)
            .sample(sample.after(visit.reply.request.clone(), visit.reply.status))
    });
    Ok(drafts.collect())
}
