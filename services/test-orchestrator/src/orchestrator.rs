//! The workflow of a test: claim, connect, discover, run the groups, aggregate, tell (architecture section 6).

use std::time::Duration;

use anyhow::{Context, anyhow};
use contracts::Envelope;
use contracts::api::Status;
use contracts::audit::{SeverityCounts, display_url};
use contracts::commands::test::TestRequested;
use contracts::progress::{Phase, Step};
use engine::check::Mode;
use engine::{ConnectError, EvidenceKey, Observer, Options, Session, SessionState, Target};
use jiff::Timestamp;
use runtime::{Bus, Failure, Handler, Parts, ProgressPublisher, reject, retry_after};
use store::{OrgScope, Store, TestClaim};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::announce::Announcer;
use crate::groups::Run;
use crate::packages::Assessor;
use crate::settings::Settings;
use crate::steps::Steps;

/// How long a claim holds without renewal: how long a crash delays the next worker.
const LEASE: Duration = Duration::from_secs(15);
/// How long one worker may take for a test. A crash starts it anew, at most as often as the queue delivers.
const DEADLINE: Duration = Duration::from_mins(30);

/// Runs security tests.
pub(crate) struct Orchestrator {
    store: Store,
    bus: Bus,
    progress: ProgressPublisher,
    shutdown: CancellationToken,
    /// Names this process in leases.
    worker: String,
    addresses: outbound::Policy,
    evidence_key: EvidenceKey,
    packages: Assessor,
}

/// How a run ended early.
enum Ended {
    /// The target cannot be tested, as a sentence for people.
    Failed(String),
    /// This worker must stop; another resumes.
    Interrupted(&'static str),
    /// Something of ours failed; the message comes again.
    Broken(anyhow::Error),
}

impl From<anyhow::Error> for Ended {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl Handler for Orchestrator {
    type Message = TestRequested;

    async fn handle(&self, command: Envelope<TestRequested>) -> Result<(), Failure> {
        let scope = OrgScope::of_event(&command);
        let test = &command.data.test_id;
        let target = display_url(&command.data.target);
        let announcer = Announcer { bus: &self.bus, command: &command, target: &target };
        match self.store.claim_test(&scope, test, &self.worker, LEASE).await.context("claim the test")? {
            TestClaim::Missing => Err(reject("there is no such test in this organisation")),
            TestClaim::Busy { until } => {
                let wait = Timestamp::now().duration_until(until).unsigned_abs() + Duration::from_secs(1);
                Err(retry_after(wait, anyhow!("another worker runs this test")))
            }
            TestClaim::Finished(status) => self.announce_again(&scope, &announcer, status).await,
            TestClaim::Claimed(_) => Box::pin(self.run(&scope, &announcer)).await,
        }
    }
}

impl Orchestrator {
    /// Builds the handler.
    pub(crate) fn new(parts: &Parts, settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            store: parts.store.clone(),
            bus: parts.bus.clone(),
            progress: parts.progress.clone(),
            shutdown: parts.shutdown.clone(),
            worker: format!("test-orchestrator-{}", contracts::ids::MessageId::random()),
            addresses: settings.addresses()?,
            evidence_key: settings.evidence_key()?,
            packages: Assessor { advisories: settings.advisories()? },
        })
    }

    /// A worker may have died between storing the result and telling of it: tells again. Consumers recognise the ids.
    async fn announce_again(&self, scope: &OrgScope, announcer: &Announcer<'_>, status: Status) -> Result<(), Failure> {
        let test = &announcer.command.data.test_id;
        if status == Status::Completed {
            let audit = self.store.audit(scope, test).await?.context("a completed test has a result")?;
            announcer.completed(&audit).await?;
        } else if let Some(reason) = self.store.test(scope, test).await?.and_then(|item| item.failure) {
            announcer.failed(&reason).await?;
        }
        Ok(())
    }

