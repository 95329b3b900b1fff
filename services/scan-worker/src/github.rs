//! Repositories of GitHub, each kept as soon as it is through.

use std::collections::BTreeSet;

use anyhow::Context;
use contracts::github::GitHubSource;
use contracts::progress::{Step, Topic};
use discovery::Discovery;
use discovery::github::{Event, GitHub};
use runtime::ProgressPublisher;
use store::ScannedRepository;
use tokio::sync::mpsc;

use crate::findings::{Sum, bounded};
use crate::manifests::{BESIDE, Keeping, Tree};

/// Steps that wait to be told. More are dropped: progress never holds up a scan.
const MAX_STEPS: usize = 64;

/// One scan of repositories.
pub(crate) struct Reading<'a> {
    pub(crate) keeping: Keeping<'a>,
    pub(crate) progress: &'a ProgressPublisher,
}

impl Reading<'_> {
    /// Reads all repositories of a source; those that an earlier attempt has read are not read again. The inner error is a
    /// sentence for people, and final.
    pub(crate) async fn read(
        &self,
        github: &GitHub,
        source: &GitHubSource,
    ) -> anyhow::Result<Result<Discovery, String>> {
        let (steps, mut told) = mpsc::channel(MAX_STEPS);
        let reading = async {
            let ended = self.read_all(github, source, &steps).await;
            drop(steps);
            ended
        };
        let telling = async {
            let topic = Topic::Scan(self.keeping.scan.clone());
            while let Some(step) = told.recv().await {
                self.progress.publish(self.keeping.scope.org(), &topic, step).await;
            }
        };
        tokio::join!(reading, telling).0
    }

    async fn read_all(
        &self,
        github: &GitHub,
        source: &GitHubSource,
        steps: &mpsc::Sender<Step>,
    ) -> anyhow::Result<Result<Discovery, String>> {
        let mut sum = Sum::default();
        let mut done = BTreeSet::new();
        let Keeping { store, scope, scan: scan_id, worker } = self.keeping;
        let earlier = store.scanned_repositories(scope, scan_id).await;
        for repository in earlier.context("read the repositories that are through")? {
            done.insert(repository.repository.clone());
            sum.add(repository);
        }
        let watch = |event: &Event<'_>| {
            if let Some(step) = step_of(event) {
                // Where many wait already, nobody misses one.
                let _ = steps.try_send(step);
            }
        };
        let mut scan = match github.scan(source, Some(BESIDE), &watch).await {
            Ok(scan) => scan,
            Err(error) => return Ok(Err(error.to_string())),
        };
        scan.pass_over(&done);
        loop {
            match scan.next().await {
                Ok(Some(mut scanned)) => {
                    let tree = Tree::from(&mut scanned);
                    self.keeping.keep(&mut scanned.found, tree).await?;
                    let found = bounded(scanned.found, &scanned.repository, 0);
                    let Discovery { mcps: discovered, skipped, findings, .. } = found;
                    let scanned = ScannedRepository { repository: scanned.repository, discovered, skipped, findings };
                    let saved = store.save_scanned_repository(scope, scan_id, worker, &scanned).await;
                    saved.context("keep a repository that is through")?;
                    sum.add(scanned);
                }
                Ok(None) => return Ok(Ok(sum.finish())),
                Err(error) => {
                    // What was found is worth having; the rest is told, one by one.
                    let reason = format!("not read: {error}");
                    scan.open().for_each(|repository| sum.skip(&repository, &reason));
                    return Ok(Ok(sum.finish()));
                }
            }
        }
    }
}

fn step_of(event: &Event<'_>) -> Option<Step> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    match event {
        Event::Repository { name, number, of } => {
            Some(Step::Repository { name: (*name).to_owned(), number: count(*number), of: count(*of) })
        }
        Event::Waiting { until } => Some(Step::Waiting { until: *until }),
        Event::Listed { .. } | Event::Renamed { .. } => None,
    }
}
