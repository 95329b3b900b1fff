//! One scan: claim, discover, store, tell.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use contracts::api::Status;
use contracts::commands::scan::{ScanRequested, ScanSource};
use contracts::events::scan::{ScanCompleted, ScanFailed, ScanStarted};
use contracts::events::usage::{Meter, UsageRecorded};
use contracts::ids::MessageId;
use contracts::progress::{Step, Topic};
use contracts::{Envelope, Message};
use detect::evidence::Masker;
use discovery::Discovery;
use jiff::Timestamp;
use runtime::{Bus, CancellationToken, Failure, Handler, Parts, ProgressPublisher, keep_lease, reject, retry_after};
use store::{OrgScope, ScanClaim, ScanItem, Store};
use tracing::info;

use crate::changes;
use crate::findings::bounded;
use crate::github::Reading;
use crate::manifests::{Keeping, Tree};
use crate::settings::{GitHubs, Settings};
use crate::{archive, tree};

const SOURCE: &str = "/services/scan-worker";
/// How long a claim holds without renewal: how long a crash delays the next worker.
const LEASE: Duration = Duration::from_secs(15);

/// Runs discovery scans.
pub(crate) struct ScanWorker {
    store: Store,
    bus: Bus,
    progress: ProgressPublisher,
    shutdown: CancellationToken,
    worker: String,
    local_root: Option<PathBuf>,
    masker: Arc<Masker>,
    githubs: GitHubs,
}

/// What a scan found; the inner error is a sentence for people, and final.
type Found = Result<Discovery, String>;

impl ScanWorker {
    /// Builds the handler.
    pub(crate) fn new(parts: &Parts, settings: &Settings) -> anyhow::Result<Self> {
        let masker = settings.masker()?;
        Ok(Self {
            store: parts.store.clone(),
            bus: parts.bus.clone(),
            progress: parts.progress.clone(),
            shutdown: parts.shutdown.clone(),
            worker: format!("scan-worker-{}", MessageId::random()),
            local_root: settings.local_root.clone(),
            githubs: GitHubs::new(settings, &masker)?,
            masker,
        })
    }
}

impl Handler for ScanWorker {
    type Message = ScanRequested;

    async fn handle(&self, command: Envelope<ScanRequested>) -> Result<(), Failure> {
        let scope = OrgScope::of_event(&command);
        let scan = &command.data.scan_id;
        match self.store.claim_scan(&scope, scan, &self.worker, LEASE).await.context("claim the scan")? {
            ScanClaim::Missing => Err(reject("there is no such scan in this organisation")),
            ScanClaim::Busy { until } => {
                let wait = Timestamp::now().duration_until(until).unsigned_abs() + Duration::from_secs(1);
                Err(retry_after(wait, anyhow!("another worker runs this scan")))
            }
            // A worker may have died before it told: consumers recognise the ids.
            ScanClaim::Finished(status) => Ok(self.finish(&scope, &command, status).await?),
            ScanClaim::Claimed(item) => {
                self.publish(&command, "", ScanStarted { scan_id: scan.clone() }).await?;
                let status = match self.discover_while_held(&scope, &command.data).await? {
                    Ok(found) => self.keep(&scope, &command, &item, found).await?,
                    Err(reason) => {
                        self.store.fail_scan(&scope, scan, &reason).await.context("store the failure")?;
                        Status::Failed
                    }
                };
                Ok(self.finish(&scope, &command, status).await?)
            }
        }
    }
}

impl ScanWorker {
    /// Finds the servers while the lease is renewed. An organisation may have thousands of repositories.
    async fn discover_while_held(&self, scope: &OrgScope, command: &ScanRequested) -> Result<Found, Failure> {
        let scan = &command.scan_id;
        let lost = CancellationToken::new();
        let renew = {
            let (store, scope, scan, worker) = (self.store.clone(), scope.clone(), scan.clone(), self.worker.clone());
            move || {
                let (store, scope, scan, worker) = (store.clone(), scope.clone(), scan.clone(), worker.clone());
                async move { store.renew_scan(&scope, &scan, &worker, LEASE).await }
            }
        };
        let kept = keep_lease(LEASE, renew, lost.clone());
        let interrupted = tokio::select! {
            found = self.discover(scope, command) => return Ok(found?),
            () = self.shutdown.cancelled() => "this worker is stopping",
            () = lost.cancelled() => "another worker took the scan over",
        };
        drop(kept);
        // Gives the lease back, if it is still ours, so that the next worker need not wait for its end.
        self.store.renew_scan(scope, scan, &self.worker, Duration::ZERO).await.context("give the lease back")?;
        Err(retry_after(Duration::ZERO, anyhow!(interrupted)))
    }

