//! Runs the checks of one named test and turns what they say into outcomes and findings.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use contracts::audit::{CheckId, CheckResult, Finding, Fingerprint, NamedTest, Need, Outcome, Reference, Severity};
use contracts::progress::Step;
use detect::evidence::Masker;
use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout};
use unicode_normalization::UnicodeNormalization as _;

use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::ALL;
use crate::probe::{Probe, ProbeError};
use crate::session::{GroupResult, Observer};
use crate::snapshot::ListingStop;

/// How long one named test may take.
const GROUP: Duration = Duration::from_mins(2);
/// How long one check may take beyond one exchange: a check that waits for an answer to its end must live to judge it.
const BESIDE_EXCHANGE: Duration = Duration::from_secs(15);
/// Samples that one finding keeps.
const MAX_SAMPLES: usize = 5;
/// Findings that one check may raise: a server with 500 bad tools is as bad as one with 200.
const MAX_FINDINGS: usize = 200;

/// One named test of one session.
pub(crate) struct Group<'s> {
    pub(crate) probe: &'s Probe,
    pub(crate) target_key: &'s str,
    pub(crate) test: NamedTest,
    /// What is left of the time for the whole test.
    pub(crate) left: Duration,
}

impl Group<'_> {
    /// Runs its checks one after the other, in the order of the catalogue.
    pub(crate) async fn run(&self, observer: &dyn Observer) -> GroupResult {
        let mut result = GroupResult {
            test: self.test,
            checks: Vec::new(),
            findings: Vec::new(),
            traffic: contracts::audit::Traffic::default(),
        };
        if self.test.level() > self.probe.options().level {
            return result;
        }
        let checks: Vec<&Check> = ALL.iter().filter(|check| check.test == self.test).map(|check| &**check).collect();
        let total = u32::try_from(checks.len()).unwrap_or(u32::MAX);
        let end = Instant::now() + GROUP.min(self.left);
        observer.on(Step::Group { test: self.test, done: 0, total });
        for (done, check) in (1..).zip(checks) {
            let Ok(id) = check.id.parse::<CheckId>() else {
                // The catalogue's own test keeps this from happening.
                tracing::error!(check.id, "a check has no valid id");
                continue;
            };
            let started = Instant::now();
            let verdict = self.verdict(check, end).await;
            let (outcome, findings) = match verdict {
                Ok(Verdict::Decided(drafts)) => {
                    let findings = self.findings(check, &id, drafts);
                    let count = u32::try_from(findings.len()).unwrap_or(u32::MAX);
                    (if count == 0 { Outcome::Pass } else { Outcome::Finding { count } }, findings)
                }
                Ok(Verdict::NotApplicable(reason)) => {
                    (Outcome::NotApplicable { reason: self.masker().text(&reason) }, Vec::new())
                }
                Ok(Verdict::NotAssessed(reason)) => {
                    (Outcome::NotAssessed { reason: self.masker().text(&reason), needs: None }, Vec::new())
                }
                Ok(Verdict::Needs(need, reason)) => {
                    (Outcome::NotAssessed { reason: self.masker().text(&reason), needs: Some(need) }, Vec::new())
                }
                Ok(Verdict::NeedsCredentials(missing)) => {
                    (Outcome::NeedsCredentials { reason: self.masker().text(&missing) }, Vec::new())
                }
                Err(reason) => {
                    tracing::warn!(check.id, reason, "a check failed");
                    (Outcome::Error { reason }, Vec::new())
                }
            };
            for finding in &findings {
                observer.on(Step::Finding {
                    check: id.clone(),
                    title: finding.title.clone(),
                    severity: finding.severity,
                    confidence: finding.confidence,
                    location: finding.location.clone(),
                });
            }
            let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            result.checks.push(CheckResult {
                check: id,
                title: check.title.to_owned(),
                test: check.test,
                weight: weight(check),
                outcome,
                duration_ms,
            });
            result.findings.extend(findings);
            observer.on(Step::Group { test: self.test, done, total });
        }
        result.traffic = self.probe.shared().recorder.take_traffic();
        result
    }

    /// What one check says; an error where it failed itself.
    async fn verdict(&self, check: &Check, end: Instant) -> Result<Verdict, String> {
        let http = self.probe.is_http();
        match check.carriers {
            Carriers::Http if !http => {
                return Ok(Verdict::not_applicable("the server is a child process, not an HTTP server"));
            }
            Carriers::Stdio if http => {
                return Ok(Verdict::not_applicable("the server is an HTTP server, not a child process"));
            }
            _ => {}
        }
        if let Some(obstacle) = self.probe.obstacle()
            && !matches!(check.run, Run::Reach(_))
        {
            return Ok(Verdict::not_assessed(format!("no client can connect to the server: {obstacle}")));
        }
        if check.mode > self.probe.options().mode {
            return Ok(match check.mode {
                Mode::Active => Verdict::needs(Need::Active, "needs --active"),
                Mode::Safe | Mode::Passive => Verdict::needs(Need::Calls, "needs calls, which --passive excludes"),
            });
        }
        if self.probe.shared().cancel.is_cancelled() {
            return Ok(Verdict::not_assessed("the test was stopped before this check"));
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Verdict::not_assessed("the time of this named test was used up before this check"));
        }
        let limit = (self.probe.options().longest_exchange + BESIDE_EXCHANGE).min(left);
        match check.run {
            Run::Static(run) => std::panic::catch_unwind(AssertUnwindSafe(|| run(self.probe.snapshot())))
                .map_err(|panic| self.panicked(&*panic)),
            Run::Probe(run) | Run::Reach(run) => {
                // The closure that makes the future may panic as well as the future.
                let running = AssertUnwindSafe(async { run(self.probe).await }).catch_unwind();
                match timeout(limit, running).await {
                    Ok(Ok(verdict)) => self.verdict_of(verdict),
                    Ok(Err(panic)) => Err(self.panicked(&*panic)),
                    Err(_) => Err(format!("the check was not done within {} s", limit.as_secs())),
                }
            }
        }
    }

    fn verdict_of(&self, verdict: Result<Verdict, ProbeError>) -> Result<Verdict, String> {
        match verdict {
            Ok(verdict) => Ok(verdict),
            Err(ProbeError::Timeout(limit)) => Err(format!("the server gave no answer within {limit:?}")),
            Err(ProbeError::Stopped) => Ok(Verdict::not_assessed("the test was stopped during this check")),
            Err(error @ ProbeError::NotPermitted) => {
                let passive = self.probe.options().mode == Mode::Passive;
                Ok(Verdict::needs(if passive { Need::Calls } else { Need::Active }, error.to_string()))
            }
            Err(ProbeError::Budget(reason)) => Ok(Verdict::not_assessed(reason)),
            Err(ProbeError::Unreachable(reason)) => {
                Ok(Verdict::not_assessed(format!("the server could not be reached: {}", self.masker().text(&reason))))
            }
        }
    }

    fn panicked(&self, panic: &(dyn Any + Send)) -> String {
        let message =
            panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        format!("the check broke: {}", self.masker().text(message.unwrap_or("no message")))
    }

    /// Masks drafts and merges those of equal identity.
    fn findings(&self, check: &Check, id: &CheckId, drafts: Vec<Draft>) -> Vec<Finding> {
        let mut merged: BTreeMap<Fingerprint, Finding> = BTreeMap::new();
        let mut order: Vec<Fingerprint> = Vec::new();
        for draft in drafts {
            let normalised = |text: &str| text.nfc().collect::<String>();
            let fingerprint =
                Fingerprint::new(id, self.target_key, &normalised(&draft.location), &normalised(&draft.discriminator));
            let evidence: Vec<_> =
                draft.samples.iter().take(MAX_SAMPLES).map(|sample| self.masker().evidence(sample)).collect();
            if let Some(known) = merged.get_mut(&fingerprint) {
                known.severity = known.severity.max(draft.severity);
                known.confidence = known.confidence.max(draft.confidence);
                known.by_design &= draft.by_design;
                for evidence in evidence {
                    if known.evidence.len() < MAX_SAMPLES && !known.evidence.contains(&evidence) {
                        known.evidence.push(evidence);
                    }
                }
                continue;
            }
            if merged.len() >= MAX_FINDINGS {
                tracing::warn!(check.id, "a check raised more than {MAX_FINDINGS} findings; the rest is left out");
                break;
            }
            order.push(fingerprint.clone());
            let location = match draft.line {
                Some(line) => format!("{}#L{line}", draft.location),
                None => draft.location,
            };
            let finding = Finding {
                fingerprint: fingerprint.clone(),
                check: id.clone(),
                title: check.title.to_owned(),
                test: check.test,
                severity: draft.severity,
                confidence: draft.confidence,
                location: self.masker().text(&location),
                message: self.masker().text(&draft.message),
                remediation: check.remediation.to_owned(),
                evidence,
                references: check.tags.iter().map(reference).chain(draft.references).collect(),
                by_design: draft.by_design,
                see: None,
                deduction: 0,
                triage: contracts::audit::Triage::default(),
            };
            merged.insert(fingerprint, finding);
        }
        order.into_iter().filter_map(|fingerprint| merged.remove(&fingerprint)).collect()
    }

    fn masker(&self) -> &Masker {
        &self.probe.shared().masker
    }
}

