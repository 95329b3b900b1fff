//! The named tests of one run: those that an earlier worker finished are read back, the others run.

use std::collections::BTreeMap;

use anyhow::Context;
use contracts::audit::{Level, NamedTest};
use contracts::ids::TestId;
use contracts::progress::Step;
use engine::{GroupResult, Observer, Session};
use futures_util::future::try_join_all;
use store::{OrgScope, Store};
use tracing::info;

use crate::announce::Announcer;
use crate::steps::Steps;

/// What one run of groups needs.
pub(crate) struct Run<'a> {
    pub(crate) store: &'a Store,
    pub(crate) scope: &'a OrgScope,
    pub(crate) test: &'a TestId,
    pub(crate) worker: &'a str,
    pub(crate) session: &'a Session,
    pub(crate) steps: &'a Steps,
    pub(crate) announcer: &'a Announcer<'a>,
}

impl Run<'_> {
    /// Runs all named tests of the level, wave by wave.
    pub(crate) async fn all(&self, level: Level) -> anyhow::Result<Vec<GroupResult>> {
        let mut finished = self.finished().await?;
        for (phase, tests) in engine::waves(level) {
            if let Some(phase) = phase {
                self.steps.on(Step::Phase { phase });
            }
            let open = tests.into_iter().filter(|test| !finished.contains_key(test));
            let groups = try_join_all(open.map(|test| self.one(test))).await?;
            finished.extend(groups.into_iter().map(|group| (group.test, group)));
        }
        Ok(finished.into_values().collect())
    }

    /// Reads back what an earlier worker finished. Its critical findings are announced again, because that worker may
    /// have died between saving and telling.
    async fn finished(&self) -> anyhow::Result<BTreeMap<NamedTest, GroupResult>> {
        let mut finished = BTreeMap::new();
        for (test, json) in self.store.saved_groups(self.scope, self.test).await.context("read the checkpoint")? {
            let group: GroupResult = serde_json::from_slice(&json).context("parse a saved group")?;
            self.announcer.raised(&group.findings).await?;
            finished.insert(test, group);
        }
        if !finished.is_empty() {
            info!(test.id = %self.test, groups = finished.len(), "resuming a test behind its finished groups");
        }
        Ok(finished)
    }

    async fn one(&self, test: NamedTest) -> anyhow::Result<GroupResult> {
        let group = self.session.run(test, self.steps).await;
        let json = serde_json::to_vec(&group).context("serialise a group")?;
        self.store
            .save_group(self.scope, self.test, self.worker, test, &json, &group.findings)
            .await
            .with_context(|| format!("save the group {test}"))?;
        self.steps.saved(&group);
        self.announcer.raised(&group.findings).await?;
        Ok(group)
    }
}
