//! Child processes that write something else than messages to their standard output.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-018",
    title: "Standard output is not clean",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Stdio,
    worst: Severity::Low,
    remediation: "Write logs and banners to standard error; standard output carries one JSON-RPC message per line and nothing else.",
    tags: &[Tag::Cwe(116), Tag::McpTop10(4), Tag::Spec("2025-11-25", "Transports: stdio")],
    run: Run::Probe(|probe| Box::pin(async { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let stray = probe.stray_stdout();
    if stray.is_empty() {
        return Verdict::PASS;
    }
    let message = "the server writes lines to its standard output that are no messages of the protocol";
    let sample = Sample::whole(stray.into_iter().take(5).collect::<Vec<_>>().join("\n"), "stdout");
    Draft::new(Severity::Low, Confidence::Confirmed, "server", message).sample(sample).into()
}
