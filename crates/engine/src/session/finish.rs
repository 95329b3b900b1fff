//! From the results of the named tests to one audit.

use std::cmp::Reverse;

use contracts::audit::{Audit, CheckResult, Finding, Severity, TargetSummary, Transport};
use contracts::packages::Gap;
use jiff::Timestamp;

use super::{GroupResult, Session};
use crate::check::Mode;
use crate::checks::ALL;
use crate::snapshot::Snapshot;
use crate::{runner, score};

impl Session {
    /// Scores, sorts and sums up. Tests of the level that are missing in `groups` count as not assessed.
    pub fn finish(&self, groups: Vec<GroupResult>) -> Audit {
        let options = self.probe.options();
        let snapshot = self.probe.snapshot();
        let mut groups = groups;
        groups.retain(|group| group.test.level() <= options.level);
        let mut traffic = self.traffic;
        for group in &groups {
            traffic.requests += group.traffic.requests;
            traffic.tool_calls += group.traffic.tool_calls;
            traffic.received_bytes += group.traffic.received_bytes;
        }
        let mut checks = Vec::new();
        let ran: Vec<&CheckResult> = groups.iter().flat_map(|group| &group.checks).collect();
        for check in ALL.iter().filter(|check| check.test.level() <= options.level) {
            let result = ran.iter().find(|result| result.check.as_str() == check.id).map(|&result| result.clone());
            checks.extend(result.or_else(|| runner::not_run(check)));
        }
        let mut findings: Vec<Finding> = groups.into_iter().flat_map(|group| group.findings).collect();
        findings.sort_by(|a, b| {
            let rank = |finding: &Finding| (Reverse(finding.severity), Reverse(finding.confidence));
            rank(a)
                .cmp(&rank(b))
                .then_with(|| a.check.cmp(&b.check))
                .then_with(|| a.location.cmp(&b.location))
                .then_with(|| a.fingerprint.cmp(&b.fingerprint))
        });
        let score = score::score(&mut findings, &checks, options.level);
        let tests = score::verdicts(&findings, &checks, options.level);
        let mut notes = Vec::new();
        match snapshot.transport {
            Transport::Stdio if self.probe.is_isolated() => {
                notes.push("the server ran without a network: what it would have asked others was not seen".to_owned());
            }
            Transport::Stdio => notes.push("the server ran with the network of this machine".to_owned()),
            _ => {}
        }
        if options.mode == Mode::Passive {
            notes.push("only passive checks ran: no tool was called".to_owned());
        }
        if findings.iter().any(|finding| finding.severity >= Severity::High) && score.coverage.percent() < 60 {
            notes.push("less than 60 % of the applicable checks could be decided; the grade is provisional".to_owned());
        }
        let mut incomplete = match self.obstacle() {
            Some(obstacle) => {
                let reason =
                    format!("no client can connect to the server, so next to nothing was assessed: {obstacle}");
                vec![self.masker().text(&reason)]
            }
            None => incomplete(snapshot, &checks, self.probe.shared().cancel.is_cancelled()),
        };
        incomplete.extend(self.unread_packages());
        let mut audit = Audit {
            version: 1,
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            target: self.summary(snapshot),
            level: options.level,
            active: options.is_active(),
            started_at: self.started_at,
            finished_at: Timestamp::now(),
            score,
            tests,
            findings,
            incomplete,
            checks,
            traffic,
            notes,
        };
        // It logs what it had to mask; there is nothing more to do about that here.
        self.masker().gate(&mut audit);
        audit
    }

    /// What was given about packages and could not be used: a finding of the same check must not hide it.
    fn unread_packages(&self) -> Vec<String> {
        let gaps = self.probe.options().packages.iter().flat_map(|packages| &packages.gaps);
        let reason = |gap: &Gap| self.masker().text(&format!("packages: {}", gap.reason));
        gaps.filter(|gap| gap.failed).map(reason).collect()
    }

    fn summary(&self, snapshot: &Snapshot) -> TargetSummary {
        let field = |name: &str| snapshot.server_field(name).map(|text| self.masker().text(text));
        let mut versions: Vec<String> = snapshot.eras.iter().map(|era| era.version.clone()).collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));
        versions.dedup();
        TargetSummary {
            key: self.target_key.clone(),
            display: self.display.clone(),
            transport: snapshot.transport,
            protocol_versions: versions,
            server_name: field("name"),
            server_version: field("version"),
            tools: count(snapshot.tools.len()),
            prompts: count(snapshot.prompts.len()),
            resources: count(snapshot.resources.len() + snapshot.templates.len()),
        }
    }
}

/// Why a result is not the whole answer, worst first.
fn incomplete(snapshot: &Snapshot, checks: &[CheckResult], stopped: bool) -> Vec<String> {
    let mut reasons = Vec::new();
    if stopped {
        reasons.push("the test was stopped before its end; what did not run is not assessed".to_owned());
    }
    if snapshot.tools.is_empty() {
        let others = snapshot.prompts.len() + snapshot.resources.len() + snapshot.templates.len();
        reasons.push(match others {
            0 => "the server offers no tools, prompts or resources: there was next to nothing to assess".to_owned(),
            _ => "the server offers no tools: only its prompts and resources were assessed".to_owned(),
        });
    }
    for listing in &snapshot.listings {
        let method = &listing.method;
        if method == "tools/list" && listing.items > count(snapshot.tools.len()) {
            let analysed = snapshot.tools.len();
            reasons.push(format!("the server lists {} tools; the first {analysed} were analysed", listing.items));
        }
        if let Some(stopped) = &listing.stopped {
            reasons.push(format!("`{method}` was not read to its end: {}", runner::describe_stop(stopped)));
        }
    }
    let missing: Vec<&str> =
        checks.iter().filter(|check| check.outcome.is_missing()).map(|check| check.check.as_str()).collect();
    if !missing.is_empty() {
        let word = if missing.len() == 1 { "check" } else { "checks" };
        reasons.push(format!(
            "{} {word} should have run and reached no verdict: {}",
            missing.len(),
            missing.join(", ")
        ));
    }
    reasons
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
