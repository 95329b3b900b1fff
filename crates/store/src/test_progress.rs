//! What a running test leaves behind: snapshot, finished groups, at last the audit.
//!
//! Documents go to the object store first and the item changes last, so that an item never names what is not there. What
//! a worker without the lease may still write is overwritten or removed by `complete_test`.

use contracts::audit::{Audit, Finding, NamedTest};
use contracts::ids::{ReportId, TestId};

use crate::job::Job;
use crate::lease::{HELD, held, lost};
use crate::table::{Update, Written};
use crate::test::TestOutcome;
use crate::{OrgScope, Result, Store, StoreError, TestItem, keys};

impl Store {
    /// Keeps what the server declared, so that a resumed test need not ask again.
    pub async fn save_snapshot(&self, scope: &OrgScope, test: &TestId, snapshot_json: &[u8]) -> Result<()> {
        let key = object_key(scope, test, "snapshot.json");
        self.put_object(&self.settings.manifests_bucket, &key, "application/json", snapshot_json.to_vec()).await
    }

    /// Reads the snapshot of a test.
    pub async fn snapshot(&self, scope: &OrgScope, test: &TestId) -> Result<Option<Vec<u8>>> {
        self.get_object(&self.settings.manifests_bucket, &object_key(scope, test, "snapshot.json")).await
    }

    /// Checkpoints one finished group with its findings. Fails with `LeaseLost` for all but the holder of the lease.
    pub async fn save_group(
        &self,
        scope: &OrgScope,
        test_id: &TestId,
        worker: &str,
        test: NamedTest,
        group_json: &[u8],
        findings: &[Finding],
    ) -> Result<()> {
        self.require_lease::<TestItem>(scope, test_id.as_str(), worker).await?;
        let key = group_key(scope, test_id, test);
        self.put_object(&self.settings.manifests_bucket, &key, "application/json", group_json.to_vec()).await?;
        self.add_findings(scope, test_id, findings).await?;
        let groups = aws_sdk_dynamodb::types::AttributeValue::Ss(vec![test.to_string()]);
        let written = self.update(Update {
            key: TestItem::key(scope, test_id.as_str()),
            change: "ADD #groups :groups",
            condition: HELD,
            values: held(worker, vec![(":groups", groups)]),
        });
        match written.await? {
            Written::Done(_) => Ok(()),
            Written::Refused(_) => Err(lost::<TestItem>(test_id.as_str())),
        }
    }

    /// Reads the checkpointed groups of a test, in the order of [`NamedTest`]. Empty where there is no such test.
    pub async fn saved_groups(&self, scope: &OrgScope, test_id: &TestId) -> Result<Vec<(NamedTest, Vec<u8>)>> {
        let Some(item) = self.test(scope, test_id).await? else { return Ok(Vec::new()) };
        let mut groups = Vec::with_capacity(item.saved_groups.len());
        for test in item.saved_groups {
            let key = group_key(scope, test_id, test);
            let group = self.get_object(&self.settings.manifests_bucket, &key).await?;
            groups.push((test, group.ok_or_else(|| StoreError::damaged(format!("object `{key}`"), "it is missing"))?));
        }
        Ok(groups)
    }

    /// Ends a test with its audit. The findings become exactly those of the audit, with their final deductions.
    pub async fn complete_test(
        &self,
        scope: &OrgScope,
        test: &TestId,
        worker: &str,
        audit: &Audit,
        report: &ReportId,
    ) -> Result<()> {
        let outcome = TestOutcome {
            score: audit.score.clone(),
            findings: audit.findings.iter().map(|finding| finding.severity).collect(),
            tests: audit.tests.clone(),
            report_id: report.clone(),
        };
        // Whoever comes late, or again after a lost answer, must not touch the documents of the finished test.
        if self.require_lease::<TestItem>(scope, test.as_str(), worker).await.is_ok() {
            self.put_document(&object_key(scope, test, "audit.json"), audit).await?;
            self.replace_findings(scope, test, &audit.findings).await?;
        }
        self.complete_job::<TestItem>(scope, test.as_str(), Some(worker), &outcome).await
    }

    /// Reads the audit of a completed test.
    pub async fn audit(&self, scope: &OrgScope, test: &TestId) -> Result<Option<Audit>> {
        self.get_document(&object_key(scope, test, "audit.json")).await
    }
}

fn object_key(scope: &OrgScope, test: &TestId, name: &str) -> String {
    keys::object(scope, &format!("tests/{test}/{name}"))
}

fn group_key(scope: &OrgScope, test_id: &TestId, test: NamedTest) -> String {
    object_key(scope, test_id, &format!("groups/{test}.json"))
}