    async fn run(&self, scope: &OrgScope, announcer: &Announcer<'_>) -> Result<(), Failure> {
        let test = &announcer.command.data.test_id;
        let steps = Steps::new(self.progress.clone(), scope.org().clone(), test.clone());
        let lost = CancellationToken::new();
        let renew = {
            let (store, scope, test, worker) = (self.store.clone(), scope.clone(), test.clone(), self.worker.clone());
            move || {
                let (store, scope, test, worker) = (store.clone(), scope.clone(), test.clone(), worker.clone());
                async move { store.renew_test(&scope, &test, &worker, LEASE).await }
            }
        };
        let kept = runtime::keep_lease(LEASE, renew, lost.clone());
        let work = self.work(scope, announcer, &steps);
        let ended = tokio::select! {
            ended = work => ended,
            () = self.shutdown.cancelled() => Err(Ended::Interrupted("this worker is stopping")),
            () = lost.cancelled() => Err(Ended::Interrupted("another worker took the test over")),
            () = tokio::time::sleep(DEADLINE) => Err(Ended::Failed(format!(
                "the test did not finish within {} minutes: the server answers too slowly", DEADLINE.as_secs() / 60
            ))),
        };
        drop(kept);
        let result = match ended {
            Ok(()) => Ok(()),
            Err(Ended::Failed(reason)) => self.fail(scope, announcer, &steps, &reason).await,
            Err(Ended::Interrupted(why)) => {
                // Gives the lease back, if it is still ours, so that the next worker need not wait for its end.
                self.store
                    .renew_test(scope, test, &self.worker, Duration::ZERO)
                    .await
                    .context("give the lease back")?;
                Err(retry_after(Duration::ZERO, anyhow!(why)))
            }
            Err(Ended::Broken(error)) => Err(error.into()),
        };
        steps.drain().await;
        result
    }

    async fn work(&self, scope: &OrgScope, announcer: &Announcer<'_>, steps: &Steps) -> Result<(), Ended> {
        let TestRequested { test_id: test, level, discovery_ref, .. } = &announcer.command.data;
        announcer.started().await?;
        let mut session = self.open(scope, announcer.command, steps).await?;
        if let Some(reference) = discovery_ref {
            // Also where an earlier worker did so: nothing of it is stored but what the checks made of it.
            session.tell_packages(self.packages.assess(&self.store, scope, reference, &session).await?);
        }
        let run = Run { store: &self.store, scope, test, worker: &self.worker, session: &session, steps, announcer };
        let groups = run.all(*level).await?;
        steps.on(Step::Phase { phase: Phase::Aggregate });
        let audit = session.finish(groups);
        session.close().await;
        let report = announcer.report_id();
        self.store
            .create_report(scope, &report, test, <contracts::documents::ReportFormat as strum::VariantArray>::VARIANTS)
            .await
            .context("store the report item")?;
        self.store.complete_test(scope, test, &self.worker, &audit, &report).await.context("store the result")?;
        announcer.completed(&audit).await?;
        let findings: SeverityCounts = audit.findings.iter().map(|finding| finding.severity).collect();
        steps.on(Step::TestCompleted { score: audit.score.total, grade: audit.score.grade, findings });
        info!(test.id = %test, score = audit.score.total, findings = findings.total(), "finished test `{test}`");
        Ok(())
    }

    /// Connects and lists, or goes on from the stored snapshot, so that a resumed test lists nothing again.
    async fn open(&self, scope: &OrgScope, command: &Envelope<TestRequested>, steps: &Steps) -> Result<Session, Ended> {
        let test = &command.data;
        let target = Target::Http { url: test.target.clone(), headers: Vec::new() };
        let options = Options {
            level: test.level,
            mode: if test.active { Mode::Active } else { Mode::Safe },
            addresses: self.addresses,
            evidence_key: self.evidence_key.clone(),
            ..Options::default()
        };
        let unreachable = |error: ConnectError| Ended::Failed(error.to_string());
        steps.on(Step::Phase { phase: Phase::Connect });
        if let Some(json) = self.store.snapshot(scope, &test.test_id).await.context("read the snapshot")? {
            let state: SessionState = serde_json::from_slice(&json).context("parse the snapshot")?;
            return Session::resume(target, options, state).await.map_err(unreachable);
        }
        let mut session = Session::connect(target, options).await.map_err(unreachable)?;
        steps.on(Step::Phase { phase: Phase::DiscoverTools });
        session.discover().await.map_err(unreachable)?;
        let state = serde_json::to_vec(&session.state()).context("serialise the snapshot")?;
        self.store.save_snapshot(scope, &test.test_id, &state).await.context("store the snapshot")?;
        Ok(session)
    }

    async fn fail(
        &self,
        scope: &OrgScope,
        announcer: &Announcer<'_>,
        steps: &Steps,
        reason: &str,
    ) -> Result<(), Failure> {
        let test = &announcer.command.data.test_id;
        self.store.fail_test(scope, test, reason).await.context("store the failure")?;
        announcer.failed(reason).await?;
        steps.on(Step::Failed { reason: reason.to_owned() });
        info!(test.id = %test, reason, "test `{test}` could not be done");
        Ok(())
    }
}