    async fn discover(&self, scope: &OrgScope, command: &ScanRequested) -> anyhow::Result<Found> {
        let (store, worker) = (&self.store, self.worker.as_str());
        let keeping = Keeping { store, scope, scan: &command.scan_id, worker };
        let masker = Arc::clone(&self.masker);
        let (mut found, tree) = match &command.source {
            ScanSource::Upload { object_key } => {
                let Some(tree) = self.store.tree(scope, object_key).await.context("read the uploaded tree")? else {
                    return Ok(Err("the uploaded tree is gone: upload it again".to_owned()));
                };
                let reading = tokio::task::spawn_blocking(move || tree::read(tree, masker));
                reading.await.context("read the uploaded tree")?
            }
            ScanSource::Archive(archive) => {
                let mut unpacked = match archive::scan(store, scope, archive, masker).await? {
                    Ok(unpacked) => unpacked,
                    Err(reason) => return Ok(Err(reason)),
                };
                let tree = Tree::from(&mut unpacked);
                (unpacked.found, tree)
            }
            ScanSource::Folder { path } => {
                let Some(root) = self.local_root.clone() else {
                    return Ok(Err("this worker scans no local folders: start it with --local-root".to_owned()));
                };
                let path = path.clone();
                let walked = tokio::task::spawn_blocking(move || tree::walk(&root, &path, masker));
                match walked.await.context("the walk stopped")? {
                    Ok(walked) => walked,
                    Err(reason) => return Ok(Err(reason)),
                }
            }
            // Keeps the files of each repository by itself.
            ScanSource::GitHub(source) => {
                let reading = Reading { keeping, progress: &self.progress };
                return reading.read(self.githubs.of(scope.org()), source).await;
            }
        };
        keeping.keep(&mut found, tree).await?;
        Ok(Ok(bounded(found, ".", 0)))
    }

    async fn keep(
        &self,
        scope: &OrgScope,
        command: &Envelope<ScanRequested>,
        item: &ScanItem,
        found: Discovery,
    ) -> anyhow::Result<Status> {
        let scan = &command.data.scan_id;
        // Nothing tells that two uploads are of the same tree.
        if let ScanSource::GitHub(source) = &command.data.source {
            changes::keep(&self.store, scope, source, item, &self.worker, &found).await?;
        }
        self.store
            .complete_scan(scope, scan, &found.mcps, &found.skipped, &found.findings)
            .await
            .context("store the discovered MCPs")?;
        let topic = Topic::Scan(scan.clone());
        for mcp in &found.mcps {
            self.progress.publish(scope.org(), &topic, Step::Discovered { name: mcp.name.clone() }).await;
        }
        info!(scan.id = %scan, discovered = found.mcps.len(), skipped = found.skipped.len(), "finished scan `{scan}`");
        Ok(Status::Completed)
    }

    /// Tells how the scan ended and deletes what was uploaded for it. A worker may die at any point of it: the next one does all
    /// of it again.
    async fn finish(&self, scope: &OrgScope, command: &Envelope<ScanRequested>, status: Status) -> anyhow::Result<()> {
        self.announce(scope, command, status).await?;
        self.store.delete_uploaded(scope, &command.data.source).await.context("delete what was uploaded")
    }

    /// Tells how the scan ended, from what is stored.
    async fn announce(
        &self,
        scope: &OrgScope,
        command: &Envelope<ScanRequested>,
        status: Status,
    ) -> anyhow::Result<()> {
        let scan_id = command.data.scan_id.clone();
        let topic = Topic::Scan(scan_id.clone());
        let item = self.store.scan(scope, &scan_id).await.context("read the scan")?.context("the scan is gone")?;
        if status == Status::Failed {
            let reason = item.failure.unwrap_or_default();
            self.publish(command, "", ScanFailed { scan_id, reason: reason.clone() }).await?;
            self.progress.publish(scope.org(), &topic, Step::Failed { reason }).await;
            return Ok(());
        }
        if let Some(discovered) = changes::discovered(&self.store, scope, &item).await? {
            self.publish(command, "", discovered).await?;
        }
        let mcps =
            self.store.discovered(scope, &scan_id).await.context("read the discovered MCPs")?.unwrap_or_default();
        let discovered = u32::try_from(mcps.len()).unwrap_or(u32::MAX);
        let skipped = u32::try_from(item.skipped.len()).unwrap_or(u32::MAX);
        self.publish(command, "", ScanCompleted { scan_id, discovered, skipped }).await?;
        for (meter, quantity) in [(Meter::Scans, 1), (Meter::DiscoveredMcps, u64::from(discovered))] {
            if quantity > 0 {
                let usage = UsageRecorded { meter, quantity, occurred_at: command.time };
                self.publish(command, &meter.to_string(), usage).await?;
            }
        }
        self.progress.publish(scope.org(), &topic, Step::ScanCompleted { discovered }).await;
        Ok(())
    }

    async fn publish<T: Message>(&self, command: &Envelope<ScanRequested>, key: &str, data: T) -> anyhow::Result<()> {
        let event = Envelope::caused_by(command, SOURCE, key, data).about(&command.data.scan_id);
        self.bus.publish(&event).await.with_context(|| format!("publish {}", T::TYPE))
    }
}
