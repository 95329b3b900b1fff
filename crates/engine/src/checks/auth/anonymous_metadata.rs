//! Lists that anybody can read although calls need a credential.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::anonymous_access::meant_to_be_open;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{anonymous_calls, anonymous_lists, shown, was_granted, was_refused};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-002",
    title: "Metadata readable anonymously",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Info,
    remediation: "Guard lists and discovery like calls, or accept the finding where the catalogue of tools is meant to be public.",
    tags: &[Tag::Cwe(200), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if probe.options().public {
        return Ok(meant_to_be_open());
    }
    for (list, call) in anonymous_lists(probe).await?.iter().zip(anonymous_calls(probe).await?) {
        if was_granted(list) && was_refused(call) {
            let message = "the server shows its definitions to callers without a credential, while calls need one";
            let sample = Sample::whole(shown(list), "anonymous").after(list.request.clone(), list.status);
            return Ok(Draft::new(Severity::Info, Confidence::Confirmed, "method:tools/list", message)
                .sample(sample)
                .into());
        }
    }
    Ok(Verdict::PASS)
}
