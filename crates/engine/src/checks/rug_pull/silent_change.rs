//! Definitions that changed while the version of the server stayed what it was.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::since_baseline::{approved, differences};
use crate::baseline::Baseline;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-002",
    title: "Silent change",
    test: NamedTest::RugPull,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Raise the version in serverInfo with every change of a definition, so that clients know when to ask again.",
    tags: &[Tag::Cwe(353), Tag::McpTop10(3), Tag::McpTop10(4)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(match approved(probe).await? {
        Ok(baseline) => judge(baseline, probe.snapshot()),
        Err(verdict) => verdict,
    })
}

fn judge(before: &Baseline, snapshot: &Snapshot) -> Verdict {
    let version = Baseline::of(snapshot).server_version;
    if version != before.server_version {
        return Verdict::PASS;
    }
    let (severity, message, shown) = match version {
        Some(version) => (Severity::Medium, "the definition changed and the version of the server did not", version),
        None => (Severity::Low, "the definition changed, and the server has no version that would tell", String::new()),
    };
    let changes = differences(before, snapshot);
    let draft = |location: &str| {
        Draft::new(severity, Confidence::Confirmed, location, message)
            .sample(Sample::whole(format!("serverInfo.version: {shown}"), "version"))
    };
    changes.iter().filter(|change| !change.is_correction).map(|change| draft(&change.location)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{server, tool};

    #[test]
    fn a_change_without_a_new_version_is_flagged() {
        let at = |version: Option<&str>, description: &str| Snapshot {
            server_info: json!({"name": "notes", "version": version}),
            ..server(&[tool("get", description, "id")])
        };
        let severities = |before: &Snapshot, after: &Snapshot| match judge(&Baseline::of(before), after) {
            Verdict::Decided(drafts) => drafts.iter().map(|draft| draft.severity).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(severities(&at(Some("1.0"), "Gets"), &at(Some("1.0"), "Takes")), [Severity::Medium]);
        assert_eq!(severities(&at(None, "Gets"), &at(None, "Takes")), [Severity::Low]);
        assert!(severities(&at(Some("1.0"), "Gets"), &at(Some("1.1"), "Takes")).is_empty());
        assert!(severities(&at(Some("1.0"), "Gets"), &at(Some("1.0"), "Gets")).is_empty());
    }
}
