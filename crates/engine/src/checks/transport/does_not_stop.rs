//! Child processes that stay when their input ends.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-019",
    title: "Does not stop",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Stdio,
    worst: Severity::Low,
    remediation: "End the process and everything that it started when standard input ends, so that no server outlives its client.",
    tags: &[Tag::Cwe(404), Tag::Spec("2026-07-28", "stdio: shutdown")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.second_start().await?.ended {
        return Ok(Verdict::PASS);
    }
    let message = "5 seconds after its input ended, the process or one that it started still runs";
    Ok(Draft::new(Severity::Low, Confidence::Confirmed, "server", message).into())
}
