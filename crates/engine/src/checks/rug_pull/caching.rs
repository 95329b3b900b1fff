//! Lists that clients keep for too long, or that change too often to be reviewed.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RP-009",
    title: "Review prevented by caching",
    test: NamedTest::RugPull,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Give lists a ttlMs of hours, not weeks, and announce only changes that happened.",
    tags: &[Tag::Cwe(524), Tag::McpTop10(3)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Seven days.
const LONGEST: Duration = Duration::from_hours(7 * 24);
/// Announcements of changes within a minute.
const MOST_PER_MINUTE: usize = 20;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let seen = probe.repeated_calls().await?;
    Ok(judge(seen.ttl_ms, seen.announced, seen.elapsed).into_iter().collect())
}

fn judge(ttl_ms: Option<u64>, announced: usize, elapsed: Duration) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if let Some(ttl) = ttl_ms.map(Duration::from_millis).filter(|ttl| *ttl > LONGEST) {
        let sample = Sample::whole(format!("ttlMs: {} days", ttl.as_secs() / 86_400), "ttl");
        let message = "clients may keep the list of tools for more than seven days";
        drafts.push(
            Draft::new(Severity::Low, Confidence::Confirmed, "method:tools/list", message)
                .distinct("ttl")
                .sample(sample),
        );
    }
    // Less than a minute counts as one: so many are too many in any shorter time as well.
    let minutes = usize::try_from(elapsed.as_secs().div_ceil(60).max(1)).unwrap_or(usize::MAX);
    if announced > MOST_PER_MINUTE.saturating_mul(minutes) {
        let sample = Sample::whole(format!("{announced} announcements"), "list-changed");
        let message = "the server announces changes of its lists more than 20 times a minute";
        drafts.push(
            Draft::new(Severity::Low, Confidence::Confirmed, "method:tools/list", message)
                .distinct("list-changed")
                .sample(sample),
        );
    }
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_promises_and_floods_are_flagged_and_ordinary_ones_are_not() {
        let kinds = |ttl, announced, seconds| {
            judge(ttl, announced, Duration::from_secs(seconds))
                .into_iter()
                .map(|draft| draft.discriminator)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(Some(8 * 86_400_000), 0, 5), ["ttl"]);
        assert_eq!(kinds(None, 21, 5), ["list-changed"]);
        assert!(kinds(Some(7 * 86_400_000), 20, 5).is_empty());
        assert!(kinds(None, 21, 90).is_empty());
    }
}
