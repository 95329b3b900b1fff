//! From the engine's steps to the progress of a topic, in order and without making the engine wait for Redis.

use contracts::ids::{OrgId, TestId};
use contracts::progress::{Step, Topic};
use engine::GroupResult;
use runtime::ProgressPublisher;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Publishes the steps of one test, one after the other.
pub(crate) struct Steps {
    queue: mpsc::UnboundedSender<Step>,
    publishing: JoinHandle<()>,
}

impl Steps {
    /// Starts publishing for one test.
    pub(crate) fn new(progress: ProgressPublisher, org: OrgId, test: TestId) -> Self {
        // Unbounded, but small: a test has a few hundred steps, and the engine must not wait for a slow Redis.
        let (queue, mut steps) = mpsc::unbounded_channel();
        let topic = Topic::Test(test);
        let publishing = tokio::spawn(async move {
            while let Some(step) = steps.recv().await {
                progress.publish(&org, &topic, step).await;
            }
        });
        Self { queue, publishing }
    }

    /// Waits until everything said so far is published.
    pub(crate) async fn drain(self) {
        drop(self.queue);
        // A panic of the publisher loses progress only, never the test.
        if let Err(error) = self.publishing.await {
            tracing::warn!(%error, "progress stopped early");
        }
    }
}

impl engine::Observer for Steps {
    fn on(&self, step: Step) {
        // People may rely on what is done: that is told by `saved`, once no crash can undo it.
        if matches!(step, Step::Group { done, total, .. } if done == total) {
            return;
        }
        self.send(step);
    }
}

impl Steps {
    /// Tells that a named test is done and will not be repeated.
    pub(crate) fn saved(&self, group: &GroupResult) {
        let total = u32::try_from(group.checks.len()).unwrap_or(u32::MAX);
        self.send(Step::Group { test: group.test, done: total, total });
    }

    fn send(&self, step: Step) {
        // Fails only when the publisher is gone, which `drain` reports.
        let _ = self.queue.send(step);
    }
}