/// The weight of a check in the coverage.
fn weight(check: &Check) -> u8 {
    if check.worst >= Severity::High { 3 } else { 1 }
}

/// The result of a check whose named test did not run.
pub(crate) fn not_run(check: &Check) -> Option<CheckResult> {
    Some(CheckResult {
        check: check.id.parse().ok()?,
        title: check.title.to_owned(),
        test: check.test,
        weight: weight(check),
        outcome: Outcome::NotAssessed { reason: "its named test did not run".to_owned(), needs: None },
        duration_ms: 0,
    })
}

/// Why a list was not read to its end, as half a sentence.
pub(crate) fn describe_stop(stop: &ListingStop) -> String {
    match stop {
        ListingStop::RepeatedCursor => "a cursor came a second time".to_owned(),
        ListingStop::RepeatedPage => "a page came a second time".to_owned(),
        ListingStop::TooMany => "it has more than 100 pages or 5000 items".to_owned(),
        ListingStop::TooLarge => "a page is over a size limit".to_owned(),
        ListingStop::Failed(reason) => reason.clone(),
    }
}

/// What a reader can look up.
fn reference(tag: &Tag) -> Reference {
    let (name, url) = match tag {
        Tag::Cwe(number) => {
            (format!("CWE-{number}"), Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")))
        }
        Tag::McpTop10(number) => {
            (format!("OWASP MCP{number:02}:2025"), Some("https://owasp.org/www-project-mcp-top-10/".to_owned()))
        }
        Tag::LlmTop10(number) => {
            (format!("OWASP LLM{number:02}:2026"), Some("https://genai.owasp.org/llm-top-10/".to_owned()))
        }
        Tag::Agentic(number) => (format!("OWASP ASI{number:02}:2026"), Some("https://genai.owasp.org/".to_owned())),
        Tag::Spec(revision, clause) => {
            let is_revision = revision.len() == 10 && revision.starts_with("20");
            let url = is_revision.then(|| format!("https://modelcontextprotocol.io/specification/{revision}"));
            (format!("MCP {revision} {clause}"), url)
        }
        Tag::Other(name) => ((*name).to_owned(), None),
    };
    Reference { name, url }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contracts::audit::Confidence;

    use super::*;
    use crate::check::Sample;
    use crate::checks::samples::launched;
    use crate::probe::ProbeError;
    use crate::target::{ChildNetwork, Options};
    use crate::wire::child::Launch;
    use crate::wire::link::{Opener, Place};
    use crate::wire::shared::Shared;

    const PLAIN: Check = Check {
        id: "MCPA-XM-999",
        title: "A check of this test",
        test: NamedTest::CrossMcp,
        mode: Mode::Passive,
        carriers: Carriers::Any,
        worst: Severity::High,
        remediation: "Nothing to do.",
        tags: &[Tag::Cwe(79), Tag::Spec("2026-07-28", "Tools"), Tag::McpTop10(3)],
        run: Run::Static(|_| Verdict::PASS),
    };

    fn probe(mode: Mode) -> Probe {
        let options = Options { mode, ..Options::default() };
        let launch =
            Launch { program: "server".to_owned(), args: Vec::new(), env: Vec::new(), network: ChildNetwork::Shared };
        let opener =
            Opener { place: Place::Child(launch), shared: Arc::new(Shared::new(&options, Vec::new(), Vec::new())) };
        Probe::new(launched("server"), options, opener, Vec::new())
    }

    async fn verdict(probe: &Probe, check: &Check) -> Result<Verdict, String> {
        let group = Group { probe, target_key: "server", test: NamedTest::CrossMcp, left: GROUP };
        group.verdict(check, Instant::now() + GROUP).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_breaks_or_hangs_is_an_error_of_its_own() {
        let probe = probe(Mode::Safe);
        for (run, expected) in [
            (Run::Static(|_| panic!("static")), "broke: static"),
            (Run::Probe(|_| Box::pin(async { panic!("probing") })), "broke: probing"),
            (Run::Probe(|_| panic!("before it began")), "broke: before it began"),
            (Run::Probe(|_| Box::pin(std::future::pending())), "not done within 75 s"),
            (
                Run::Probe(|_| Box::pin(async { Err(ProbeError::Timeout(Duration::from_secs(10))) })),
                "no answer within 10s",
            ),
        ] {
            let error = verdict(&probe, &Check { run, ..PLAIN }).await.expect_err("an error");
            assert!(error.contains(expected), "{error} instead of {expected}");
        }
    }

    #[tokio::test]
    async fn what_did_not_run_is_never_a_pass() {
        let not_assessed =
            |verdict: Result<Verdict, String>| matches!(verdict, Ok(Verdict::NotAssessed(_) | Verdict::Needs(..)));
        let active = Check { mode: Mode::Active, ..PLAIN };
        assert!(not_assessed(verdict(&probe(Mode::Safe), &active).await));
        assert_eq!(verdict(&probe(Mode::Active), &active).await, Ok(Verdict::PASS));
        let over_http = verdict(&probe(Mode::Active), &Check { carriers: Carriers::Http, ..PLAIN }).await;
        assert!(matches!(over_http, Ok(Verdict::NotApplicable(_))));
        let refused: [crate::check::Run; 3] = [
            Run::Probe(|_| Box::pin(async { Err(ProbeError::NotPermitted) })),
            Run::Probe(|_| Box::pin(async { Err(ProbeError::Budget("used up".to_owned())) })),
            Run::Probe(|_| Box::pin(async { Err(ProbeError::Unreachable("gone".to_owned())) })),
        ];
        for run in refused {
            assert!(not_assessed(verdict(&probe(Mode::Active), &Check { run, ..PLAIN }).await));
        }
        let late = Group {
            probe: &probe(Mode::Active),
            target_key: "server",
            test: NamedTest::CrossMcp,
            left: Duration::ZERO,
        };
        assert!(not_assessed(late.verdict(&PLAIN, Instant::now()).await));
    }

    #[test]
    fn equal_findings_merge_and_keep_the_strongest() {
        let probe = probe(Mode::Safe);
        let group = Group { probe: &probe, target_key: "server", test: NamedTest::CrossMcp, left: GROUP };
        let draft = |severity, confidence, location: &str, text: &str| {
            Draft::new(severity, confidence, location, "seen").sample(Sample::whole(text, "test"))
        };
        let id: CheckId = PLAIN.id.parse().expect("an id");
        let drafts = vec![
            draft(Severity::Low, Confidence::Likely, "tool:caf\u{e9}", "one"),
            draft(Severity::High, Confidence::Tentative, "tool:cafe\u{301}", "two"),
            draft(Severity::Low, Confidence::Likely, "tool:caf\u{e9}", "one"),
            draft(Severity::Low, Confidence::Likely, "tool:other", "one").distinct("a"),
            draft(Severity::Low, Confidence::Likely, "tool:other", "one").distinct("b"),
        ];
        let findings = group.findings(&PLAIN, &id, drafts);
        assert_eq!(findings.len(), 3);
        let first = &findings[0];
        assert_eq!((first.severity, first.confidence, first.evidence.len()), (Severity::High, Confidence::Likely, 2));
        let names: Vec<&str> = first.references.iter().map(|reference| reference.name.as_str()).collect();
        assert_eq!(names, ["CWE-79", "MCP 2026-07-28 Tools", "OWASP MCP03:2025"]);
        let many = (0..300).map(|n| draft(Severity::Low, Confidence::Likely, &format!("tool:t{n}"), "one")).collect();
        assert_eq!(group.findings(&PLAIN, &id, many).len(), MAX_FINDINGS);
    }
}
